import { AppError } from '../../shared/errors.ts';
import type { DemoDirectoryKind } from '../config/demo-directories.ts';
import type { ConfigurationDocument } from '../core/configuration/document.ts';
import type { SamplePerson } from './sample-people.ts';
import { PROTECTED_GROUP } from './sample-people.ts';

/** Where the demo's people live: the section of the configuration, and how people get there. */
export interface DemoDirectory {
  section: ConfigurationDocument['directories'][number];
  /** Adds the people; null where Keyturn itself keeps them. */
  addPeople: ((people: readonly SamplePerson[]) => Promise<void>) | null;
  lock: ((login: string) => Promise<void>) | null;
  /** Says who manages somebody, both by DN. */
  manage: ((dn: string, manager: string) => Promise<void>) | null;
  /** What to print: address, base, how to look inside. */
  hints: string[];
  stop(): Promise<void>;
}

const PASSWORD_VARIABLE = 'KEYTURN_DEMO_DIRECTORY_PASSWORD';
const passwordReference = `env:${PASSWORD_VARIABLE}`;

/**
 * The demo's directory: Keyturn's own, or a real server started for the demo in a scratch folder, which ends with it.
 * @throws Error that names the Debian package when the server is not installed
 */
export function openDemoDirectory(kind: DemoDirectoryKind): Promise<DemoDirectory> {
  if (kind === 'openldap') return openldap();
  if (kind === 'samba') return samba();
  const section: DemoDirectory['section'] = {
    kind: 'embedded',
    id: 'demo',
    label: 'Demo people',
    protected: { groups: [PROTECTED_GROUP] },
  };
  return Promise.resolve({ section, addPeople: null, lock: null, manage: null, hints: [], stop: () => Promise.resolve() });
}

/** Loaded only when asked for: the starters are part of the test suite and not of an installation. */
async function fromSourceTree<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new AppError('settings.invalid', { directory: 'only a source tree of Keyturn can start servers for the demo' }, { cause });
  }
}

async function openldap(): Promise<DemoDirectory> {
  const { startSlapd } = await fromSourceTree(() => import('../../test/servers/slapd.ts'));
  const server = await startSlapd();
  process.env[PASSWORD_VARIABLE] = server.service.password;
  const dns = new Map<string, string>();
  return {
    section: {
      kind: 'openldap',
      id: 'demo',
      label: 'Demo OpenLDAP',
      servers: [{ url: server.url }],
      tls: { caFile: server.caFile },
      baseDn: server.baseDn,
      serviceAccount: { name: server.service.dn, password: passwordReference },
      protected: { groups: [PROTECTED_GROUP] },
    },
    async addPeople(people) {
      for (const { login, password, givenName, surname, mail, language } of people) {
        const user = await server.createUser({ login, password, givenName, surname, mail, attributes: { preferredLanguage: language } });
        dns.set(login, user.dn);
      }
      await server.createGroup(PROTECTED_GROUP, membersOf(people, dns));
    },
    lock: (login) => server.lockUser({ dn: dns.get(login) ?? '' }),
    manage: (dn, manager) => server.modify(dn, { manager }),
    hints: hintsFor('OpenLDAP', server),
    stop: () => server.stop(),
  };
}

async function samba(): Promise<DemoDirectory> {
  const { startSamba } = await fromSourceTree(() => import('../../test/servers/samba.ts'));
  const server = await startSamba();
  process.env[PASSWORD_VARIABLE] = server.service.password;
  const users = new Map<string, { dn: string; userPrincipalName: string }>();
  return {
    section: {
      kind: 'active-directory',
      id: 'demo',
      label: 'Demo Active Directory',
      servers: [{ url: server.url }],
      tls: { caFile: server.caFile },
      baseDn: server.baseDn,
      serviceAccount: { name: server.service.name, password: passwordReference },
      historyOnReset: 'two-step',
      protected: { groups: [PROTECTED_GROUP] },
    },
    async addPeople(people) {
      for (const { login, password, givenName, surname, mail, language } of people) {
        users.set(
          login,
          await server.createUser({ login, password, givenName, surname, mail, attributes: { preferredLanguage: language } }),
        );
      }
      const dns = new Map([...users].map(([login, { dn }]) => [login, dn]));
      await server.createGroup(PROTECTED_GROUP, membersOf(people, dns));
    },
    async lock(login) {
      const user = users.get(login);
      if (user !== undefined) await server.lockUser(user);
    },
    manage: (dn, manager) => server.modify(dn, { manager }),
    hints: hintsFor('Samba Active Directory', server),
    stop: () => server.stop(),
  };
}

function membersOf(people: readonly SamplePerson[], dns: ReadonlyMap<string, string>): string[] {
  return people.filter((person) => person.protected).map(({ login }) => dns.get(login) ?? '');
}

function hintsFor(
  product: string,
  server: { url: string; baseDn: string; caFile: string; admin: { name: string; password: string } },
): string[] {
  return [
    `Directory: ${product} at ${server.url}, base ${server.baseDn}`,
    `  LDAPTLS_CACERT=${server.caFile} ldapsearch -x -H ${server.url} -D '${server.admin.name}' -w '${server.admin.password}' -b '${server.baseDn}' '(mail=alice@example.test)'`,
  ];
}

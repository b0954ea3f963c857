import { type RealPerson, reachRealDirectory } from '../scenarios/real-directories.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../scenarios/sample-directory.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';

type Options = Omit<Parameters<typeof startPortalKeyturn>[0], 'directories'>;

/** A directory as tests of pages need it: one that Keyturn keeps itself, and a real domain. */
export interface World {
  portal: PortalKeyturn;
  /** Adds a person, and says by which name they sign in. `manager`: the name of whoever they report to. */
  add(more?: { manager?: string }): Promise<string>;
  lock(login: string): Promise<void>;
  signsIn(login: string, password: string): Promise<boolean>;
  close(): Promise<unknown>;
}

async function openEmbedded(options: Options = {}): Promise<World> {
  const portal = await startPortalKeyturn({ directories: [embeddedSection()], ...options });
  return {
    portal,
    async add({ manager } = {}) {
      const login = uniqueName('p');
      const [above] = manager === undefined ? [] : await portal.keyturn.deps.directories.get('people').findAccounts(manager);
      await addPerson(portal.keyturn, login, above === undefined ? {} : { managerId: above.id });
      return login;
    },
    async lock(login) {
      for (let attempt = 0; attempt < 5; attempt += 1) await signsIn(portal.keyturn, login, 'wrong');
    },
    signsIn: (login, password) => signsIn(portal.keyturn, login, password),
    close: () => Promise.resolve(),
  };
}

async function openDomain(options: Options = {}): Promise<World> {
  const directory = await reachRealDirectory('active-directory', { historyOnReset: 'two-step' });
  const people = new Map<string, RealPerson>();
  const person = (login: string): RealPerson => {
    const known = people.get(login);
    if (known === undefined) throw new Error(`no person ${login}`);
    return known;
  };
  return {
    portal: await startPortalKeyturn({ directories: [directory.section], ...options }),
    async add({ manager } = {}) {
      const owner = await directory.createPerson({ password: OLD_PASSWORD });
      people.set(owner.login, owner);
      if (manager !== undefined) await directory.set(owner, { manager: person(manager).dn });
      return owner.login;
    },
    lock: (login) => directory.lock(person(login)),
    signsIn: (login, password) => directory.realClientSignsIn(person(login), password),
    close: () => directory.proxy.stop(),
  };
}

export const WORLDS = [
  ['embedded', openEmbedded],
  ['active-directory', openDomain],
] as const;

import { Attribute, Change, type Client } from 'ldapts';
import { beforeAll, describe, expect, it } from 'vitest';
import { readEntry, replaceAttributes, withLdap } from '../servers/ldap-session.ts';
import { unicodePassword } from '../servers/samba-directory.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { slapdDns } from '../servers/slapd-configuration.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { newLogin, newPassword } from './samples.ts';

/*
 * What somebody could do who has the password of the service account, and nothing of Keyturn in the way. The account has what the
 * handbook prints and nothing besides. Everything is tried at the server: what an access list says is not asked.
 */

/** LDAP result codes (RFC 4511 appendix A.1) */
const NO_SUCH_OBJECT = 32;
const INSUFFICIENT_ACCESS_RIGHTS = 50;

interface Place {
  readonly login: { readonly url: string; readonly caPem: string; readonly name: string; readonly password: string };
  readonly serviceDn: string;
  /** Somebody whom Keyturn serves, */
  readonly person: string;
  /** and somebody in another part of the tree. */
  readonly outside: string;
  readonly peopleDn: string;
  readonly group: string;
  /** The attribute that says who may do what at an entry; null: no entry does, */
  readonly accessList: 'aci' | 'nTSecurityDescriptor' | null;
  /** and what turns an account off; nothing: the server knows no such thing. */
  readonly disabling: Readonly<Record<string, string>>;
  /** An entry that holds a policy, and what it demands. */
  readonly policy: readonly [dn: string, attribute: string, value: string];
  /** What holds passwords, to be written: the value for one, */
  readonly setPassword: (password: string) => Change[];
  /** and to be read. */
  readonly hashes: readonly string[];
  readonly newPersonDn: string;
  read(dn: string, attributes: readonly string[]): Promise<Record<string, string[]>>;
}

const kinds = {
  async openldap(): Promise<Place> {
    const slapd = await sharedSlapd();
    const unit = await slapd.createOrganizationalUnit(uniqueName('outside'), slapd.baseDn);
    return {
      ...(await ldapPlace(slapd, unit)),
      accessList: null,
      disabling: {},
      policy: [`cn=default,${slapdDns.policies}`, 'pwdMinLength', '1'],
    };
  },
  async '389ds'(): Promise<Place> {
    const server = await sharedDs389();
    const unit = await server.createOrganizationalUnit(uniqueName('outside'), server.baseDn);
    return {
      ...(await ldapPlace(server, unit)),
      accessList: 'aci',
      disabling: { nsAccountLock: 'true' },
      policy: ['cn=config', 'passwordMinLength', '2'],
    };
  },
  async 'active-directory'(): Promise<Place> {
    const samba = await sharedSamba();
    const unit = await samba.createOrganizationalUnit(uniqueName('outside'), samba.baseDn);
    const person = await samba.createUser({ login: newLogin(), password: newPassword() });
    const outside = await samba.createUser({ login: newLogin(), password: newPassword(), parentDn: unit });
    return {
      login: { url: samba.url, caPem: samba.caPem, name: samba.service.name, password: samba.service.password },
      ...{ serviceDn: samba.service.dn, person: person.dn, outside: outside.dn, peopleDn: samba.peopleDn },
      group: await samba.createGroup(uniqueName('group'), []),
      accessList: 'nTSecurityDescriptor',
      disabling: { userAccountControl: '514' },
      policy: [samba.baseDn, 'minPwdLength', '1'],
      setPassword: (password) => [replaced('unicodePwd', unicodePassword(password))],
      hashes: ['unicodePwd', 'ntPwdHistory', 'supplementalCredentials'],
      newPersonDn: `CN=${uniqueName('made')},${samba.peopleDn}`,
      read: samba.read,
    };
  },
};

async function ldapPlace(server: Awaited<ReturnType<typeof sharedSlapd>> | Awaited<ReturnType<typeof sharedDs389>>, unit: string) {
  const person = await server.createUser({ login: newLogin(), password: newPassword() });
  const outside = await server.createUser({ login: newLogin(), password: newPassword(), parentDn: unit });
  return {
    login: { url: server.url, caPem: server.caPem, name: server.service.name, password: server.service.password },
    ...{ serviceDn: server.service.dn, person: person.dn, outside: outside.dn, peopleDn: server.peopleDn },
    group: await server.createGroup(uniqueName('group'), [person.dn]),
    setPassword: (password: string) => [replaced('userPassword', Buffer.from(password))],
    hashes: ['userPassword', 'pwdHistory', 'passwordHistory'],
    newPersonDn: `uid=${uniqueName('made')},${server.peopleDn}`,
    read: server.read,
  };
}

function replaced(type: string, value: Buffer): Change {
  return new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) });
}

/** What it has no business with: each is refused. */
const attempts: Readonly<Record<string, (client: Client, place: Place) => Promise<unknown>>> = {
  'set the password of somebody elsewhere': (client, { outside, setPassword }) => client.modify(outside, setPassword(newPassword())),
  'give somebody another address': (client, { person }) => client.modify(person, replaceAttributes({ mail: 'taken@example.test' })),
  'give somebody another telephone': (client, { person }) => client.modify(person, replaceAttributes({ mobile: '+15550199999' })),
  'give somebody another manager': (client, { person, serviceDn }) => client.modify(person, replaceAttributes({ manager: serviceDn })),
  'turn an account off': (client, { person, disabling }) => client.modify(person, replaceAttributes(disabling)),
  'make somebody a member of a group': (client, { group, outside }) =>
    client.modify(group, [new Change({ operation: 'add', modification: new Attribute({ type: 'member', values: [outside] }) })]),
  'make itself a member of a group': (client, { group, serviceDn }) =>
    client.modify(group, [new Change({ operation: 'add', modification: new Attribute({ type: 'member', values: [serviceDn] }) })]),
  'take somebody away': (client, { person }) => client.del(person),
  'rename somebody': (client, { person }) =>
    client.modifyDN(person, `${person.slice(0, person.indexOf('='))}=${uniqueName('renamed')},${person.slice(person.indexOf(',') + 1)}`),
  'make somebody': (client, { newPersonDn, login }) =>
    client.add(
      newPersonDn,
      login.name.includes('@')
        ? { objectClass: 'user', sAMAccountName: uniqueName('made') }
        : { objectClass: 'inetOrgPerson', cn: 'Made', sn: 'Made', uid: newPersonDn.slice(4, newPersonDn.indexOf(',')) },
    ),
  'give itself more rights': (client, { accessList, peopleDn, serviceDn }) => {
    const rule = `(targetattr="*")(version 3.0; acl "more"; allow (all) userdn="ldap:///${serviceDn}";)`;
    // MS-DTYP 2.4.6: without owner, and with a list that has no rule.
    const descriptor = Buffer.from('01000480000000000000000000000000140000000200080000000000', 'hex');
    const value = accessList === 'aci' ? Buffer.from(rule) : descriptor;
    return client.modify(peopleDn, [
      new Change({
        operation: accessList === 'aci' ? 'add' : 'replace',
        modification: new Attribute({ type: accessList ?? '', values: [value] }),
      }),
    ]);
  },
  'make a policy weaker': (client, { policy: [dn, attribute, value] }) => client.modify(dn, replaceAttributes({ [attribute]: value })),
};

/** Of OpenLDAP the configuration says who may do what, and a lock turns an account off, which it may lift and set. */
const NOT_THERE: Partial<Record<keyof typeof kinds, readonly string[]>> = { openldap: ['give itself more rights', 'turn an account off'] };

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('whoever has the service account of %s', (kind) => {
  let place: Place;
  beforeAll(async () => {
    place = await kinds[kind]();
  });
  const asService = <T>(work: (client: Client) => Promise<T>) => withLdap(place.login, work);
  const everything = () =>
    Promise.all([
      ...[place.person, place.outside, place.group, place.peopleDn].map((dn) =>
        place.read(dn, ['*', 'aci', 'modifyTimestamp', 'uSNChanged']),
      ),
      place.read(place.policy[0], [place.policy[1]]),
    ]);

  it('can set passwords of those whom Keyturn serves, so that what follows is not refused for another reason', async () => {
    await asService((client) => client.modify(place.person, place.setPassword(newPassword())));
  });

  it.each(Object.entries(attempts).filter(([what]) => NOT_THERE[kind]?.includes(what) !== true))('cannot %s', async (_what, attempt) => {
    const before = await everything();
    const answer = await asService((client) =>
      attempt(client, place).then(
        () => 'done',
        (error: { code?: number }) => error.code ?? error,
      ),
    );
    expect([INSUFFICIENT_ACCESS_RIGHTS, NO_SUCH_OBJECT]).toContain(answer);
    expect(await everything()).toEqual(before);
  });

  it('reads no password, of nobody', async () => {
    for (const dn of [place.person, place.outside]) {
      const told = await asService((client) => readEntry(client, dn, place.hashes).catch(() => ({})));
      expect(Object.values(told).flat()).toEqual([]);
    }
  });
});

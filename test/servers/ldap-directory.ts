import { canBind, type LdapLogin, readEntry, renameEntry, replaceAttributes, withLdap } from './ldap-session.ts';
import { personAttributes } from './slapd-seed.ts';

export interface LdapAccount {
  readonly dn: string;
  /** What to bind with; the DN. */
  readonly name: string;
  readonly password: string;
}

/** Everything needed to talk to a running OpenLDAP or 389 Directory Server; plain data, so it can be handed to another process. */
export interface LdapDirectoryData<Kind extends string = 'openldap' | '389ds'> {
  readonly kind: Kind;
  /** `ldaps://127.0.0.1:PORT` */
  readonly url: string;
  /** `ldap://127.0.0.1:PORT`, for StartTLS; a simple bind without TLS is refused unless the server was started to allow it. */
  readonly ldapUrl: string;
  readonly host: string;
  readonly baseDn: string;
  readonly peopleDn: string;
  readonly groupsDn: string;
  readonly caPem: string;
  readonly caFile: string;
  /** The root account, to whom no policy applies. */
  readonly admin: LdapAccount;
  /** Least privilege: writes passwords and lock state below `peopleDn`; history and quality apply to its resets. */
  readonly service: LdapAccount;
  /** May read everything but passwords, and write nothing. */
  readonly readOnly: LdapAccount;
}

export interface NewLdapUser {
  /** uid; must be unique in the whole directory. */
  readonly login: string;
  readonly password?: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly mail?: string;
  readonly mobile?: string;
  /** Must change the password at the next sign-in. */
  readonly mustChange?: boolean;
  /** DN of the container; the people's unless told. */
  readonly parentDn?: string;
  /** DN of a password policy (OpenLDAP pwdPolicySubentry). */
  readonly policyDn?: string;
  /** Further attributes. */
  readonly attributes?: Readonly<Record<string, string | string[]>>;
}

export interface LdapUser {
  readonly dn: string;
  readonly login: string;
}

/** What tests do with a running directory, whoever started it. All of it as the root account unless said otherwise. */
export interface LdapDirectory<Kind extends string = 'openldap' | '389ds'> extends LdapDirectoryData<Kind> {
  createUser(user: NewLdapUser): Promise<LdapUser>;
  /** Creates an organizational unit and returns its DN; below the people's unless told, where the rights are inherited. */
  createOrganizationalUnit(name: string, parentDn?: string): Promise<string>;
  /** Creates a groupOfNames and returns its DN. At least one member. */
  createGroup(name: string, memberDns: readonly string[], parentDn?: string): Promise<string>;
  /** Sets a password past all policy. */
  setPassword(dn: string, password: string): Promise<void>;
  /** Fails to sign in until the account is locked; `attempts` is the threshold in force for it (5 unless told). */
  lockUser(user: Pick<LdapUser, 'dn'>, attempts?: number): Promise<void>;
  /** Replaces attributes of an entry; an empty list removes the attribute. */
  modify(dn: string, attributes: Readonly<Record<string, string | readonly string[]>>): Promise<void>;
  /** Reads attributes of an entry. Operational attributes must be named. */
  read(dn: string, attributes: readonly string[]): Promise<Record<string, string[]>>;
  /** Adds an entry of any kind. */
  add(dn: string, attributes: Readonly<Record<string, string | string[]>>): Promise<void>;
  remove(dn: string): Promise<void>;
  /** Gives an entry another name, another place, or both. */
  rename(dn: string, newDn: string): Promise<void>;
  /** Whether a simple bind over LDAPS succeeds. Refusals as invalid (49) or locked (19) are false; others throw. */
  canBind(dn: string, password: string): Promise<boolean>;
}

/** How a directory says that a new password must be changed at the first sign-in. */
export type MustChangeAttributes = Readonly<Record<string, string>>;

/** Makes the working object for a running directory from its data, as handed over by whoever started it. */
export function connectLdapDirectory<Kind extends string>(
  data: LdapDirectoryData<Kind>,
  mustChange: MustChangeAttributes,
): LdapDirectory<Kind> {
  const login = (name: string, password: string): LdapLogin => ({ url: data.url, caPem: data.caPem, name, password });
  const admin = login(data.admin.name, data.admin.password);
  const add = async (dn: string, attributes: Readonly<Record<string, string | string[]>>): Promise<void> =>
    withLdap(admin, (client) => client.add(dn, { ...attributes }));
  const modify: LdapDirectory['modify'] = (dn, attributes) => withLdap(admin, (client) => client.modify(dn, replaceAttributes(attributes)));
  return {
    ...data,
    add,
    modify,
    async createUser(user) {
      const dn = `uid=${user.login},${user.parentDn ?? data.peopleDn}`;
      await add(dn, {
        ...personAttributes(user),
        ...(user.password === undefined ? {} : { userPassword: user.password }),
        ...(user.policyDn === undefined ? {} : { pwdPolicySubentry: user.policyDn }),
        ...user.attributes,
      });
      if (user.mustChange === true) await modify(dn, mustChange);
      return { dn, login: user.login };
    },
    async createOrganizationalUnit(name, parentDn = data.peopleDn) {
      const dn = `ou=${name},${parentDn}`;
      await add(dn, { objectClass: 'organizationalUnit', ou: name });
      return dn;
    },
    async createGroup(name, memberDns, parentDn = data.groupsDn) {
      const dn = `cn=${name},${parentDn}`;
      await add(dn, { objectClass: 'groupOfNames', cn: name, member: [...memberDns] });
      return dn;
    },
    setPassword: (dn, password) => modify(dn, { userPassword: password }),
    async lockUser(user, attempts = 5) {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        await canBind(login(user.dn, `Wrong-Passw0rd-${attempt}`));
      }
    },
    read: (dn, attributes) => withLdap(admin, (client) => readEntry(client, dn, attributes)),
    remove: (dn) => withLdap(admin, (client) => client.del(dn)),
    rename: (dn, newDn) => renameEntry(admin, dn, newDn),
    canBind: (dn, password) => canBind(login(dn, password)),
  };
}

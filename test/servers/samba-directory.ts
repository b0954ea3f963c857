import { Attribute, Change } from 'ldapts';
import { canBind, type LdapLogin, readEntry, renameEntry, replaceAttributes, withLdap } from './ldap-session.ts';
import { type RunResult, run, runUnchecked } from './processes.ts';
import { baseDn, dnsDomain, domain, realm } from './samba-configuration.ts';

/** Everything needed to talk to a running domain controller; plain data, so it can be handed to another process. */
export interface SambaData {
  readonly kind: 'active-directory';
  /** `ldaps://127.0.0.x:636` */
  readonly url: string;
  /** `ldap://127.0.0.x:389`: StartTLS or nothing; a simple bind without TLS is refused. */
  readonly ldapUrl: string;
  /** The 127.0.0.x address; the certificate names it as well as dc1.ad.example.test. */
  readonly host: string;
  readonly baseDn: string;
  /** DN of OU=People, the part of the tree the service account may reset passwords in. */
  readonly peopleDn: string;
  /** NetBIOS name, as in `EXAMPLE\alice`. */
  readonly domain: string;
  readonly realm: string;
  readonly caPem: string;
  readonly caFile: string;
  readonly smbConfFile: string;
  readonly krb5ConfFile: string;
  /** Domain administrator: `name` is what to bind with. */
  readonly admin: SambaAccount;
  /** Least privilege: resets, unlocks and forces a change in OU=People only; reads password settings objects. */
  readonly service: SambaAccount;
  /** An ordinary account that may read, and write nothing. */
  readonly readOnly: SambaAccount;
}

export interface SambaAccount {
  readonly dn: string;
  /** User principal name. */
  readonly name: string;
  readonly password: string;
}

export interface NewSambaUser {
  /** sAMAccountName, up to 20 characters; must be unique in the whole directory. */
  readonly login: string;
  /** Without one the account is created disabled, as Active Directory does. */
  readonly password?: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly mail?: string;
  readonly mobile?: string;
  /** Must change the password at the next sign-in. */
  readonly mustChange?: boolean;
  readonly disabled?: boolean;
  /** DN of the container; OU=People unless told. */
  readonly parentDn?: string;
  /** Further attributes. */
  readonly attributes?: Readonly<Record<string, string | string[]>>;
}

export interface SambaUser {
  readonly dn: string;
  readonly login: string;
  /** `login@ad.example.test` */
  readonly userPrincipalName: string;
}

/** A fine-grained policy (MS-ADTS 3.1.1.4.4 msDS-PasswordSettings). What is left out is as in the domain's policy. */
export interface NewPasswordSettings {
  readonly name: string;
  /** The lowest number wins; must be unique. */
  readonly precedence: number;
  readonly minLength?: number;
  readonly historyLength?: number;
  readonly minAgeDays?: number;
  readonly maxAgeDays?: number;
  readonly lockoutThreshold?: number;
  readonly complexity?: boolean;
  /** DNs of users or global groups. */
  readonly appliesTo: readonly string[];
}

/** What tests do with a running domain controller, whoever started it. */
export interface SambaDirectory extends SambaData {
  /** Creates an account in OU=People (about 30 ms). */
  createUser(user: NewSambaUser): Promise<SambaUser>;
  /** Creates an organizational unit and returns its DN; below OU=People unless told, where the delegation is inherited. */
  createOrganizationalUnit(name: string, parentDn?: string): Promise<string>;
  /** Creates a global security group in OU=People and returns its DN. Members are DNs of users or groups. */
  createGroup(name: string, memberDns: readonly string[], parentDn?: string): Promise<string>;
  /** Makes an entry a member of a group. */
  addMember(groupDn: string, memberDn: string): Promise<void>;
  /** Creates a password settings object and returns its DN. */
  createPasswordSettings(settings: NewPasswordSettings): Promise<string>;
  /** Sets a password as an administrator does (no history, no minimum age). */
  setPassword(dn: string, password: string): Promise<void>;
  /** Fails to sign in until the account is locked; `attempts` is the threshold in force for it (5 unless told). */
  lockUser(user: Pick<SambaUser, 'userPrincipalName'>, attempts?: number): Promise<void>;
  /** Replaces attributes of an entry as administrator; an empty list removes the attribute. */
  modify(dn: string, attributes: Readonly<Record<string, string | readonly string[]>>): Promise<void>;
  /** Reads an entry as administrator. Operational attributes must be named. */
  read(dn: string, attributes: readonly string[]): Promise<Record<string, string[]>>;
  /** Removes an entry. */
  remove(dn: string): Promise<void>;
  /** Gives an entry another name, another place, or both. */
  rename(dn: string, newDn: string): Promise<void>;
  /** Whether a simple bind over LDAPS succeeds; `name` is a DN, a user principal name or `DOMAIN\login`. */
  canBind(name: string, password: string): Promise<boolean>;
  /** Signs in with NTLM (MS-NLMP), as older workstations and file access do; no password travels and no simple bind is involved. */
  ntlmLogin(login: string, password: string): Promise<boolean>;
  /** Gets a Kerberos ticket, as a workstation's sign-in would. */
  kerberosLogin(login: string, password: string): Promise<boolean>;
  /** Runs samba-tool on this domain controller's own database. Only where its files are, as root. */
  sambaTool(...args: string[]): Promise<RunResult>;
}

/** [MS-ADTS] 3.1.1.3.1.5: a password is written as UTF-16LE within quotes. */
export function unicodePassword(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le');
}

/** Intervals in AD are negative counts of 100 ns. */
export function adInterval(milliseconds: number): string {
  return milliseconds === 0 ? '0' : `-${BigInt(milliseconds) * 10_000n}`;
}

const dayMs = 86_400_000;
const accountIsNormal = 512;
const accountIsDisabled = 2;

/** Makes the working object for a running domain controller from its data, as handed over by whoever started it. */
export function connectSamba(data: SambaData): SambaDirectory {
  const login = (name: string, password: string): LdapLogin => ({ url: data.url, caPem: data.caPem, name, password });
  const admin = login(data.admin.name, data.admin.password);

  const createGroup: SambaDirectory['createGroup'] = async (name, memberDns, parentDn = data.peopleDn) => {
    const dn = `CN=${name},${parentDn}`;
    const members = memberDns.length === 0 ? {} : { member: [...memberDns] };
    await withLdap(admin, (client) => client.add(dn, { objectClass: 'group', sAMAccountName: name, ...members }));
    return dn;
  };

  const modify: SambaDirectory['modify'] = (dn, attributes) =>
    withLdap(admin, (client) => client.modify(dn, replaceAttributes(attributes)));

  return {
    ...data,
    createGroup,
    modify,
    createUser: (user) => createUser(admin, data.peopleDn, user),
    async createOrganizationalUnit(name, parentDn = data.peopleDn) {
      const dn = `OU=${name},${parentDn}`;
      await withLdap(admin, (client) => client.add(dn, { objectClass: 'organizationalUnit' }));
      return dn;
    },
    addMember: (groupDn, memberDn) =>
      withLdap(admin, (client) =>
        client.modify(groupDn, new Change({ operation: 'add', modification: new Attribute({ type: 'member', values: [memberDn] }) })),
      ),
    createPasswordSettings: (settings) => createPasswordSettings(admin, settings),
    setPassword: (dn, password) => withLdap(admin, (client) => client.modify(dn, replacePassword(password))),
    async lockUser(user, attempts = 5) {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        await canBind(login(user.userPrincipalName, `Wrong-Passw0rd-${attempt}`));
      }
    },
    read: (dn, attributes) => withLdap(admin, (client) => readEntry(client, dn, attributes)),
    remove: (dn) => withLdap(admin, (client) => client.del(dn)),
    rename: (dn, newDn) => renameEntry(admin, dn, newDn),
    canBind: (name, password) => canBind(login(name, password)),
    async ntlmLogin(user, password) {
      const result = await runUnchecked('ldbsearch', [
        '-H',
        data.ldapUrl,
        `--configfile=${data.smbConfFile}`,
        '-U',
        `${data.domain}\\${user}%${password}`,
        '--use-kerberos=off',
        '-s',
        'base',
        '-b',
        '',
        'dn',
      ]);
      if (result.exitCode === 0) return true;
      if (result.stderr.includes('LDAP_INVALID_CREDENTIALS')) return false;
      throw new Error(`NTLM sign-in of ${user} went wrong: ${result.stderr}`);
    },
    async kerberosLogin(user, password) {
      const result = await runUnchecked('kinit', ['-c', 'MEMORY:', `${user}@${data.realm}`], {
        input: `${password}\n`,
        env: { KRB5_CONFIG: data.krb5ConfFile },
      });
      if (result.exitCode === 0) return true;
      if (result.stderr.includes('Cannot contact any KDC')) throw new Error(result.stderr.trim());
      return false;
    },
    sambaTool: (...args) => run('samba-tool', [...args, '-s', data.smbConfFile], { env: { KRB5_CONFIG: data.krb5ConfFile } }),
  };
}

function replacePassword(password: string): Change {
  const modification = new Attribute({ type: 'unicodePwd', values: [unicodePassword(password)] });
  return new Change({ operation: 'replace', modification });
}

async function createUser(admin: LdapLogin, peopleDn: string, user: NewSambaUser): Promise<SambaUser> {
  const userPrincipalName = `${user.login}@${dnsDomain}`;
  const displayName = [user.givenName, user.surname].filter((part) => part !== undefined).join(' ') || user.login;
  const dn = `CN=${user.login},${user.parentDn ?? peopleDn}`;
  const disabled = user.disabled === true || user.password === undefined;
  const texts: Record<string, string | string[] | undefined> = {
    objectClass: 'user',
    sAMAccountName: user.login,
    userPrincipalName,
    displayName,
    givenName: user.givenName,
    sn: user.surname,
    mail: user.mail,
    mobile: user.mobile,
    userAccountControl: String(accountIsNormal | (disabled ? accountIsDisabled : 0)),
    ...(user.mustChange === true ? { pwdLastSet: '0' } : {}),
    ...user.attributes,
  };
  const attributes = Object.entries(texts).flatMap(([type, value]) =>
    value === undefined ? [] : [new Attribute({ type, values: typeof value === 'string' ? [value] : value })],
  );
  if (user.password !== undefined) {
    attributes.push(new Attribute({ type: 'unicodePwd', values: [unicodePassword(user.password)] }));
  }
  await withLdap(admin, (client) => client.add(dn, attributes));
  return { dn, login: user.login, userPrincipalName };
}

async function createPasswordSettings(admin: LdapLogin, settings: NewPasswordSettings): Promise<string> {
  const dn = `CN=${settings.name},CN=Password Settings Container,CN=System,${baseDn}`;
  await withLdap(admin, (client) =>
    client.add(dn, {
      objectClass: 'msDS-PasswordSettings',
      'msDS-PasswordSettingsPrecedence': String(settings.precedence),
      'msDS-PasswordReversibleEncryptionEnabled': 'FALSE',
      'msDS-PasswordHistoryLength': String(settings.historyLength ?? 24),
      'msDS-PasswordComplexityEnabled': settings.complexity === false ? 'FALSE' : 'TRUE',
      'msDS-MinimumPasswordLength': String(settings.minLength ?? 10),
      'msDS-MinimumPasswordAge': adInterval((settings.minAgeDays ?? 0) * dayMs),
      'msDS-MaximumPasswordAge': adInterval((settings.maxAgeDays ?? 90) * dayMs),
      'msDS-LockoutThreshold': String(settings.lockoutThreshold ?? 5),
      'msDS-LockoutObservationWindow': adInterval(1_800_000),
      'msDS-LockoutDuration': adInterval(1_800_000),
      'msDS-PSOAppliesTo': [...settings.appliesTo],
    }),
  );
  return dn;
}

/** What never differs between two domain controllers of the tests. */
export const sambaNames = { kind: 'active-directory', baseDn, peopleDn: `OU=People,${baseDn}`, domain, realm } as const;

import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { handbookAcis } from './handbook-rules.ts';

export const ds389BaseDn = 'dc=example,dc=test';

export const ds389Dns = {
  admin: 'cn=Directory Manager',
  people: `ou=people,${ds389BaseDn}`,
  groups: `ou=groups,${ds389BaseDn}`,
  services: `ou=services,${ds389BaseDn}`,
  outside: `ou=outside,${ds389BaseDn}`,
  service: `cn=keyturn,ou=services,${ds389BaseDn}`,
  readOnly: `cn=readonly,ou=services,${ds389BaseDn}`,
} as const;

export interface Ds389Configuration {
  readonly folder: string;
  /** Its last name also names a semaphore of the whole machine (/dev/shm/sem.NAME.stats), so it must be unique. */
  readonly configFolder: string;
  readonly port: number;
  readonly securePort: number;
  readonly adminPassword: string;
  readonly user: string;
  readonly requireTls: boolean;
}

/** Folders the server wants to exist below its own. */
export const ds389Folders = ['run', 'log', 'lock', 'db', 'bak', 'ldif', 'inst', 'tmp'] as const;

/** The package's own template, from which dscreate makes dse.ldif too; dscreate itself insists on the paths below /etc. */
const templateFile = '/usr/share/dirsrv/data/template-dse.ldif';

/** The global password policy (389 DS Configuration Reference, cn=config). */
const policy = {
  passwordLockout: 'on',
  passwordMaxFailure: '5',
  passwordLockoutDuration: '1800',
  passwordResetFailureCount: '1800',
  passwordHistory: 'on',
  passwordInHistory: '24',
  passwordCheckSyntax: 'on',
  passwordMinLength: '10',
  passwordMinAge: '0',
  passwordMustChange: 'on',
  passwordExp: 'on',
  passwordMaxAge: '7776000',
  passwordWarning: '86400',
  // The default, PBKDF2, is made to be slow.
  passwordStorageScheme: 'SSHA512',
  'nsslapd-pwpolicy-local': 'on',
} as const;

/** dse.ldif of a server that lives in one folder, with the database and the tree's root already declared. */
export async function dseLdif(configuration: Ds389Configuration): Promise<string> {
  const { folder, configFolder } = configuration;
  const at = (name: string): string => join(folder, name);
  const values: Readonly<Record<string, string>> = {
    schema_dir: join(configFolder, 'schema'),
    lock_dir: at('lock'),
    tmp_dir: at('tmp'),
    cert_dir: configFolder,
    config_dir: configFolder,
    ldif_dir: at('ldif'),
    bak_dir: at('bak'),
    run_dir: at('run'),
    inst_dir: at('inst'),
    log_dir: at('log'),
    db_dir: at('db'),
    db_home_dir: at('db'),
    db_lib: 'bdb',
    fqdn: 'localhost',
    ds_port: String(configuration.port),
    ds_user: configuration.user,
    ds_passwd: hashedPassword(configuration.adminPassword),
    ds_suffix: ds389BaseDn,
    rootdn: ds389Dns.admin,
    ldapi_enabled: 'off',
    ldapi: at('run/ldapi.socket'),
    ldapi_autobind: 'off',
  };
  const template = await readFile(templateFile, 'utf8');
  const filled = template.replace(/%([a-z_]+)%/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${templateFile} has an unknown placeholder ${placeholder}`);
    return value;
  });
  const settings = {
    'nsslapd-security': 'on',
    'nsslapd-secureport': String(configuration.securePort),
    'nsslapd-listenhost': '127.0.0.1',
    'nsslapd-securelistenhost': '127.0.0.1',
    'nsslapd-require-secure-binds': configuration.requireTls ? 'on' : 'off',
    'nsslapd-errorlog-logbuffering': 'off',
    ...policy,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${value}\n`);
  const withMemberOf = filled.replace(/(dn: cn=MemberOf Plugin,[\s\S]*?nsslapd-pluginenabled: )off/, '$1on\nmemberofautoaddoc: nsMemberOf');
  return `${withMemberOf.replace('nsslapd-port:', () => `${lines.join('')}nsslapd-port:`).trimEnd()}\n\n${database}`;
}

const database = `dn: cn=userRoot,cn=ldbm database,cn=plugins,cn=config
objectClass: top
objectClass: extensibleObject
objectClass: nsBackendInstance
cn: userRoot
nsslapd-suffix: ${ds389BaseDn}

dn: cn="${ds389BaseDn}",cn=mapping tree,cn=config
objectClass: top
objectClass: extensibleObject
objectClass: nsMappingTree
cn: "${ds389BaseDn}"
nsslapd-state: backend
nsslapd-backend: userRoot
`;

function hashedPassword(password: string): string {
  const salt = randomBytes(8);
  const digest = createHash('sha512').update(password).update(salt).digest();
  return `{SSHA512}${Buffer.concat([digest, salt]).toString('base64')}`;
}

/**
 * Access control by entry: the service account has the rights that the handbook gives it, and no others; the reading account sees all
 * but the policy and the passwords.
 */
export function ds389Acis(dn: string): string[] {
  const handbook = handbookAcis(ds389BaseDn).filter((rule) => rule.dn === dn);
  const reading = `(targetattr!="userPassword || passwordHistory")(version 3.0; acl "read"; allow (read,search,compare) userdn="ldap:///${ds389Dns.readOnly}";)`;
  return [...handbook.flatMap(({ acis }) => acis), ...(dn === ds389BaseDn ? [reading] : [])];
}

import { join } from 'node:path';
import { handbookSlapdAccess } from './handbook-rules.ts';

export const slapdBaseDn = 'dc=example,dc=test';

/** Entries the configuration and the seed both name. */
export const slapdDns = {
  admin: `cn=admin,${slapdBaseDn}`,
  people: `ou=people,${slapdBaseDn}`,
  groups: `ou=groups,${slapdBaseDn}`,
  services: `ou=services,${slapdBaseDn}`,
  outside: `ou=outside,${slapdBaseDn}`,
  policies: `ou=policies,${slapdBaseDn}`,
  service: `cn=keyturn,ou=services,${slapdBaseDn}`,
  readOnly: `cn=readonly,ou=services,${slapdBaseDn}`,
} as const;

export interface SlapdConfiguration {
  readonly folder: string;
  readonly adminPassword: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  /** False lets passwords be sent without TLS. */
  readonly requireTls: boolean;
  /** Does not wait for the disk on each write: faster, and nothing is lost unless the machine itself goes down. */
  readonly noSync: boolean;
  /** Tells people in the bind response that they are locked out (slapo-ppolicy(5) ppolicy_use_lockout). */
  readonly useLockout: boolean;
  /** Password of `cn=config`, which is then there and can be changed while the server runs; null: it is not. */
  readonly configPassword: string | null;
  readonly globalLines: readonly string[];
  readonly hashCleartext: boolean;
  readonly databaseLines: readonly string[];
  /** null: those below. */
  readonly accessLines: readonly string[] | null;
  readonly otherDatabase: { readonly lines: readonly string[]; readonly suffix: string } | null;
}

/** Says nothing about anybody else. */
const readOnlyAccess = `access to attrs=userPassword,pwdHistory by dn.exact="${slapdDns.readOnly}" none by * break
access to * by dn.exact="${slapdDns.readOnly}" read by * break`;

const accessRules = `${readOnlyAccess}
${handbookSlapdAccess('openldap.md', slapdBaseDn)}`;

/** slapd.conf(5) with the ppolicy and memberof overlays. The service account has the rights that the handbook gives it, and no others. */
export function slapdConf(configuration: SlapdConfiguration): string {
  const { folder, certificateFile, keyFile, caFile } = configuration;
  return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/dyngroup.schema
modulepath /usr/lib/ldap
moduleload back_mdb.la
moduleload ppolicy.la
moduleload memberof.la
pidfile ${join(folder, 'slapd.pid')}
argsfile ${join(folder, 'slapd.args')}
TLSCACertificateFile ${caFile}
TLSCertificateFile ${certificateFile}
TLSCertificateKeyFile ${keyFile}
TLSProtocolMin 3.3
password-hash {SSHA}
${configuration.requireTls ? 'security simple_bind=128' : ''}
sizelimit size.soft=500 size.hard=5000 size.pr=1000 size.prtotal=unlimited
${configuration.globalLines.join('\n')}
access to dn.base="" by * read

${configuration.configPassword === null ? '' : `database config\nrootpw ${configuration.configPassword}\n`}
${otherDatabaseConf(configuration)}
database mdb
suffix ${slapdBaseDn}
rootdn ${slapdDns.admin}
rootpw ${configuration.adminPassword}
directory ${join(folder, 'db')}
maxsize 4294967296
${configuration.noSync ? 'dbnosync' : ''}
index objectClass eq
index uid,mail eq,sub
index entryUUID,entryCSN eq
index member eq
${configuration.databaseLines.join('\n')}

overlay memberof
memberof-group-oc groupOfNames
memberof-member-ad member
memberof-memberof-ad memberOf

overlay ppolicy
ppolicy_default cn=default,${slapdDns.policies}
${configuration.useLockout ? 'ppolicy_use_lockout' : ''}
${configuration.hashCleartext ? 'ppolicy_hash_cleartext' : ''}

${configuration.accessLines?.join('\n') ?? accessRules}`;
}

function otherDatabaseConf({ folder, otherDatabase }: SlapdConfiguration): string {
  if (otherDatabase === null) return '';
  const lines = ['database mdb', `suffix ${otherDatabase.suffix}`, `directory ${join(folder, 'other')}`, ...otherDatabase.lines];
  return `${lines.join('\n')}\n`;
}

import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import { ruleLine, slapdConfLine, slapdRules } from '../../core/delegation/openldap.ts';
import { ldapmodifyLine } from '../ldap/ldapmodify-line.ts';

type Settings = Pick<DirectorySettingsOf<'openldap'>, 'baseDn' | 'defaultPolicyDn' | 'serviceAccount'>;

/** What a rule is for: reading people or their state, setting passwords, writing locks and marks, reading policies. */
export type Granted = 'entries' | 'states' | 'userPassword' | 'marks' | 'policies';

/** The access rule that grants it, as cn=config has it after `olcAccess: {n}`. */
export function accessRule(settings: Settings, granted: Granted): string {
  return ruleLine(slapdRules(settings)[granted]);
}

/**
 * Both forms of the rules, each first in its database: the lines of slapd.conf, and a command for cn=config, to be run by root on the
 * server. Debian's package has its database at `olcDatabase={1}mdb,cn=config`.
 */
export function rule(settings: Settings, ...granted: readonly Granted[]): string[] {
  const [rules, lines] = [granted.map((one) => accessRule(settings, one)), granted.map((one) => slapdConfLine(slapdRules(settings)[one]))];
  const change = { dn: 'olcDatabase={1}mdb,cn=config', add: 'olcAccess', values: rules.map((one, index) => `{${index}}${one}`) };
  return [...lines, ldapmodifyLine(['-Q', '-Y', 'EXTERNAL', '-H', 'ldapi:///'], change)];
}

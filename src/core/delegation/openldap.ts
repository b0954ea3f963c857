import type { DirectorySettingsOf } from '../configuration/directory-section.ts';
import type { DirectoryVerb } from '../ports/directory-health.ts';
import { parentDn, printedDn, treeOf } from './printed-dn.ts';

export type OpenldapPlaces = Pick<DirectorySettingsOf<'openldap'>, 'baseDn' | 'defaultPolicyDn'> & {
  readonly serviceAccount: { readonly name: string };
};

/** A rule of slapd.access(5): what it is about, and who may do what with it, the first who fits. */
interface Rule {
  readonly to: string;
  readonly by: readonly string[];
}

/** A lock by time, or the mark "must change": written by Keyturn, or read alone. */
const MARKS: readonly { readonly attribute: string; readonly verb: DirectoryVerb }[] = [
  { attribute: 'pwdReset', verb: 'require-change' },
  { attribute: 'pwdAccountLockedTime', verb: 'unlock-account' },
];
const STATES = ['pwdFailureTime', 'pwdStartTime', 'pwdEndTime', 'pwdAccountTmpLockoutEnd', 'pwdLastSuccess'];
const ALL: ReadonlySet<DirectoryVerb> = new Set(['reset-password', 'unlock-account', 'require-change']);

/** Each rule that can be in need. */
export function slapdRules(places: OpenldapPlaces, verbs: ReadonlySet<DirectoryVerb> = ALL) {
  const account = `dn.exact="${printedDn(places.serviceAccount.name)}"`;
  const people = `dn.subtree="${printedDn(places.baseDn)}"`;
  const policies = places.defaultPolicyDn === undefined ? null : parentDn(places.defaultPolicyDn);
  const written = MARKS.filter(({ verb }) => verbs.has(verb)).map(({ attribute }) => attribute);
  const read = [...MARKS.map(({ attribute }) => attribute).filter((attribute) => !written.includes(attribute)), ...STATES];
  return {
    userPassword: { to: `${people} attrs=userPassword`, by: [`${account} =w`, 'self =xw', 'anonymous auth', '* none'] },
    marks: { to: `${people} attrs=${written.join(',')}`, by: [`${account} write`, 'self read', '* none'] },
    states: { to: `${people} attrs=${read.join(',')}`, by: [`${account} read`, '* none'] },
    otherPasswords: { to: 'attrs=userPassword', by: ['self =xw', 'anonymous auth', '* none'] },
    history: { to: 'attrs=pwdHistory', by: ['* none'] },
    policies: {
      to: `dn.subtree="${policies === null ? 'DN-OF-THE-POLICIES' : printedDn(policies)}"`,
      by: [`${account} read`, '* none'],
    },
    entries: { to: `dn.subtree="${printedDn(treeOf(places.baseDn))}"`, by: [`${account} read`, '* break'] },
  } as const satisfies Record<string, Rule>;
}

/** What has to stand first in the database for these verbs, and nothing else. */
export function slapdRulesInUse(places: OpenldapPlaces, verbs: ReadonlySet<DirectoryVerb>): Rule[] {
  const rules = slapdRules(places, verbs);
  return [
    ...(verbs.has('reset-password') ? [rules.userPassword] : []),
    ...(MARKS.some(({ verb }) => verbs.has(verb)) ? [rules.marks] : []),
    ...[rules.states, rules.otherPasswords, rules.history],
    // Where nobody has said where they are, they are read as everything else in the tree is.
    ...(places.defaultPolicyDn === undefined ? [] : [rules.policies]),
    rules.entries,
  ];
}

/** One rule on one line, as it stands after `olcAccess: {n}`. */
export function ruleLine({ to, by }: Rule): string {
  return `to ${to} ${by.map((who) => `by ${who}`).join(' ')}`;
}

/** In slapd.conf(5) a backslash stands for what comes after it, also within quotation marks: `\2c` alone would name another entry. */
function inSlapdConf(text: string): string {
  return text.replaceAll('\\', '\\\\');
}

/** One rule on one line of slapd.conf(5). */
export function slapdConfLine(rule: Rule): string {
  return `access ${inSlapdConf(ruleLine(rule))}`;
}

/** As lines of slapd.conf(5). */
export function slapdConfLines(rules: readonly Rule[]): string {
  return rules.map(({ to, by }) => inSlapdConf(`access to ${to}\n${by.map((who) => `  by ${who}\n`).join('')}`)).join('');
}

/** As LDIF for a server that is configured by cn=config; the lines go on with two spaces, of which LDIF takes one (RFC 2849). */
export function slapdConfigLdif(rules: readonly Rule[]): string {
  const values = rules.map(({ to, by }, index) => `olcAccess: {${index}}to ${to}\n${by.map((who) => `  by ${who}\n`).join('')}`);
  return `dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nadd: olcAccess\n${values.join('')}`;
}

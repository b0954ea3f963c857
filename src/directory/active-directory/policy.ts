import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { firstValue } from '../ldap/dn.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { succeeded } from '../ldap/result-codes.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import { fromInterval } from '../ldap/time.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { isSamba, type ResetMode } from './reset-mode.ts';

const domainAttributes = [
  'minPwdLength',
  'minPwdAge',
  'maxPwdAge',
  'pwdHistoryLength',
  'pwdProperties',
  'lockoutThreshold',
  'lockoutDuration',
  'lockOutObservationWindow',
] as const;

const settingsObjectAttributes = [
  'cn',
  'msDS-MinimumPasswordLength',
  'msDS-MinimumPasswordAge',
  'msDS-MaximumPasswordAge',
  'msDS-PasswordHistoryLength',
  'msDS-PasswordComplexityEnabled',
  'msDS-LockoutThreshold',
  'msDS-LockoutDuration',
  'msDS-LockoutObservationWindow',
] as const;

/** A password is at most 256 UTF-16 units long (MS-SAMR 2.2.6.21, the buffer of SAMPR_USER_PASSWORD). */
const longestPassword = 256;
const complexityFlag = 1;

export interface EffectivePolicy {
  readonly policy: PasswordPolicy;
  /** DN of the settings object, or of the container, that may not be read: the values are then those of the domain. */
  readonly unreadable: string | null;
}

/**
 * The policy in force for one account: its resulting password settings object (MS-ADTS 3.1.1.4.5.36), else that of the domain.
 * `account` must have been read with `msDS-ResultantPSO`.
 * @param cache keeps what the policies say; which one is in force is asked each time
 */
export async function readEffectivePolicy(
  connection: LdapConnection,
  account: LdapEntry,
  domainDn: string,
  mode: ResetMode,
  cache: ServerCache,
): Promise<EffectivePolicy> {
  const settingsDn = account.text('msDS-ResultantPSO');
  if (settingsDn !== null) {
    const settings = await cache.get(connection, `settings ${settingsDn}`, () => readOne(connection, settingsDn, settingsObjectAttributes));
    if (settings?.text('msDS-MinimumPasswordLength') != null) {
      return { policy: asServed(fromSettingsObject(settings), connection, mode), unreadable: null };
    }
  }
  const domain = await readDomain(connection, domainDn, cache);
  // Who may not read the container may not be shown which object applies either (msDS-ResultantPSO): none is told, and one may be there.
  const unreadable = settingsDn ?? ((await mayReadSettings(connection, domainDn)) ? null : settingsContainer(domainDn));
  const policy = asServed(fromDomain(domain, settingsDn), connection, mode);
  return unreadable === null ? { policy, unreadable } : { policy: { ...policy, uncertain: true }, unreadable };
}

function readDomain(connection: LdapConnection, domainDn: string, cache: ServerCache): Promise<LdapEntry> {
  return cache.get(connection, `domain ${domainDn}`, async () => {
    const entry = await readOne(connection, domainDn, domainAttributes);
    if (entry === null) throw unexpectedResult({ code: 32, message: 'the domain entry cannot be read' }, connection.server, 'search');
    return entry;
  });
}

export interface MaximumAges {
  /** Of the policies that end passwords at all; milliseconds. */
  readonly ages: readonly number[];
  /** false: there may be policies that cannot be read. */
  readonly isWhole: boolean;
}

/** The maximum ages of the domain and of all fine-grained policies, whomever they apply to. */
export function readMaximumAges(connection: LdapConnection, domainDn: string, cache: ServerCache): Promise<MaximumAges> {
  return cache.get(connection, `maximum ages of ${domainDn}`, async () => {
    const attribute = 'msDS-MaximumPasswordAge';
    const domain = (await readDomain(connection, domainDn, cache)).text('maxPwdAge');
    // By a filter over one of its attributes an object that may not be read would not be there at all.
    const { result, entries } = await connection.search(settingsContainer(domainDn), { scope: 'one', attributes: [attribute] });
    const told = [domain, ...entries.map((entry) => entry.text(attribute))];
    const isWhole = succeeded(result) && (await mayReadSettings(connection, domainDn)) && told.every((age) => age !== null);
    return { ages: told.map(fromInterval).filter((age) => age !== null), isWhole };
  });
}

/** Where the fine-grained policies of a domain are (MS-ADTS 6.1.1.4.11). */
export function settingsContainer(domainDn: string): string {
  return `CN=Password Settings Container,CN=System,${domainDn}`;
}

const readable = new WeakMap<LdapConnection, boolean>();

/** The entry itself shows even to those who may not look into it: an its name as an attribute tells. Asked once a connection. */
export async function mayReadSettings(connection: LdapConnection, domainDn: string): Promise<boolean> {
  const known = readable.get(connection);
  if (known !== undefined) return known;
  const container = await readOne(connection, settingsContainer(domainDn), ['cn', 'objectClass']);
  const answer = container?.text('cn') != null;
  readable.set(connection, answer);
  return answer;
}

async function readOne(connection: LdapConnection, dn: string, attributes: readonly string[]): Promise<LdapEntry | null> {
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes });
  return succeeded(result) ? (entries[0] ?? null) : null;
}

type Limits = Omit<PasswordPolicy, 'historyOnReset' | 'minimumAgeOnReset' | 'nameTokensChecked'>;

const common = { maximumLength: longestPassword, lengthUnit: 'utf16-units', categories: null } as const;

function fromSettingsObject(entry: LdapEntry): Limits {
  const complex = entry.text('msDS-PasswordComplexityEnabled')?.toUpperCase() === 'TRUE';
  return {
    ...common,
    name: entry.text('cn') ?? firstValue(entry.dn),
    minimumLength: number(entry, 'msDS-MinimumPasswordLength'),
    complexity: complex ? 'active-directory' : 'none',
    minimumAge: fromInterval(entry.text('msDS-MinimumPasswordAge')) ?? 0,
    maximumAge: positive(fromInterval(entry.text('msDS-MaximumPasswordAge'))),
    historyLength: number(entry, 'msDS-PasswordHistoryLength'),
    lockoutThreshold: number(entry, 'msDS-LockoutThreshold'),
    lockoutDuration: positive(fromInterval(entry.text('msDS-LockoutDuration'))),
    failuresForgottenAfter: positive(fromInterval(entry.text('msDS-LockoutObservationWindow'))),
  };
}

function fromDomain(entry: LdapEntry, unreadable: string | null): Limits {
  const complex = (number(entry, 'pwdProperties') & complexityFlag) !== 0;
  return {
    ...common,
    name: unreadable === null ? 'Default domain policy' : `${firstValue(unreadable)} (not readable)`,
    minimumLength: number(entry, 'minPwdLength'),
    complexity: complex ? 'active-directory' : 'none',
    minimumAge: fromInterval(entry.text('minPwdAge')) ?? 0,
    maximumAge: positive(fromInterval(entry.text('maxPwdAge'))),
    historyLength: number(entry, 'pwdHistoryLength'),
    lockoutThreshold: number(entry, 'lockoutThreshold'),
    lockoutDuration: positive(fromInterval(entry.text('lockoutDuration'))),
    failuresForgottenAfter: positive(fromInterval(entry.text('lockOutObservationWindow'))),
  };
}

/** What this very server does: about history and age at a reset, and about names within passwords. */
function asServed(limits: Limits, connection: LdapConnection, mode: ResetMode): PasswordPolicy {
  return {
    ...limits,
    // Windows refuses parts of the account and display name (MS-SAMR 3.1.1.7.2); Samba does not look at them.
    nameTokensChecked: limits.complexity === 'active-directory' && !isSamba(connection.rootDse),
    historyOnReset: mode === 'policy-hints' ? 'enforced' : mode,
    minimumAgeOnReset: mode === 'policy-hints' ? 'enforced' : 'not-enforced',
  };
}

function number(entry: LdapEntry, attribute: string): number {
  return Number(entry.text(attribute) ?? 0);
}

/** 0 stands for "no limit" in maximum age and lockout duration. */
function positive(duration: number | null): number | null {
  return duration === null || duration === 0 ? null : duration;
}

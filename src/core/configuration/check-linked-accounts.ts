import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { isSubset } from '../proof/combinations.ts';
import { combinationsOf } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import { NIST_TWO_PROOFS } from './check-rules.ts';
import type { Configuration } from './document.ts';
import { formatPath } from './format-path.ts';

const KIND = 'linked-account';

/**
 * Combinations with the password of another account of the person: it is worth what it takes to get that password, and that is what the
 * rules ask for to recover the other account.
 */
export function checkLinkedAccounts(
  { recovery, factors, directories }: Pick<Configuration, 'recovery' | 'factors' | 'directories'>,
  report: Report,
): void {
  checkUntold({ recovery, directories }, report);
  for (const [index, rule] of recovery.rules.entries()) {
    const at = ['recovery', 'rules', index];
    for (const kinds of combinationsOf(rule).filter((each) => each.includes(KIND))) {
      const rest = kinds.filter((kind) => kind !== KIND);
      if (rest.every((kind) => FACTOR_TRAITS[kind].channel === 'memory'))
        report('error', at, `${kinds.join(' + ')}: the password of another account never counts beside nothing but what people know`);
      const ways = waysInto(recovery.rules, rest);
      const open = ways.find(({ through }) => !through);
      const cycle = ways.find(({ through }) => through);
      const { coolDownHours } = factors;
      if (open !== undefined)
        report(
          'warning',
          at,
          `${kinds.join(' + ')}: the password of the other account adds nothing where ${open.path} takes ${open.kinds.join(' + ')} for it: whoever has that sets a new one, which counts after ${coolDownHours} hours. ${NIST_TWO_PROOFS}`,
        );
      else if (cycle !== undefined)
        report(
          'warning',
          at,
          `${kinds.join(' + ')}: a cycle, as by ${cycle.path} the other account recovers through this one (${formatPath(at)} -> ${cycle.path} -> ${formatPath(at)}): who knows the password of either needs only ${rest.join(' + ')} for both. ${NIST_TWO_PROOFS}`,
        );
    }
  }
}

/** A plain LDAP server never tells when a password was set; of other kinds it depends on the server, and only asking it tells. */
function checkUntold({ recovery, directories }: Pick<Configuration, 'recovery' | 'directories'>, report: Report): void {
  const isTaken = recovery.rules.some((rule) => combinationsOf(rule).some((kinds) => kinds.includes(KIND)));
  if (!isTaken) return;
  for (const [index, settings] of directories.entries())
    if (settings.kind === 'ldap' && settings.untoldPasswords === 'prove-nothing')
      report(
        'warning',
        ['directories', index, 'untoldPasswords'],
        `The passwords of its people prove no other account (${KIND}): such a server does not tell when a password was set. State here whether anybody but its owner knows one`,
      );
}

interface Way {
  path: string;
  kinds: readonly string[];
  /** It asks for the password of yet another account, which may be the one that is recovered. */
  through: boolean;
}

/** How an account is recovered with these kinds, and at most the password of another account besides. */
function waysInto(rules: Configuration['recovery']['rules'], kinds: readonly string[]): Way[] {
  return rules.flatMap((rule, index) =>
    combinationsOf(rule)
      .filter((other) => isSubset(other, [...kinds, KIND]))
      .map((other) => ({ path: formatPath(['recovery', 'rules', index]), kinds: other, through: other.includes(KIND) })),
  );
}

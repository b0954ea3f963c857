import type { FactorKind } from '../../../shared/api/journeys.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { kindsInWords } from '../factors/kinds-in-words.ts';
import { isSubset } from '../proof/combinations.ts';
import { combinationsOf } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import { NIST_TWO_PROOFS } from './check-rules.ts';
import type { Configuration } from './document.ts';

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
        report('error', at, `${kindsInWords(kinds)}: the password of another account never counts beside nothing but what people know`);
      const ways = waysInto(recovery.rules, rest);
      const open = ways.find(({ through }) => !through);
      const cycle = ways.find(({ through }) => through);
      const { coolDownHours } = factors;
      if (open !== undefined)
        report(
          'warning',
          at,
          `${kindsInWords(kinds)}: the password of the other account adds nothing where the rule "${open.rule.name}" takes ${kindsInWords(open.kinds)} for it: whoever has that sets a new one, which counts after ${coolDownHours} hours. ${NIST_TWO_PROOFS}`,
        );
      else if (cycle !== undefined)
        report(
          'warning',
          at,
          `${kindsInWords(kinds)}: a cycle, A recovers B recovers A. ${describeCycle(rule, cycle.rule)}. Who knows the password of either needs ${rest.length === 0 ? 'nothing more' : `only ${kindsInWords(rest)}`} for both. ${NIST_TWO_PROOFS}`,
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

type Rule = Configuration['recovery']['rules'][number];

/** Which rules lead in a circle: the first one for an account B, the other one for an account A of the same person. */
function describeCycle(rule: Rule, other: Rule): string {
  const by = other === rule ? 'the same rule' : `the rule "${other.name}"`;
  return `By the rule "${rule.name}" the password of an account A recovers the account B${whereOf(rule)}, and by ${by} the password of B recovers A${whereOf(other)}`;
}

function whereOf({ when }: Rule): string {
  return when.directories === undefined ? '' : ` in ${when.directories.join(' or ')}`;
}

interface Way {
  rule: Rule;
  kinds: readonly FactorKind[];
  /** It asks for the password of yet another account, which may be the one that is recovered. */
  through: boolean;
}

/** How an account is recovered with these kinds, and at most the password of another account besides. */
function waysInto(rules: readonly Rule[], kinds: readonly FactorKind[]): Way[] {
  return rules.flatMap((rule) =>
    combinationsOf(rule)
      .filter((other) => isSubset(other, [...kinds, KIND]))
      .map((other) => ({ rule, kinds: other, through: other.includes(KIND) })),
  );
}

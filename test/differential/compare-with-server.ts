import { judge } from '../../shared/password-rules/judge.ts';
import { normalisePassword } from '../../shared/password-rules/normalise-password.ts';
import { rulesOf } from '../../src/core/password-policy/rules-of.ts';
import type { Account, Directory } from '../../src/core/ports/directory.ts';
import { reset } from '../conformance/write.ts';
import { generatePasswords } from './generate-passwords.ts';

/** What came out of asking the oracle and the server about the same passwords. */
export interface Comparison {
  /** Taken by the server. */
  readonly accepted: string[];
  readonly refused: string[];
  /** One line for each password on which the two disagree: what it was, what each said. */
  readonly disagreements: string[];
  /** One line for each reason the adapter gave that the oracle did not foretell, on passwords that both refuse. */
  readonly otherReasons: string[];
}

/**
 * Resets one account's password again and again, and notes where the directory does not do what the oracle foretold from
 * the policy the adapter read. Only rules of the directory are compared: what Keyturn refuses on its own never gets there.
 */
export async function compareWithServer(
  directory: Pick<Directory, 'readPolicy' | 'readStatus' | 'prepareWrite' | 'resetPassword'>,
  account: Account,
  seed: number,
  count: number,
): Promise<Comparison> {
  const policy = await directory.readPolicy(account);
  const rules = rulesOf(policy, account, await directory.readStatus(account), Date.now()).filter((rule) => rule.source === 'directory');
  const names = [account.login, account.displayName, account.givenName ?? '', account.surname ?? '', ...account.mail].filter(
    (name) => name !== '',
  );
  const { minimumLength, lengthUnit } = policy;
  const comparison: Comparison = { accepted: [], refused: [], disagreements: [], otherReasons: [] };
  for (const password of generatePasswords({ seed, count, minimumLength, lengthUnit, names })) {
    const broken = judge(password, rules).filter((verdict) => verdict.ok === false);
    const outcome = await reset(directory, account, normalisePassword(password));
    (outcome.done ? comparison.accepted : comparison.refused).push(password);
    if (!outcome.done && broken.length > 0 && !broken.some(({ code }) => isReason(code, outcome.refusal))) {
      comparison.otherReasons.push(`${JSON.stringify(password)}: ${outcome.refusal} (${outcome.detail})`);
    }
    if (outcome.done !== (broken.length === 0)) {
      const said = outcome.done ? 'accepted' : `${outcome.refusal} (${outcome.detail})`;
      const foretold = broken.length === 0 ? 'acceptable' : broken.map((verdict) => verdict.code).join(', ');
      comparison.disagreements.push(`${JSON.stringify(password)} under "${policy.name}": oracle ${foretold}, server ${said}`);
    }
  }
  return comparison;
}

/** An adapter says "not complex" also for what it cannot tell apart: 389 Directory Server has one number for all of its checks. */
function isReason(foretold: string, refusal: string): boolean {
  return foretold === refusal || (refusal === 'password.not-complex' && !['password.too-short', 'password.too-long'].includes(foretold));
}

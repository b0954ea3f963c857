import type { Account, Directory } from '../ports/directory.ts';
import { type ProofRule, type RuleFacts, scopesNamed } from '../proof/rules.ts';

/**
 * Reads what the rules of proof ask of an account. A directory is asked only where a rule names a place or a group for its people.
 * @throws AppError `directory.*`
 */
export async function readRuleFacts(
  directory: Directory,
  rules: readonly Pick<ProofRule, 'name' | 'when'>[],
  account: Account,
): Promise<RuleFacts> {
  const named = scopesNamed(rules, directory.id);
  const isAsked = named.places.length > 0 || named.groups.length > 0;
  return { directory: directory.id, membership: isAsked ? await directory.readMembership(account, named) : NOTHING_KNOWN };
}

const NOTHING_KNOWN: RuleFacts['membership'] = { places: {}, groups: {} };

/** What is known of an account of which nothing could be read. */
export function unknownRuleFacts(directory: string): RuleFacts {
  return { directory, membership: NOTHING_KNOWN };
}

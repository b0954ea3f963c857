import { isWithinNetworks } from '../proof/networks.ts';
import type { ProofRule } from '../proof/rules.ts';

/** A rule without a condition meets all values, those that no rule names among them. */
const ANY = [undefined];

/**
 * The rules before one that take everybody whom it is for, in all situations that it is for; null: it can count for somebody. Networks that only
 * several rules together hold are not seen, nor that one place lies in another.
 * @param goals those that are offered
 * @returns positions, each of which takes somebody
 */
export function takenBefore(rules: readonly Pick<ProofRule, 'when'>[], index: number, goals: readonly string[]): number[] | null {
  const { when } = rules[index] as Pick<ProofRule, 'when'>;
  const takers = new Set<number>();
  for (const goal of when.goals?.filter((each) => goals.includes(each)) ?? ANY)
    for (const client of when.clients ?? ANY)
      for (const directory of when.directories ?? ANY)
        for (const place of when.places ?? ANY)
          for (const group of when.groups ?? ANY)
            for (const network of when.networks ?? ['0.0.0.0/0', '::/0']) {
              const taker = rules
                .slice(0, index)
                .findIndex(
                  ({ when: wider }) =>
                    holds(wider.goals, goal) &&
                    holds(wider.clients, client) &&
                    holds(wider.directories, directory) &&
                    holds(wider.places, place) &&
                    holds(wider.groups, group) &&
                    (wider.networks === undefined || isWithinNetworks(network, wider.networks)),
                );
              if (taker < 0) return null;
              takers.add(taker);
            }
  return [...takers].sort((a, b) => a - b);
}

function holds(condition: readonly string[] | undefined, value: string | undefined): boolean {
  return condition === undefined || (value !== undefined && condition.includes(value));
}

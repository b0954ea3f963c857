import type { ProofRule, Situation } from './rules.ts';

/**
 * A situation in which a rule can count: one of its goals that is offered, one of its clients, an address in one of its networks. A rule that
 * names no network is looked at from no place in particular: what is enough then is enough from anywhere.
 * @param offered goals that are asked for by these rules
 * @returns null: it is for none of these goals
 */
export function situationOfRule(
  { when }: Pick<ProofRule, 'when'>,
  usual: Situation,
  offered: readonly Situation['goal'][],
): Situation | null {
  const goal = when.goals === undefined || when.goals.includes(usual.goal) ? usual.goal : when.goals.find((each) => offered.includes(each));
  if (goal === undefined) return null;
  const client = when.clients === undefined || when.clients.includes(usual.client) ? usual.client : (when.clients[0] ?? usual.client);
  const [network] = when.networks ?? [];
  return { goal, client, address: network === undefined ? usual.address : (network.split('/')[0] ?? null) };
}

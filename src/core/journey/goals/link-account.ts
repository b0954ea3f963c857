import { accountKey } from '../../accounts/candidate.ts';
import { FACTOR_TRAITS } from '../../factors/kinds.ts';
import { isOwnPassword } from '../../people/own-password.ts';
import type { ActDeps } from '../act.ts';
import type { JourneyState } from '../journey-state.ts';
import type { OpenedStep, ProvenAccount, ProvenGoal } from './goal.ts';
import { refusalOfClosed, renewalOf } from './sign-in.ts';

const HOUR = 3_600_000;

/** Somebody who is signed in has proven another account of theirs, as they would to sign in to it: the last page stands for its link. */
export const linkAccountGoal: ProvenGoal = {
  asksForProof: true,
  oneAccount: true,
  async open(deps, state, accounts) {
    const results = accounts.map(({ candidate }) => ({ account: accountKey(candidate.ref), outcome: 'proven' as const }));
    return refusalOfClosed(accounts) ?? (await refusalOfForeign(deps, state, accounts)) ?? { kind: 'done', results, nextSteps: [] };
  },
};

/**
 * A password that has to be changed somebody else may know. Where nothing else is given that is the owner's own, as a temporary pass is
 * not, neither does one prove anything that somebody has set for its owner lately, whatever was changed since: managers, agents and who
 * administers the directory would link the people whom they help.
 */
async function refusalOfForeign(deps: ActDeps, state: JourneyState, accounts: readonly ProvenAccount[]): Promise<OpenedStep | null> {
  const refusal: OpenedStep = { kind: 'refused', code: 'journey.password-not-own' };
  if (accounts.some((account) => renewalOf(state, account) !== null)) return refusal;
  const given = state.proven.filter((kind) => FACTOR_TRAITS[kind].channel !== 'person');
  if (given.some((kind) => kind !== 'password')) return null;
  if (given.length === 0) return refusal;
  const since = deps.act.at - deps.configuration().factors.coolDownHours * HOUR;
  const reset = await Promise.all(accounts.map(({ candidate }) => deps.store.intents.wasResetByOthers(candidate.ref, since)));
  const own = await Promise.all(accounts.map(({ candidate, status }) => isOwnPassword(deps, candidate.ref, status.passwordSetAt)));
  return reset.includes(true) || own.includes(false) ? refusal : null;
}

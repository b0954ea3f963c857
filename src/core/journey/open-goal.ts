import { accountKey, type Candidate } from '../accounts/candidate.ts';
import { mergeRules } from '../password-policy/merge.ts';
import { organisationRules } from '../password-policy/organisation-rules.ts';
import { rulesOf } from '../password-policy/rules-of.ts';
import type { AccountFacts } from '../ports/directory.ts';
import { randomId } from '../random-id.ts';
import type { ActDeps } from './act.ts';
import type { JourneyState, OpenStep } from './journey-state.ts';
import { isEnoughFor, offeredGoals, situationOf } from './what-counts.ts';

/** The candidates that the person means; all of them until they chose. */
export function selectedCandidates(state: JourneyState): Candidate[] {
  const all = state.candidates ?? [];
  return state.selected.length === 0 ? all : all.filter(({ ref }) => state.selected.includes(accountKey(ref)));
}

/**
 * The step after a complete proof: which account, if there are several; else what the goal asks for. Reads status and
 * policy live (DIR-5).
 * @throws AppError `directory.*`
 */
export async function openGoal(deps: ActDeps, state: JourneyState): Promise<OpenStep> {
  const id = randomId(deps.random);
  const chosen = selectedCandidates(state);
  const accounts = await Promise.all(
    chosen.map(async (candidate) => ({ candidate, ...(await deps.directories.get(candidate.ref.directory).readFacts(candidate.ref)) })),
  );
  if (accounts.length > 1 && state.selected.length === 0) {
    return {
      id,
      kind: 'choose-accounts',
      locked: Object.fromEntries(accounts.map(({ candidate, status }) => [accountKey(candidate.ref), status.locked])),
    };
  }
  if (state.goal === 'unlock-account') return openUnlock(deps, state, id, accounts);
  return openReset(deps, state, id, accounts);
}

interface Read extends AccountFacts {
  candidate: Candidate;
}

function openReset(deps: ActDeps, state: JourneyState, id: string, accounts: Read[]): OpenStep {
  const settings = deps.configuration().passwordRules;
  const ruleSets = accounts.flatMap(({ policy, account, status }) => [
    rulesOf(policy, account, status, deps.act.at),
    organisationRules(settings, account),
  ]);
  const changeableAt = accounts
    .map(({ status }) => status.changeableAt)
    .reduce((latest, at) => Math.max(latest ?? 0, at ?? 0) || null, null);
  // A lock that is not known may be one. To unlock and keep the password is offered to whom the proof is enough for that as well.
  const mayUnlock = accounts.every(({ candidate }) => isEnoughFor(deps, state, candidate, 'unlock-account'));
  const anyLocked = mayUnlock && accounts.some((account) => account.status.locked !== false && canUnlock(deps, account));
  return {
    id,
    kind: 'new-password',
    rules: mergeRules(ruleSets),
    anyLocked,
    changeableAt,
  };
}

/** "Was not locked" is said only where the directory says so of every account; else the person is offered what is possible. */
function openUnlock(deps: ActDeps, state: JourneyState, id: string, accounts: Read[]): OpenStep {
  const unlockable = accounts.filter((account) => canUnlock(deps, account));
  if (unlockable.some(({ status }) => status.locked)) return { id, kind: 'confirm-unlock' };
  if (unlockable.some(({ status }) => status.locked === null)) {
    return { id, kind: 'confirm-unlock', message: { key: 'lock-not-known', tone: 'info' } };
  }
  if (accounts.every(({ status }) => status.locked === false)) {
    const results = accounts.map(({ candidate }) => ({ account: accountKey(candidate.ref), outcome: 'was-not-locked' as const }));
    return { id, kind: 'done', results, nextSteps: ['was-not-locked'] };
  }
  const mayReset = accounts.every(({ candidate }) => isEnoughFor(deps, state, candidate, 'reset-password'));
  if (!mayReset || !offeredGoals(deps.configuration(), situationOf(state)).includes('reset-password')) {
    return { id, kind: 'refused', code: 'journey.cannot-unlock' };
  }
  return { ...openReset(deps, state, id, accounts), message: { key: 'cannot-unlock', tone: 'info' } };
}

function canUnlock(deps: ActDeps, { candidate }: Read): boolean {
  return deps.directories.get(candidate.ref.directory).abilities.verbs.includes('unlock-account');
}

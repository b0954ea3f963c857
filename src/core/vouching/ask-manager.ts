import type { FactorKind } from '../../../shared/api/journeys.ts';
import { accountKey, type Candidate } from '../accounts/candidate.ts';
import { isDirectoryTrouble } from '../accounts/is-directory-trouble.ts';
import { readLogEnd } from '../audit/log-end.ts';
import { recordEvent } from '../audit/record-event.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { type ActDeps, journeyActor } from '../journey/act.ts';
import { advanceJourney } from '../journey/advance-journey.ts';
import { askedFrom } from '../journey/asked-from.ts';
import { askedOf } from '../journey/guard-targets.ts';
import type { JourneyState, LoadedJourney, MessageKey } from '../journey/journey-state.ts';
import { endProof } from '../journey/refuse-proof.ts';
import type { Transition } from '../journey/step-handler.ts';
import { tellOfAttack } from '../journey/tell-of-attack.ts';
import { kindsNow } from '../journey/what-counts.ts';
import type { Store } from '../ports/store.ts';
import { randomId, twoDigits } from '../random-id.ts';
import { type Approvers, findApprovers } from './approvers.ts';
import { endFromNow } from './end-request.ts';
import { tellApprovers } from './tell-approvers.ts';
import { VOUCH_TRIES, type VouchFacts } from './vouch-facts.ts';

const KIND = 'manager';
/** Times that one journey may ask. */
const MOST_REQUESTS = 2;

/**
 * Who could vouch is read when somebody has proven something, and not before: an outsider makes no directory do more for those who exist.
 * A way that leads to nobody is not offered. A directory that does not answer says nothing: then it is asked when the way is taken.
 */
export async function settleManagers(deps: ActDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  const { state } = journey;
  const isOpen = state.step.kind === 'choose-factor' && state.proven.length > 0 && state.managersRead !== true;
  if (!isOpen || !kindsNow(deps, state).some((kind) => FACTOR_TRAITS[kind].byAnother === true)) return journey;
  const unable: string[] = [];
  for (const { ref } of (state.candidates ?? []).filter(({ has }) => has.includes(KIND))) {
    const approvers = await approversOf(deps, journey, ref);
    if (approvers === null) return journey;
    if (approvers.manager === null && approvers.deputies === null) unable.push(accountKey(ref));
  }
  const read = withoutManager({ ...state, managersRead: true }, unable);
  return deps.store.transaction(async (store) => advanceJourney(store, journey, await orEnd(deps, store, journey, read)));
}

/**
 * Asks who can vouch for a person, and has the journey wait. All that is told is who asks, for what and from where; two digits that the
 * person's page shows are what the one who vouches has to hear from them.
 */
export async function askManager(deps: ActDeps, journey: LoadedJourney, kind: FactorKind): Promise<Transition> {
  const { state } = journey;
  if ((state.asked[kind]?.sendings ?? 0) >= MOST_REQUESTS) return stayAtChoice(deps, state, { key: 'manager-asked-enough', tone: 'error' });
  const logEnd = await readLogEnd(deps.store);
  const unable: string[] = [];
  for (const candidate of (state.candidates ?? []).filter(({ has }) => has.includes(kind))) {
    const approvers = await approversOf(deps, journey, candidate.ref);
    if (approvers === null) return stayAtChoice(deps, state, { key: 'manager-not-answering', tone: 'error' });
    const account = await deps.directories.get(candidate.ref.directory).readAccount(candidate.ref);
    if (account !== null && (approvers.manager !== null || approvers.deputies !== null))
      return ask(deps, journey, { candidate, approvers, displayName: account.displayName, logEnd });
    unable.push(accountKey(candidate.ref));
  }
  const step = { id: randomId(deps.random), kind: 'choose-factor' as const, message: { key: 'manager-not-known', tone: 'info' as const } };
  const left = withoutManager({ ...state, step }, unable);
  return { kind: 'advance', decide: (store) => orEnd(deps, store, journey, left) };
}

interface Asking {
  candidate: Candidate;
  approvers: Approvers;
  displayName: string;
  logEnd: number;
}

function ask(deps: ActDeps, journey: LoadedJourney, { candidate, approvers, displayName, logEnd }: Asking): Transition {
  const { state, row } = journey;
  const { ref } = candidate;
  const request = randomId(deps.random);
  const endsAt = deps.act.at + deps.configuration().factors.manager.requestMinutes * 60_000;
  const facts: VouchFacts = {
    digits: twoDigits(deps.random),
    ...{ login: candidate.login, displayName, logEnd, goal: state.goal, address: deps.act.address, client: state.client.kind },
  };
  const manager = approvers.manager === null ? null : { directory: approvers.manager.directory, id: approvers.manager.id };
  let isAsked = false;
  return {
    kind: 'advance',
    decide: async (store) => {
      // Counters first: one order of locks. Whoever knows one proof of somebody must not fill the mailbox of their manager.
      const asked = askedOf(deps, state);
      const { granted, attacked } = await deps.guard.spend(store, 'messages', asked, state.hasWorked);
      const mails = granted && manager !== null && (await deps.guard.mayMailManager(store, accountKey(manager)));
      const { deputies } = approvers;
      const mailsDeputies = granted && deputies !== null && (await deps.guard.mayMailManager(store, `deputies/${deputies.directory}`));
      if (attacked) await tellOfAttack(deps, store, { asked, what: 'messages', language: state.language });
      if (!granted) return atChoice(deps, state, { key: 'manager-too-often', tone: 'error' });
      isAsked = true;
      await store.vouches.insert({
        ...{ id: request, journeyId: row.id, directory: ref.directory, accountId: ref.id, manager, facts: JSON.stringify(facts) },
        ...{ createdAt: deps.act.at, endsAt, tries: 0, outcome: null, closedAt: null },
      });
      const actor = journeyActor(deps.act, state);
      await tellApprovers(deps, store, {
        ...{ displayName, label: candidate.label },
        manager: mails ? manager : null,
        deputies: mailsDeputies ? deputies : null,
        asked: askedFrom(actor, deps.act.at),
        endsAt,
      });
      const told = { mailed: mails, deputies: deputies !== null };
      await recordEvent(store, deps.clock, { type: 'vouch.asked', request, journey: row.id, account: ref, manager, ...told, actor });
      const before = state.asked[KIND]?.sendings ?? 0;
      const about = { challengeId: request, sentAt: deps.act.at, resendAt: null, expiresAt: endsAt, sendings: before + 1 };
      return {
        ...state,
        asked: { ...state.asked, [KIND]: { ...about, attemptsLeft: VOUCH_TRIES } },
        // Time to come back and to give another proof when nobody has answered.
        until: endsAt + endFromNow(deps) - deps.act.at,
        step: { id: randomId(deps.random), kind: 'vouching', request, account: ref, digits: facts.digits, until: endsAt },
      };
    },
    after: (advanced) => {
      if (isAsked) deps.wakeOutbox('notice');
      return Promise.resolve(advanced);
    },
  };
}

/** null: a directory did not answer. An account that is gone has nobody who vouches. */
async function approversOf(deps: ActDeps, { row }: LoadedJourney, ref: Candidate['ref']): Promise<Approvers | null> {
  try {
    return await findApprovers(deps, ref);
  } catch (error) {
    if (!isDirectoryTrouble(error)) throw error;
    if (error.code === 'directory.account-missing') return { manager: null, deputies: null };
    deps.log.error('vouch.manager-not-known', { journey: row.id, directory: ref.directory, error });
    return null;
  }
}

function withoutManager(state: JourneyState, unable: readonly string[]): JourneyState {
  const candidates = (state.candidates ?? []).map((each) =>
    unable.includes(accountKey(each.ref)) ? { ...each, has: each.has.filter((kind) => kind !== KIND) } : each,
  );
  return { ...state, candidates };
}

/** A choice of which nothing is left ends the journey. */
async function orEnd(deps: ActDeps, store: Store, journey: LoadedJourney, state: JourneyState): Promise<JourneyState> {
  return kindsNow(deps, state).length > 0 ? state : endProof(deps, store, { ...journey, state }, 'journey.no-proof-left');
}

function atChoice(deps: ActDeps, state: JourneyState, message: MessageKey): JourneyState {
  return { ...state, step: { id: randomId(deps.random), kind: 'choose-factor', message } };
}

function stayAtChoice(deps: ActDeps, state: JourneyState, message: MessageKey): Transition {
  return { kind: 'advance', decide: () => Promise.resolve(atChoice(deps, state, message)) };
}

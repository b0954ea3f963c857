import { type FactorKind, isRecoveryGoal, type Result, type Step } from '../../../shared/api/journeys.ts';
import { ERRORS, type ErrorCode } from '../../../shared/errors.ts';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import { accountKey } from '../accounts/candidate.ts';
import { supportContact } from '../configuration/support-contact.ts';
import { timeZoneOf } from '../configuration/time-zone.ts';
import { shownQuestion } from '../enrolment/question-pool.ts';
import type { Factor } from '../factors/factor.ts';
import { presentRules, presentVerdicts } from '../password-policy/present.ts';
import { presentRefusal, refusalKey } from '../password-policy/present-refusal.ts';
import type { PasswordRefusal } from '../ports/directory.ts';
import { canGoBack } from './can-go-back.ts';
import { canHandOver } from './hand-over/can-hand-over.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState, LoadedJourney, MessageKey, OpenStepOf, PromptStep } from './journey-state.ts';
import { forNextTime, mayAddPasskey, rightToEnrol } from './offers.ts';
import { selectedCandidates } from './open-goal.ts';
import { mayFinish } from './step-after-writes.ts';
import { combinationsNow, kindsNow } from './what-counts.ts';

const SECOND = 1000;

/**
 * An instant as it leaves: in whole seconds, so that it tells nothing of how busy the server was when it came about. Rounded
 * `up` where something is allowed from then on, down where it ends then.
 */
export function presentTime(time: number, round: 'up' | 'down'): string {
  return new Date((round === 'up' ? Math.ceil(time / SECOND) : Math.floor(time / SECOND)) * SECOND).toISOString();
}

/** From when on something counts that waits, for clients; null: it does. */
export const presentCountsFrom = (countsFrom: number | null, now: number): string | null =>
  countsFrom !== null && countsFrom > now ? presentTime(countsFrom, 'up') : null;

const presentTimeOrNull = (time: number | null, round: 'up' | 'down') => (time === null ? null : presentTime(time, round));

/**
 * What a client sees of the step a journey stands at, in the journey's language. Nothing in it depends on whether the
 * account exists until the proof is complete (JRN-4).
 */
export async function presentStep(deps: JourneyDeps, journey: LoadedJourney, verdicts?: readonly PasswordVerdict[]): Promise<Step> {
  const { state } = journey;
  const { step } = state;
  const timeZone = timeZoneOf(deps.configuration());
  const base = {
    ...{ id: step.id, canGoBack: false, ...(canHandOver(state) ? { canHandOver: true } : {}) },
    ...presentMessage(deps, state.language, step.message),
  };
  switch (step.kind) {
    case 'proof-of-work':
      return { ...base, kind: 'proof-of-work', canGoBack: step.next !== 'begin', ...presentWork(step) };
    case 'choose-factor':
      return { ...base, kind: 'choose-factor', ...presentChoice(deps, state) };
    case 'code':
      return presentCode(deps, journey, step, base);
    case 'passkey':
      return presentPasskey(deps, journey, step, base);
    case 'password':
      return { ...base, kind: 'password', ...(await presentPrompt(deps, journey, step)) };
    case 'questions':
      return { ...base, kind: 'questions', questions: presentQuestions(deps, state, step), ...presentPrompt(deps, journey, step) };
    case 'linked-password': {
      const accounts = [...(state.asked[step.factor]?.accounts ?? [])];
      return { ...base, kind: 'linked-password', accounts, ...presentPrompt(deps, journey, step) };
    }
    case 'choose-accounts': {
      const accounts = (state.candidates ?? []).map(({ ref, label, linked }) => {
        const id = accountKey(ref);
        return { id, label, locked: step.locked[id] ?? null, selected: linked !== true };
      });
      return { ...base, kind: 'choose-accounts', accounts };
    }
    case 'new-password':
      return {
        ...base,
        kind: 'new-password',
        accounts: selectedCandidates(state).map(({ ref, label, login }) => ({ id: accountKey(ref), label, login })),
        rules: presentRules(step.rules, deps.texts, state.language, timeZone),
        ...(verdicts === undefined ? {} : { verdicts: presentVerdicts(verdicts, deps.texts, state.language, timeZone) }),
        mayKeepPassword: step.anyLocked,
        changeableAt: presentTimeOrNull(step.changeableAt, 'up'),
        ...presentSoFar(deps, state),
      };
    case 'confirm-unlock':
      return { ...base, kind: 'confirm-unlock', accounts: presentAccounts(state), ...presentSoFar(deps, state) };
    case 'hand-over':
      return { ...base, kind: 'waiting', for: 'computer', digits: step.digits, pollAfter: 2 };
    case 'handed-over':
      return { ...base, kind: 'waiting', for: 'phone', pollAfter: 2 };
    case 'confirm-call':
      return { ...base, kind: 'confirm-call', ...presentCall(step) };
    case 'vouching': {
      const expiresAt = presentTime(step.until, 'down');
      return { ...base, kind: 'waiting', for: 'manager', digits: step.digits, pollAfter: 8, canGoBack: canGoBack(deps, state), expiresAt };
    }
    case 'judging':
    case 'preparing':
    case 'writing':
      return { ...base, kind: 'waiting', for: 'directory', pollAfter: 2 };
    case 'done':
      return {
        ...base,
        kind: 'done',
        results: presentResults(deps, state, step.results),
        nextSteps: presentNextSteps(deps, state, step),
        ...presentNextTime(deps, journey),
        ...presentOffers(deps, journey),
      };
    case 'refused':
      return {
        ...base,
        kind: 'refused',
        code: tellableCode(step.code),
        message: refusalText(deps, state, step.code),
        contact: supportContact(deps.configuration(), state.language),
      };
  }
}

function presentMessage(
  deps: JourneyDeps,
  language: string,
  message: MessageKey | undefined,
): { message?: string; messageTone?: 'info' | 'error' } {
  if (message === undefined) return {};
  const key = message.key.startsWith('password.') ? refusalKey(message.key) : `journey.message.${message.key}`;
  return { message: deps.texts.translate(language, key, message.parameters), messageTone: message.tone };
}

function presentWork({ challenge, difficulty }: OpenStepOf<'proof-of-work'>) {
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  return { challenge: { algorithm: 'PBKDF2/SHA-256' as const, nonce, salt, cost, keyLength, keyPrefix }, difficulty };
}

function presentChoice(deps: JourneyDeps, state: JourneyState) {
  const options = kindsNow(deps, state).map((kind) => ({
    id: kind,
    kind,
    label: deps.texts.translate(state.language, `journey.factor.${kind}`),
  }));
  return { options, accepted: combinationsNow(deps, state), done: state.proven };
}

function presentCode(
  deps: JourneyDeps,
  journey: LoadedJourney,
  step: OpenStepOf<'code'>,
  base: Pick<Step, 'id' | 'canGoBack' | 'message' | 'messageTone'>,
): Step {
  const asked = journey.state.asked[step.factor];
  return {
    ...base,
    kind: 'code',
    ...(deps.factor(step.factor) as Factor<'code'>).shown(step.challengeId),
    sentAt: presentTimeOrNull(asked?.sentAt ?? null, 'down'),
    resendAt: presentTimeOrNull(asked?.resendAt ?? null, 'up'),
    ...presentPrompt(deps, journey, step),
  };
}

/** What every step tells that asks for a proof. */
function presentPrompt(deps: JourneyDeps, { row, state }: LoadedJourney, step: PromptStep) {
  return {
    factor: { id: step.factor, kind: step.factor satisfies FactorKind },
    expiresAt: presentTime(state.asked[step.factor]?.expiresAt ?? row.expiresAt, 'down'),
    canGoBack: canGoBack(deps, state),
    attemptsLeft: state.asked[step.factor]?.attemptsLeft ?? deps.factor(step.factor).maximumAttempts(),
  };
}

function presentQuestions(deps: JourneyDeps, { asked, language }: JourneyState, { factor }: OpenStepOf<'questions'>) {
  return (asked[factor]?.questions ?? []).map(({ directory, ...put }) => shownQuestion(deps.configuration(), directory, put, language));
}

function presentPasskey(
  deps: JourneyDeps,
  journey: LoadedJourney,
  step: OpenStepOf<'passkey'>,
  base: Pick<Step, 'id' | 'canGoBack' | 'message' | 'messageTone'>,
): Step {
  return {
    ...base,
    kind: 'passkey',
    ...(deps.factor(step.factor) as Factor<'passkey'>).shown(step.challengeId),
    ...(step.problem === undefined ? {} : { problem: step.problem }),
    ...presentPrompt(deps, journey, step),
  };
}

function presentCall({ call }: OpenStepOf<'confirm-call'>) {
  if (call === null) return { call: null };
  const { agent, action, kinds, shown, triesLeft } = call;
  return { call: { agent, action, ...(kinds === undefined ? {} : { kinds }), shown }, attemptsLeft: triesLeft };
}

function presentAccounts(state: JourneyState): { id: string; label: string }[] {
  return selectedCandidates(state).map(({ ref, label }) => ({ id: accountKey(ref), label }));
}

/** What became of accounts of which some are asked for once more. */
function presentSoFar(deps: JourneyDeps, state: JourneyState): { results?: Result[]; mayFinish?: boolean } {
  if (state.outcomes === undefined) return {};
  const results = Object.entries(state.outcomes).map(([account, outcome]) => ({ account, ...outcome }));
  return { results: presentResults(deps, state, results), mayFinish: mayFinish(state) };
}

function presentResults(deps: JourneyDeps, state: JourneyState, results: OpenStepOf<'done'>['results']): Result[] {
  const labels = new Map((state.candidates ?? []).map(({ ref, label }) => [accountKey(ref), label]));
  const order = [...labels.keys()];
  const sorted = results.toSorted((one, other) => order.indexOf(one.account ?? '') - order.indexOf(other.account ?? ''));
  return sorted.map(({ account, outcome, code }) => {
    const label = account === null ? '' : (labels.get(account) ?? '');
    const done = (): string => deps.texts.translate(state.language, `journey.result.${outcome}`, { account: label });
    const message =
      code === undefined
        ? done()
        : outcome === 'failed'
          ? refusalText(deps, state, code)
          : `${done()} ${deps.texts.translate(state.language, `journey.note.${code}`)}`;
    return { account: { id: account ?? '', label }, outcome, ...(code === undefined ? {} : { code: tellableCode(code) }), message };
  });
}

function presentNextTime(deps: JourneyDeps, journey: LoadedJourney): Pick<Extract<Step, { kind: 'done' }>, 'nextTime'> {
  const nextTime = forNextTime(deps, journey);
  return nextTime === null ? {} : { nextTime };
}

function presentOffers(deps: JourneyDeps, journey: LoadedJourney): Pick<Extract<Step, { kind: 'done' }>, 'offers'> {
  if (mayAddPasskey(deps, journey) === null) return {};
  return { offers: [{ kind: 'passkey', right: rightToEnrol(deps, journey), expiresAt: presentTime(journey.row.expiresAt, 'down') }] };
}

function presentNextSteps(deps: JourneyDeps, state: JourneyState, step: OpenStepOf<'done'>): string[] {
  const minutes = deps.configuration().recovery.propagationMinutes;
  return step.nextSteps
    .filter((next) => next !== 'propagation' || minutes > 0)
    .map((next) => deps.texts.translate(state.language, `journey.next.${next}`, next === 'propagation' ? { count: minutes } : {}));
}

/** Codes of the machinery are for operators; even who has proven everything is told no more than that it did not answer. */
function tellableCode(code: string): string {
  const entry = Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : undefined;
  return entry?.audience === 'operator' ? 'directory.unavailable' : code;
}

/** Why it ends here, in words that help; codes of the machinery become one sentence. */
function refusalText(deps: JourneyDeps, { goal, language }: JourneyState, code: string): string {
  if (code.startsWith('password.') || code === 'account.no-right' || code === 'account.missing') {
    return presentRefusal(code as PasswordRefusal, deps.texts, language);
  }
  if (code === 'account.write-open') return deps.texts.translate(language, 'journey.message.other-write-open');
  if (code.startsWith('directory.')) return deps.texts.translate(language, 'journey.message.nothing-changed');
  const sentences = goal === 'confirm-call' ? 'refused-call' : isRecoveryGoal(goal) ? 'refused' : 'refused-sign-in';
  return deps.texts.translate(language, `journey.${sentences}.${code.replace(/^journey\./, '')}`);
}

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemSchema, type Step, stepSchema } from '../../shared/api/journeys.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, type Reply, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

/** Wrong proofs of one kind after which a journey ends; as configured here. */
const ATTEMPTS = 3;
/** Wrong proofs that are judged within a window. */
const JUDGED = 4;
const WINDOW = 60_000;
const SENDINGS = 4;
const NEW_PASSWORD = 'some other pass phrase';

let keyturn: Keyturn;
let walks = 0;

beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: {
        ...GENEROUS_LIMITS,
        failuresPerAccount: { count: JUDGED, countWithWork: JUDGED, windowSeconds: WINDOW / 1000 },
        failuresPerAccountOverall: { count: 1000, countWithWork: 1000, windowSeconds: WINDOW / 1000 },
      },
      factors: { email: { attempts: ATTEMPTS, resendWaitSeconds: 10 }, totp: { attempts: ATTEMPTS } },
    },
  });
});
afterAll(async () => {
  await keyturn.close();
});

/** What one of the clients does next. */
const ACTIONS = [
  'choose-email',
  'choose-totp',
  'right-code',
  'old-code',
  'code-of-another',
  'wrong-code',
  'resend',
  'back',
  'stale-step',
  'malformed',
  'poll',
  'reload',
  'check-password',
  'bad-password',
  'good-password',
  'keep-password',
  'confirm',
  'wait',
  'wait-long',
] as const;
type Action = (typeof ACTIONS)[number];

interface Walker {
  client: JourneyClient;
  /** Steps of this journey that are over. */
  passed: string[];
  /** When the newest of `codes` was sent. */
  sentAt: string | null;
  /** Codes that were mailed for this journey, the newest last. */
  codes: string[];
  wrong: { email: number; totp: number };
  proven: Set<string>;
  over: boolean;
}

/** All that is known from outside about how the account must stand. */
interface Model {
  person: Enrolled;
  login: string;
  walkers: Walker[];
  /** Identifiers of the messages whose code a walker knows. */
  read: Set<string>;
  failures: number;
  /** When the first of them was counted. */
  firstAt: number;
  /** Authenticator codes that were accepted: never again. */
  usedCodes: Set<unknown>;
  resets: number;
}

async function openWalk(clients: number): Promise<Model> {
  walks += 1;
  const login = `walker${walks}`;
  await addPerson(keyturn, login);
  const person = await keyturn.enrol(login);
  const walkers: Walker[] = [];
  for (let index = 0; index < clients; index += 1) {
    const client = await startJourney(keyturn.url, login);
    walkers.push({ client, passed: [], sentAt: null, codes: [], wrong: { email: 0, totp: 0 }, proven: new Set(), over: false });
  }
  return { person, login, walkers, read: new Set(), failures: 0, firstAt: 0, usedCodes: new Set(), resets: 0 };
}

/** What was sent, and how the account stood then. */
interface Facts {
  action: Action;
  code: unknown;
  paused: boolean;
}

const isPaused = (model: Model) => model.failures >= JUDGED && keyturn.clock.now() < model.firstAt + WINDOW;

function bodyOf(model: Model, walker: Walker, action: Action): unknown {
  const other = model.walkers.find((candidate) => candidate !== walker);
  const kind = walker.client.step.kind === 'code' ? walker.client.step.factor.kind : 'email';
  switch (action) {
    case 'choose-email':
      return { option: 'email' };
    case 'choose-totp':
      return { option: 'totp' };
    case 'right-code':
    case 'stale-step':
      return { code: kind === 'totp' ? model.person.totp() : (walker.codes.at(-1) ?? 'none') };
    case 'old-code':
      return { code: walker.codes.length > 1 ? walker.codes[0] : 'none' };
    case 'code-of-another':
      return { code: kind === 'email' ? (other?.codes.at(-1) ?? 'none') : (walker.codes.at(-1) ?? 'none') };
    case 'wrong-code':
      return { code: kind === 'totp' ? '000000' : '00000000' };
    case 'resend':
      return { resend: true };
    case 'back':
      return { back: true };
    case 'bad-password':
      return { password: 'x' };
    case 'good-password':
      return { password: `${NEW_PASSWORD} ${model.resets}` };
    case 'keep-password':
      return { keepPassword: true };
    case 'confirm':
      return { confirm: true };
    case 'poll':
      return {};
    default:
      return { code: { $ne: null }, isAdmin: true };
  }
}

/** Does one action and checks all that can be checked of its answer. */
async function act(model: Model, walker: Walker, action: Action): Promise<void> {
  const { client } = walker;
  const before = client.step;
  if (action === 'wait' || action === 'wait-long') return keyturn.clock.move(action === 'wait' ? 11_000 : 61_000);
  const body = bodyOf(model, walker, action);
  const paused = isPaused(model);
  // Taken once: at the end of thirty seconds the authenticator goes on to the next code.
  const code = (body as { code?: unknown }).code;
  const [stale] = walker.passed;
  if (action === 'stale-step' && stale === undefined) return;
  const reply =
    action === 'reload'
      ? await client.call('GET', '/journeys/current')
      : action === 'check-password'
        ? await client.call('POST', '/journeys/current/password-check', { password: 'a long enough pass phrase' })
        : await client.answer(body, action === 'stale-step' ? stale : before.id);
  expectReply(reply);
  const after = reply.body.step ?? before;
  // What was said of a refused password belongs to that answer, not to the step.
  if (action === 'stale-step') expect([reply.status, withoutVerdicts(after)]).toEqual([409, withoutVerdicts(before)]);
  if (reply.status !== 200 || reply.body.step === undefined) {
    expect(after.id).toBe(before.id);
    return;
  }
  if (after.id !== before.id) walker.passed.push(before.id);
  await learn(model, walker, before, after, { paused, code, action });
}

function withoutVerdicts(step: Step): Step {
  if (step.kind !== 'new-password') return step;
  const { verdicts: _verdicts, ...rest } = step;
  return rest;
}

function expectReply(reply: Reply): void {
  expect(reply.status).toBeLessThan(500);
  if (reply.status >= 400) problemSchema.parse(reply.body);
  if (reply.body.step !== undefined) stepSchema.parse(reply.body.step);
}

/** Follows what the answer says, and refuses what it must not say. */
async function learn(model: Model, walker: Walker, before: Step, after: Step, facts: Facts): Promise<void> {
  if (before.kind === 'code' && after.id !== before.id) learnProof(model, walker, before, after, facts);
  if (after.kind === 'code' && after.factor.kind === 'email' && after.sentAt !== null) await learnMail(model, walker, after);
  if (after.kind === 'new-password') expect([...walker.proven].toSorted()).toEqual(['email', 'totp']);
  if (after.kind === 'choose-factor') expect(new Set(after.done)).toEqual(walker.proven);
  if (after.kind === 'done') {
    if (!walker.over) model.resets += 1;
    expect([before.kind, facts.action]).toEqual(walker.over ? ['done', facts.action] : ['new-password', 'good-password']);
  }
  if (after.kind === 'done' || after.kind === 'refused') walker.over = true;
}

function learnProof(
  model: Model,
  walker: Walker,
  before: Extract<Step, { kind: 'code' }>,
  after: Step,
  { paused, code, action }: Facts,
): void {
  if (action === 'resend' || action === 'back') return;
  const kind = before.factor.kind as 'email' | 'totp';
  const wentOn = after.kind !== 'refused' && !(after.kind === 'code' && after.factor.kind === kind);
  if (wentOn) {
    // Only the right code, of this journey, to the factor that was asked for, and never during a pause.
    expect([action, paused, kind === 'totp' && model.usedCodes.has(code)]).toEqual(['right-code', false, false]);
    // The authenticator is never asked before the mailbox was shown.
    if (kind === 'totp') expect(walker.proven.has('email')).toBe(true);
    walker.proven.add(kind);
    if (kind === 'totp') model.usedCodes.add(code);
    if (walker.proven.size === 2) model.failures = 0;
    return;
  }
  if (after.kind === 'code' && /expired|did not count/.test(after.message ?? '')) return;
  walker.wrong[kind] += 1;
  expect(walker.wrong[kind]).toBeLessThanOrEqual(ATTEMPTS);
  if (after.kind === 'code') expect(after.attemptsLeft).toBe(ATTEMPTS - walker.wrong[kind]);
  else expect(walker.wrong[kind]).toBe(ATTEMPTS);
  if (paused) return;
  if (model.failures === 0 || keyturn.clock.now() >= model.firstAt + WINDOW) [model.failures, model.firstAt] = [0, keyturn.clock.now()];
  model.failures += 1;
}

async function learnMail(model: Model, walker: Walker, { sentAt }: Extract<Step, { kind: 'code' }>): Promise<void> {
  // Coming back to a code that was sent before sends nothing.
  if (sentAt === walker.sentAt) return;
  const unread = () => keyturn.messages(model.person.address).find(({ id, text }) => !model.read.has(id) && /^\d{6,10}$/m.test(text));
  await until(() => unread() !== undefined, 'a code');
  const message = unread();
  if (message === undefined) throw new Error('no message');
  model.read.add(message.id);
  walker.sentAt = sentAt;
  walker.codes.push(codeIn(message));
  expect(walker.codes.length).toBeLessThanOrEqual(SENDINGS);
}

const alone = (...lists: Action[][]) => lists.map((actions) => ({ who: 0, actions }));

/** Walked first: a busy machine has not the time for so many that chance finds both ends. */
const SURE_WALKS: [number, { who: number; actions: Action[] }[]][] = [
  [1, alone(['reload'], ['choose-email', 'right-code'], ['right-code'], ['poll'], ['poll'], ['good-password'], ['poll'], ['poll'])],
  [1, alone(['choose-email'], ...Array.from({ length: ATTEMPTS }, (): Action[] => ['wrong-code']))],
];

/**
 * Walkers on one account do whatever they like, in any order. Nobody reaches the new password without both proofs of their
 * own, nobody gets more guesses, codes or chances than there are, and every answer is one of the protocol.
 */
it('no order of answers leads further than the proofs that were given', async () => {
  const seen = new Set<string>();
  // Likely sequences beside single actions: else chance would seldom get far, or fail often enough.
  const actions = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Action[]>(['choose-email', 'right-code'], ['choose-totp', 'right-code'], ['right-code']) },
    { weight: 3, arbitrary: fc.constantFrom<Action[]>(['wrong-code'], ['choose-email', 'wrong-code', 'wrong-code']) },
    { weight: 1, arbitrary: fc.constantFrom<Action[]>(['wait', 'resend'], ['back', 'choose-email'], ['good-password']) },
    { weight: 4, arbitrary: fc.constantFrom(...ACTIONS).map((action): Action[] => [action]) },
  );
  const turn = fc.record({ who: fc.nat({ max: 2 }), actions });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(turn, { minLength: 5, maxLength: 30 }), async (clients, turns) => {
      const model = await openWalk(clients);
      for (const [walker, action] of turns.flatMap(({ who, actions: list }) =>
        list.map((one) => [model.walkers[who % clients] as Walker, one] as const),
      )) {
        await act(model, walker, action);
        seen.add(walker.client.step.kind === 'refused' ? walker.client.step.code : walker.client.step.kind);
      }
      expect(await signsIn(keyturn, model.login, OLD_PASSWORD)).toBe(model.resets === 0);
    }),
    { examples: SURE_WALKS, interruptAfterTimeLimit: 20_000, numRuns: 120, markInterruptAsFailure: false },
  );
  // The walks did get somewhere.
  expect([...seen]).toEqual(expect.arrayContaining(['choose-factor', 'code', 'new-password', 'done', 'journey.too-many-attempts']));
});

import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { type FactorKind, type Goal, problemSchema, type Step, stepSchema } from '../../shared/api/journeys.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { madePasskey, passkeyCreation } from '../../src/core/enrolment/passkeys.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { newSeed } from '../../src/core/enrolment/totp-seed.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { randomToken } from '../../src/core/random-id.ts';
import { createSoftPasskey, type SoftPasskey } from '../servers/soft-passkey.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, type Reply, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { exchange } from './sign-in-client.ts';
import { codeIn, holdsCode, type Keyturn, startKeyturn } from './start-keyturn.ts';

/** Steps of all attackers together. `KEYTURN_WALK_STEPS` and `KEYTURN_WALK_FROM` go on where another run has ended. */
const STEPS = Number(process.env.KEYTURN_WALK_STEPS ?? (process.env.KEYTURN_LONG === undefined ? 900 : 1_000_000));
const FIRST = Number(process.env.KEYTURN_WALK_FROM ?? (process.env.KEYTURN_LONG === undefined ? randomInt(2 ** 31) : 0));
const STEPS_OF_A_WALK = 90;
/** Walks on one installation: what is kept of them is thrown away with it. */
const WALKS_TOGETHER = 25;
/** Walks in which the owner comes back in the end. */
const OWNER_COMES = 5;

const ORIGIN = 'http://localhost';
const OWNED = ['email', 'sms', 'totp', 'recovery-code', 'passkey', 'password'] as const satisfies readonly FactorKind[];
type Owned = (typeof OWNED)[number];
const LOCKOUT = 5;
const JUDGED = 4;
const DAY = 86_400_000;

/** No combination takes one kind alone. */
const RECOVERY = [
  ['email', 'totp'],
  ['sms', 'totp'],
  ['email', 'recovery-code'],
  ['passkey', 'email'],
  ['email', 'sms'],
] as const satisfies readonly (readonly FactorKind[])[];
const SIGN_IN = [
  ['password', 'totp'],
  ['password', 'email'],
  ['password', 'recovery-code'],
] as const satisfies readonly (readonly FactorKind[])[];

/** Chance that is the same for the same seed (Mulberry32). */
function createChance(seed: number) {
  let state = seed >>> 0;
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
  return {
    below,
    oneOf: <T>(values: readonly T[]): T => values[below(values.length)] as T,
    some: <T>(values: readonly T[], count: number): T[] => {
      const left = [...values];
      return Array.from({ length: count }, () => left.splice(below(left.length), 1)[0] as T);
    },
  };
}
type Chance = ReturnType<typeof createChance>;

function start(): Promise<Keyturn> {
  return startKeyturn({
    directories: [embeddedSection('people', { lockoutThreshold: LOCKOUT })],
    configuration: {
      organisation: { name: 'Test', publicUrl: ORIGIN },
      guard: {
        ...GENEROUS_LIMITS,
        failuresPerAccount: { count: JUDGED, countWithWork: JUDGED, windowSeconds: 60 },
        failuresPerAccountOverall: { count: 1000, countWithWork: 1000, windowSeconds: 60 },
      },
      recovery: {
        goals: ['reset-password', 'unlock-account'],
        rules: [{ name: 'everybody', accepted: RECOVERY.map((each) => [...each]) }],
      },
      signIn: { enabled: true, rules: [{ name: 'everybody', accepted: SIGN_IN.map((each) => [...each]) }] },
      sms: { kind: 'capture', countries: ['DE'] },
    },
  });
}

/** Whom they are after, and all that proves them. */
interface Victim {
  keyturn: Keyturn;
  login: string;
  account: AccountRef;
  address: string;
  number: string;
  seed: string;
  codes: string[];
  passkey: SoftPasskey;
}

async function createVictim(keyturn: Keyturn, walk: number): Promise<Victim> {
  const { deps } = keyturn;
  const login = `victim${walk}`;
  await addPerson(keyturn, login);
  const [found] = await deps.directories.get('people').findAccounts(login);
  if (found === undefined) throw new Error(`no ${login}`);
  const account = { directory: found.directory, id: found.id };
  const [address, number, seed] = [`${login}@home.example`, `+49151${String(walk).padStart(8, '0')}`, newSeed(deps.random)];
  const own = { account, source: 'test' };
  await addFactor(deps, deps.store, { ...own, kind: 'email', label: address, secret: address });
  await addFactor(deps, deps.store, { ...own, kind: 'sms', label: number, secret: number });
  await addFactor(deps, deps.store, { ...own, kind: 'totp', label: 'app', secret: seed });
  const codes = await issueRecoveryCodes(deps, account, 'test', { author: 'test', reason: 'test', language: 'en', lane: 'bulk' });
  const [passkey, challenge] = [createSoftPasskey(ORIGIN), randomToken(deps.random)];
  const attestation = passkey.make(passkeyCreation(deps, { account, login, displayName: login }, challenge, []));
  const { kept, credential, signCount } = await madePasskey(deps, challenge, attestation);
  const made = { credential, rpId: kept.rpId, signCount };
  await addFactor(deps, deps.store, { ...own, kind: 'passkey', label: 'key', secret: JSON.stringify(kept), passkey: made });
  return { keyturn, login, account, address, number, seed, codes, passkey };
}

/** Somebody who owns one of the proofs (several, where the test itself is tried), and reads whatever comes to it. */
interface Attacker {
  owns: readonly Owned[];
  client: JourneyClient;
  /** What was right once. */
  used: string[];
  passed: string[];
}

const GOALS: readonly Goal[] = ['reset-password', 'unlock-account', 'sign-in'];
const GUESSES = ['00000000', '000000', 'WRONG-WRONG', 'Wrong-Passw0rd', ''];

/** What a proof of their own is: the newest code of their mailbox or phone, whoever asked for it, the authenticator's, or a code of the list. */
function ownProof({ keyturn, address, number, seed, codes }: Victim, kind: Owned): string {
  if (kind === 'totp') return currentTotp(seed, keyturn.clock.now()).code;
  if (kind === 'recovery-code') return codes[0] ?? '';
  if (kind === 'password') return OLD_PASSWORD;
  const [newest] = keyturn.messages(kind === 'email' ? address : number).filter((message) => kind === 'sms' || holdsCode(message));
  if (newest === undefined) return '';
  return kind === 'sms' ? (/\b\d{8}\b/.exec(newest.text)?.[0] ?? '') : codeIn(newest);
}

/** What they give where they are asked: what is asked for, if it is theirs, else whatever is. */
function kindToGive({ owns, client: { step } }: Attacker, chance: Chance): Owned {
  const asked = step.kind === 'code' ? step.factor.kind : step.kind;
  return owns.find((kind) => kind === asked) ?? chance.oneOf(owns);
}

const ACTIONS = ['own', 'own', 'own', 'choose', 'choose', 'choose-own', 'choose-own', 'guess', 'replay', 'back', 'resend', 'poll'] as const;
const RARE = [
  'again',
  'new-password',
  'keep',
  'confirm',
  'accounts',
  'stale',
  'malformed',
  'session',
  'read',
  'check',
  'wait',
  'wait-long',
] as const;
type Action = (typeof ACTIONS)[number] | (typeof RARE)[number];

function bodyOf(victim: Victim, attacker: Attacker, action: Action, chance: Chance): unknown {
  const { owns, client, used } = attacker;
  const { step } = client;
  const given =
    action === 'guess'
      ? chance.oneOf(GUESSES)
      : action === 'replay'
        ? (used[0] ?? '000000')
        : ownProof(victim, kindToGive(attacker, chance));
  switch (action) {
    case 'choose':
      return { option: step.kind === 'choose-factor' && step.options.length > 0 ? chance.oneOf(step.options).id : chance.oneOf(OWNED) };
    case 'choose-own':
      return { option: chance.oneOf(owns) };
    case 'back':
      return { back: true };
    case 'resend':
      return { resend: true };
    case 'poll':
      return {};
    case 'new-password':
      return { password: 'another good pass phrase' };
    case 'keep':
      return { keepPassword: true };
    case 'confirm':
      return { confirm: true };
    case 'accounts':
      return { accounts: [`people/${victim.account.id}`] };
    case 'malformed':
      return chance.oneOf<unknown>([{ code: { $ne: null } }, { option: '\u0000' }, [], { password: 'x', code: '1' }]);
    default:
      if (step.kind === 'passkey')
        return { credential: (owns.includes('passkey') ? victim.passkey : createSoftPasskey(ORIGIN)).use(step.publicKey) };
      return step.kind === 'password' ? { password: given } : { code: given };
  }
}

async function act(victim: Victim, attacker: Attacker, chance: Chance): Promise<string> {
  const { keyturn, login } = victim;
  const action: Action = chance.below(4) === 0 ? chance.oneOf(RARE) : chance.oneOf(ACTIONS);
  const over = ['done', 'refused'].includes(attacker.client.step.kind);
  if (action === 'wait' || action === 'wait-long') {
    keyturn.clock.move(action === 'wait' ? 31_000 : 61_000);
    return action;
  }
  if (action === 'again' || (over && chance.below(3) > 0)) {
    attacker.client = await startJourney(keyturn.url, login, chance.oneOf(GOALS));
    return `again ${attacker.client.step.kind}`;
  }
  const { client } = attacker;
  if (action === 'session') {
    expect((await exchange(keyturn.url, client)).body.code).toBe('session.not-proven');
    return action;
  }
  const before = client.step;
  const stale = action === 'stale' ? attacker.passed.at(-1) : undefined;
  const reply =
    action === 'read'
      ? await client.call('GET', '/journeys/current')
      : action === 'check'
        ? await client.call('POST', '/journeys/current/password-check', { password: 'another good pass phrase' })
        : await client.answer(bodyOf(victim, attacker, action, chance), stale ?? before.id);
  expectReply(reply);
  if (client.step.id !== before.id) attacker.passed.push(before.id);
  expectNowhere(attacker);
  const isTaken =
    action === 'own' && isProofOf(before, attacker.owns) && client.step.id !== before.id && !isSameQuestion(before, client.step);
  if (isTaken && client.step.kind !== 'refused') learn(victim, attacker, before);
  return isTaken ? `taken ${client.step.kind}` : `${action} ${client.step.kind}`;
}

const kindAsked = (step: Step) => (step.kind === 'code' ? step.factor.kind : step.kind);
const isProofOf = (step: Step, owns: readonly Owned[]) => owns.some((kind) => kind === kindAsked(step));
const isSameQuestion = (before: Step, after: Step) => kindAsked(before) === kindAsked(after);

/** What was taken is given again later; a code of the list is used up. */
function learn(victim: Victim, { used }: Attacker, before: Step): void {
  const kind = kindAsked(before) as Owned;
  used.push(ownProof(victim, kind));
  if (kind === 'recovery-code') victim.codes.shift();
}

function expectReply(reply: Reply): void {
  expect(reply.status).toBeLessThan(500);
  if (reply.status >= 400) problemSchema.parse(reply.body);
  if (reply.body.step !== undefined) stepSchema.parse(reply.body.step);
}

/** Whoever has one kind alone is asked for another for ever, or refused. */
function expectNowhere({ client: { step }, owns }: Attacker): void {
  const asks = ['choose-factor', 'code', 'passkey', 'password', 'proof-of-work', 'waiting', 'refused'];
  expect(asks, `who owns ${owns.join(' and ')} came to ${step.kind}`).toContain(step.kind);
  if (step.kind === 'choose-factor') expect(owns).toEqual(expect.arrayContaining(step.done));
}

/** By mail and authenticator, a day after. */
async function ownerComesBack(victim: Victim): Promise<void> {
  const { keyturn, login, address } = victim;
  keyturn.clock.move(DAY);
  const client = await startJourney(keyturn.url, login);
  const known = new Set(keyturn.messages(address).map(({ id }) => id));
  await client.answer({ option: 'email' });
  client.at('code');
  await expect.poll(() => keyturn.messages(address).some((message) => holdsCode(message) && !known.has(message.id))).toBe(true);
  await client.answer({ code: ownProof(victim, 'email') });
  if (client.step.kind === 'choose-factor') await client.answer({ option: 'totp' });
  await client.answer({ code: ownProof(victim, 'totp') });
  client.at('new-password');
}

/** @returns what was done and came of it, each once */
async function walk(keyturn: Keyturn, seed: number, steps: number, who?: readonly (readonly Owned[])[]): Promise<Set<string>> {
  const chance = createChance(seed);
  const victim = await createVictim(keyturn, seed % 100_000_000);
  const owners = who ?? chance.some(OWNED, 3).map((kind) => [kind]);
  const trace: string[] = [];
  try {
    const attackers: Attacker[] = [];
    for (const owns of owners) {
      const client = await startJourney(keyturn.url, victim.login, chance.oneOf(GOALS));
      attackers.push({ owns, client, used: [], passed: [] });
    }
    for (let step = 0; step < steps; step += 1) {
      const attacker = chance.oneOf(attackers);
      trace.push(`${attacker.owns.join('+')} ${await act(victim, attacker, chance)}`);
    }
    const [row] = await keyturn.deps.store.embedded.findByIdentifier('people', victim.login);
    expect(row?.lockedAt, 'locked out through Keyturn').toBeNull();
    expect(await signsIn(keyturn, victim.login, OLD_PASSWORD), 'the password is as it was').toBe(true);
    if (seed % OWNER_COMES === 0) await ownerComesBack(victim);
  } catch (error) {
    const how = error instanceof Error ? error.message : String(error);
    throw new Error(`KEYTURN_WALK_FROM=${seed}, ${owners.join(', ')}, ${trace.slice(-8).join(' | ')}: ${how}`, { cause: error });
  }
  return new Set(trace);
}

const countSeen = (seen: ReadonlySet<string>, what: RegExp): number => [...seen].filter((one) => what.test(one)).length;

/**
 * Three strangers, each with one proof of the same person and with nothing in common, do whatever they like. None of them gets further than
 * to be asked for a second proof, none opens a session, the account is neither locked nor changed, and its owner comes back.
 */
it(
  'three attackers who own one proof each get nowhere, in any order of answers',
  async () => {
    let done = 0;
    const seen = new Set<string>();
    // Each of them gets as far as one proof leads, where it may come first, and others are refused. A short walk may see too little of it.
    const hasSeenMuch = () => countSeen(seen, /taken/) > 2 && countSeen(seen, /refused$/) > 2;
    const isOver = () => done >= STEPS && (hasSeenMuch() || done >= STEPS * 10);
    for (let seed = FIRST; !isOver(); ) {
      const keyturn = await start();
      try {
        for (let nth = 0; nth < WALKS_TOGETHER && !isOver(); nth += 1, seed += 1, done += STEPS_OF_A_WALK) {
          for (const one of await walk(keyturn, seed, STEPS_OF_A_WALK)) seen.add(one);
        }
      } finally {
        await keyturn.close();
      }
      if (process.env.KEYTURN_LONG !== undefined) process.stderr.write(`${done} steps, next KEYTURN_WALK_FROM=${seed}\n`);
    }
    expect(hasSeenMuch()).toBe(true);
  },
  4 * 3_600_000,
);

it('who owns two of them gets in by the same walk: the test of the test', async () => {
  const keyturn = await start();
  try {
    await expect(walk(keyturn, 1, 400, [['email', 'totp']])).rejects.toThrow(
      /who owns email and totp came to (new-password|done|confirm-unlock)/,
    );
    await expect(walk(keyturn, 2, 400, [['password', 'recovery-code']])).rejects.toThrow(
      /who owns password and recovery-code came to done/,
    );
  } finally {
    await keyturn.close();
  }
});

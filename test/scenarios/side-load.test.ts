import { afterAll, describe, expect, it } from 'vitest';
import type { Goal } from '../../shared/api/journeys.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Reply, request } from './journey-client.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';
import { compareTimes } from './tell-apart.ts';

/**
 * What an outsider learns beside the answers themselves (JRN-4): from a second request that stands behind the work for the first
 * one, and from the instants that answers name. What is done after an answer is the same for everybody, and not done near it.
 */
const STATES = ['enrolled', 'unknown', 'unenrolled', 'protected', 'disabled', 'locked'] as const;
type State = (typeof STATES)[number];
const GOALS = ['reset-password', 'find-username'] as const satisfies readonly Goal[];
const MEASURES = ['request after the start', 'busiest request', 'all of the wait', 'first answer', 'instant told'] as const;
type Measure = (typeof MEASURES)[number];
type Samples = Record<State, Record<Measure, number[]>>;

const ROUNDS = process.env.KEYTURN_LONG === undefined ? 16 : 80;
const NAMES_PER_STATE = 4;
const SETTLE = 120;

interface Scene {
  keyturn: Keyturn;
  names: Record<State, string[]>;
  close(): Promise<void>;
}

async function openScene(kind: 'embedded' | 'openldap'): Promise<Scene> {
  const names = Object.fromEntries(
    STATES.map((state) => [state, Array.from({ length: NAMES_PER_STATE }, () => newLogin())]),
  ) as Scene['names'];
  const real = kind === 'embedded' ? null : await reachRealDirectory(kind, { protected: { logins: names.protected } });
  const keyturn = await startKeyturn({
    directories: [real?.section ?? embeddedSection()],
    configuration: {
      guard: GENEROUS_LIMITS,
      recovery: { holdMilliseconds: 40, settleMilliseconds: SETTLE },
    },
  });
  for (const state of STATES) {
    if (state === 'unknown') continue;
    for (const login of names[state]) {
      await (real === null ? addEmbedded(keyturn, state, login) : addReal(real, state, login));
      if (state !== 'unenrolled') await keyturn.enrol(login);
    }
  }
  return {
    keyturn,
    names,
    async close() {
      await keyturn.close();
      await real?.proxy.stop();
    },
  };
}

async function addEmbedded(keyturn: Keyturn, state: State, login: string): Promise<void> {
  await addPerson(keyturn, login, { disabled: state === 'disabled', groups: state === 'protected' ? [PROTECTED_GROUP] : [] });
  if (state !== 'locked') return;
  const directory = keyturn.deps.directories.get('people');
  const [account] = await directory.findAccounts(login);
  if (account === undefined) throw new Error(`no ${login}`);
  const { lockoutThreshold } = await directory.readPolicy(account);
  for (let attempt = 0; attempt < lockoutThreshold; attempt += 1) await directory.verifyPassword(account, `wrong-${attempt}`);
}

async function addReal(real: RealDirectory, state: State, login: string): Promise<void> {
  const person: RealPerson = await real.createPerson({ login, disabled: state === 'disabled' });
  if (state === 'locked') await real.lock(person);
}

/** How long one small request takes, in milliseconds. */
async function probe({ url }: Keyturn): Promise<number> {
  const from = performance.now();
  await (await fetch(`${url}/healthz`)).arrayBuffer();
  return performance.now() - from;
}

/** Requests one after another until the wait for the first answer is over. */
async function probeFor(keyturn: Keyturn, milliseconds: number): Promise<number[]> {
  const until = performance.now() + milliseconds;
  const took: number[] = [];
  while (performance.now() < until) took.push(await probe(keyturn));
  return took;
}

async function sample({ keyturn }: Scene, goal: Goal, account: string, keep: (measure: Measure, value: number) => void): Promise<void> {
  const started = await request(keyturn.url, 'POST', '/journeys', { goal, account, locale: 'en', client: { kind: 'cli' } });
  const from = performance.now();
  keep('request after the start', await probe(keyturn));
  const answering = goal === 'find-username' ? null : answer(keyturn, started);
  const waits = await probeFor(keyturn, SETTLE);
  keep('busiest request', Math.max(...waits));
  keep('all of the wait', waits.reduce((sum, wait) => sum + wait, 0) / waits.length);
  if (answering === null) return;
  const { body, at } = await answering;
  keep('first answer', at - from);
  const { step } = body;
  if (step?.kind !== 'code') throw new Error(`at ${JSON.stringify(body)}`);
  // The reference is the server's own as well: no noise of a network in between.
  keep('instant told', Date.parse(step.sentAt ?? '') - (Date.parse(started.body.expiresAt ?? '') - 20 * 60_000));
}

async function answer({ url }: Keyturn, { body }: Reply): Promise<Reply & { at: number }> {
  const headers = { authorization: `Bearer ${body.token}` };
  const reply = await request(url, 'POST', `/journeys/current/steps/${body.step?.id}`, { option: 'email' }, headers);
  return { ...reply, at: performance.now() };
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ value }) => value);
}

async function measure(scene: Scene, goal: Goal, rounds: number): Promise<Samples> {
  const samples = Object.fromEntries(
    STATES.map((state) => [state, Object.fromEntries(MEASURES.map((name) => [name, []]))]),
  ) as unknown as Samples;
  for (let round = -1; round < rounds; round += 1) {
    for (const state of shuffled(STATES)) {
      const name = scene.names[state][(round + 1) % NAMES_PER_STATE] ?? '';
      // The first round compiles code and opens connections.
      await sample(scene, goal, name, (what, value) => void (round >= 0 && samples[state][what].push(value)));
    }
  }
  return samples;
}

/** Every comparison that an outsider would like to win, and can: who exists against who does not, each state against all others. */
function leaks(samples: Samples): string[] {
  return MEASURES.flatMap((name) =>
    STATES.flatMap((state) => {
      const others = STATES.filter((other) => other !== state).flatMap((other) => samples[other][name]);
      if (others.length === 0) return [];
      const { z, medians, apart } = compareTimes(samples[state][name], others);
      return apart ? [`${name}: ${state} differs by ${medians.toFixed(2)} ms (z = ${z.toFixed(1)})`] : [];
    }),
  );
}

const scenes: Scene[] = [];
afterAll(async () => {
  for (const scene of scenes) await scene.close();
});

describe.each(['embedded', 'openldap'] as const)('a second request beside the first, %s', (kind) => {
  let scene: Scene;

  it.each(GOALS)('feels nothing of who exists: %s', { timeout: 900_000 }, async (goal) => {
    scene ??= await openScene(kind).then((opened) => {
      scenes.push(opened);
      return opened;
    });
    const samples = await measure(scene, goal, ROUNDS);
    expect(samples.enrolled['busiest request']).toHaveLength(ROUNDS);
    expect(leaks(samples)).toEqual([]);
    // The test of the test: a shift by five milliseconds more than most samples are apart is told, in each measure.
    for (const name of MEASURES.filter((known) => samples.enrolled[known].length > 0)) {
      const all = STATES.flatMap((state) => samples[state][name]).toSorted((left, right) => left - right);
      const spread = (all[Math.floor(all.length * 0.9)] ?? 0) - (all[Math.floor(all.length * 0.1)] ?? 0);
      const unknown = { ...samples.unknown, [name]: samples.unknown[name].map((time) => time + 5 + spread) };
      expect(leaks({ ...samples, unknown }).filter((leak) => leak.startsWith(`${name}: unknown`))).toHaveLength(1);
    }
  });
});

it('work that keeps the process busy for those who exist alone gives them away: the test of the test', { timeout: 300_000 }, async () => {
  const scene = await openScene('embedded');
  scenes.push(scene);
  const directory = scene.keyturn.deps.directories.get('people');
  const { findAccounts } = directory;
  const busy: typeof findAccounts = async (name) => {
    const found = await findAccounts(name);
    const until = performance.now() + (found.length > 0 ? 150 : 0);
    while (performance.now() < until);
    return found;
  };
  Object.assign(directory, { findAccounts: busy });
  const samples = await measure(scene, 'reset-password', 16);
  expect(leaks(samples).filter((leak) => leak.startsWith('busiest request: unknown'))).toHaveLength(1);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountKey } from '../../src/core/accounts/candidate.ts';
import { networkOf } from '../../src/core/guard/network-of.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Reply, request } from './journey-client.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';
import { compareTimes } from './tell-apart.ts';

/** Who a name may belong to. Only the first one can recover an account; nobody outside may learn who is who (JRN-4). */
const CLASSES = ['enrolled', 'unknown', 'protected', 'unenrolled', 'disabled', 'attacked'] as const;
type Class = (typeof CLASSES)[number];

const NAMES_PER_CLASS = 6;
const ROUNDS = 20;
/** Journeys of each class that go on at the same time. */
const AT_ONCE = 3;

const guard = {
  ...GENEROUS_LIMITS,
  failuresPerAccount: { count: 100, countWithWork: 100 },
  failuresPerAccountOverall: { count: 1000, countWithWork: 1000 },
};

interface Scene {
  keyturn: Keyturn;
  names: Record<Class, string[]>;
  close(): Promise<void>;
}

/** People of every class in one directory, and a Keyturn over it. `recovery` is as it is installed unless told. */
async function openScene(kind: 'embedded' | 'openldap' | 'active-directory', recovery: object = {}): Promise<Scene> {
  const names = Object.fromEntries(
    CLASSES.map((name) => [name, Array.from({ length: NAMES_PER_CLASS }, () => newLogin())]),
  ) as Scene['names'];
  const real: RealDirectory | null =
    kind === 'embedded' ? null : await reachRealDirectory(kind, { protected: { logins: names.protected } });
  const keyturn = await startKeyturn({
    directories: [real?.section ?? embeddedSection()],
    configuration: {
      guard,
      recovery: {
        rules: [{ name: 'everybody', accepted: [['email', 'totp'], ['totp']] }],
        holdMilliseconds: 120,
        settleMilliseconds: 750,
        ...recovery,
      },
    },
  });
  for (const name of CLASSES) {
    if (name === 'unknown') continue;
    for (const login of names[name]) {
      const disabled = name === 'disabled';
      if (real !== null) await real.createPerson({ login, disabled });
      else await addPerson(keyturn, login, { disabled, groups: name === 'protected' ? [PROTECTED_GROUP] : [] });
      if (name !== 'unenrolled') await throttle(keyturn, name, (await keyturn.enrol(login)).account);
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

/** Wrong proofs of the one who measures, as many as are judged: the right code of an attacked account is worth nothing there. */
async function throttle({ deps }: Keyturn, name: Class, account: { directory: string; id: string }): Promise<void> {
  if (name !== 'attacked') return;
  const asked = [{ target: accountKey(account), place: networkOf('127.0.0.1'), isKnown: false }];
  await deps.store.transaction(async (store) => {
    for (let count = 0; count < 120; count += 1) await deps.guard.countFailure(store, asked, [], '127.0.0.1');
  });
}

const MEASURES = ['start', 'choose email', 'wrong mailed code', 'choose authenticator', 'wrong authenticator code'] as const;
type Measure = (typeof MEASURES)[number];
type Samples = Record<Class, Record<Measure, number[]>>;

const noSamples = () =>
  Object.fromEntries(CLASSES.map((name) => [name, Object.fromEntries(MEASURES.map((measure) => [measure, []]))])) as unknown as Samples;

interface Walker {
  name: Class;
  token: string;
  stepId: string;
  startedAt: number;
}

async function begin({ url }: Keyturn, name: Class, account: string): Promise<Walker & { took: number; reply: Reply }> {
  const startedAt = performance.now();
  const reply = await request(url, 'POST', '/journeys', { goal: 'reset-password', account, locale: 'en', client: { kind: 'cli' } });
  const took = performance.now() - startedAt;
  return { name, token: reply.body.token ?? '', stepId: reply.body.step?.id ?? '', startedAt, took, reply };
}

async function answer({ url }: Keyturn, walker: Walker, body: unknown): Promise<Reply & { took: number; at: number }> {
  const sentAt = performance.now();
  const headers = { authorization: `Bearer ${walker.token}` };
  const reply = await request(url, 'POST', `/journeys/current/steps/${walker.stepId}`, body, headers);
  const at = performance.now();
  walker.stepId = reply.body.step?.id ?? walker.stepId;
  return { ...reply, took: at - sentAt, at };
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ value }) => value);
}

/** Journeys of all classes side by side, in an order that is new each time. */
async function measureRound({ keyturn, names }: Scene, round: number, samples: Samples): Promise<void> {
  const order = shuffled(CLASSES.flatMap((name) => Array.from({ length: AT_ONCE }, (_, place) => ({ name, place }))));
  const walkers: Walker[] = [];
  for (const { name, place } of order) {
    const started = await begin(keyturn, name, names[name][(round * AT_ONCE + place) % NAMES_PER_CLASS] ?? '');
    samples[name].start.push(started.took);
    walkers.push(started);
  }
  await Promise.all(
    walkers.map(async (walker) => {
      const keep = (measure: Measure, milliseconds: number) => samples[walker.name][measure].push(milliseconds);
      // Counted from the start of the journey, as that is what the first answer is held back for.
      keep('choose email', (await answer(keyturn, walker, { option: 'email' })).at - walker.startedAt);
      keep('wrong mailed code', (await answer(keyturn, walker, { code: '00000000' })).took);
      await answer(keyturn, walker, { back: true });
      keep('choose authenticator', (await answer(keyturn, walker, { option: 'totp' })).took);
      keep('wrong authenticator code', (await answer(keyturn, walker, { code: '000000' })).took);
    }),
  );
}

/** Every pair that an outsider would like to tell apart, and can. */
function leaks(samples: Samples): string[] {
  return MEASURES.flatMap((measure) =>
    CLASSES.flatMap((left, place) =>
      CLASSES.slice(place + 1).flatMap((right) => {
        const { z, medians, apart } = compareTimes(samples[left][measure], samples[right][measure]);
        return apart ? [`${measure}: ${left} and ${right} differ by ${medians.toFixed(1)} ms (z = ${z.toFixed(1)})`] : [];
      }),
    ),
  );
}

/** How far the quartiles are apart. */
function middleHalf(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  return (sorted[Math.floor(sorted.length * 0.75)] ?? 0) - (sorted[Math.floor(sorted.length * 0.25)] ?? 0);
}

/** 128 random bits: one of another form would tell something. */
const RANDOM_ID = /^[\w-]{22}$/;

/** What is left of an answer when random ids and times are taken out; its length stays in the header. */
function visible({ status, headers, body }: Reply): unknown {
  const masked = JSON.stringify(body, (key, value: unknown) =>
    (key === 'id' && typeof value === 'string' && value.length > 10) ||
    (key === 'journey' && typeof value === 'string' && RANDOM_ID.test(value)) ||
    key === 'token' ||
    key === 'instance'
      ? 'random'
      : /At$/.test(key) && value !== null
        ? 'time'
        : value,
  );
  return { status, body: masked, headers: [...headers].filter(([name]) => name !== 'date').toSorted() };
}

const KINDS = ['embedded', 'openldap', 'active-directory'] as const;
const measured = new Map<string, { scene: Scene; samples: Samples }>();

beforeAll(async () => {
  // Side by side: nearly all of the time is waiting for answers that are held back.
  await Promise.all(
    KINDS.map(async (kind) => {
      const scene = await openScene(kind);
      const samples = noSamples();
      measured.set(kind, { scene, samples });
      // The first answers of a process compile code and open connections.
      await measureRound(scene, 0, noSamples());
      for (let round = 0; round < ROUNDS; round += 1) await measureRound(scene, round, samples);
    }),
  );
  // Never too slow: the answers of a busy machine are compared just the same.
}, 900_000);
afterAll(async () => {
  for (const { scene } of measured.values()) await scene.close();
});

function measuredOf(kind: string): { scene: Scene; samples: Samples } {
  const found = measured.get(kind);
  if (found === undefined) throw new Error(`${kind} was not measured`);
  return found;
}

describe.each(KINDS)('an outsider with a stop-watch, %s', (kind) => {
  it('cannot tell apart who exists, who may recover, who is throttled', () => {
    const { samples } = measuredOf(kind);
    expect(samples.enrolled.start.length).toBeGreaterThanOrEqual(60);
    expect(leaks(samples)).toEqual([]);
  });

  it('would see a shift of three times what the times of one class are apart themselves', () => {
    const { samples } = measuredOf(kind);
    for (const measure of MEASURES) {
      const shift = Math.max(5, 3 * middleHalf(samples.enrolled[measure]));
      const enrolled = { ...samples.enrolled, [measure]: samples.enrolled[measure].map((time) => time + shift) };
      const told = leaks({ ...samples, enrolled }).filter((leak) => leak.startsWith(`${measure}: enrolled`));
      expect(told).toHaveLength(CLASSES.length - 1);
    }
  });

  it('really looked: those enrolled were found, all others led nowhere', async () => {
    const { scene } = measuredOf(kind);
    const rows = await scene.keyturn.deps.store.audit.read(0, 100_000);
    const journeys = (ROUNDS + 1) * AT_ONCE;
    expect(rows.filter(({ type }) => type === 'journey.started')).toHaveLength(2 * journeys);
    const nowhere = rows.filter(({ type }) => type === 'journey.leads-nowhere').map(({ data }) => data);
    for (const reason of ['unknown-account', 'account-protected', 'not-enrolled', 'account-disabled']) {
      expect(nowhere.filter((data) => data.includes(`"reason":"${reason}"`))).toHaveLength(journeys);
    }
  });

  it('reads the same status, headers and body to the last attempt', async () => {
    const { scene } = measuredOf(kind);
    const walks = await Promise.all(
      CLASSES.map(async (name) => {
        const walker = await begin(scene.keyturn, name, scene.names[name][0] ?? '');
        const seen = [visible(walker.reply)];
        for (const body of [{ option: 'totp' }, { code: '000000' }, { back: true }, { option: 'email' }]) {
          seen.push(visible(await answer(scene.keyturn, walker, body)));
        }
        for (let attempt = 0; attempt < 6; attempt += 1) seen.push(visible(await answer(scene.keyturn, walker, { code: '00000000' })));
        return { name, seen };
      }),
    );
    const [enrolled, ...others] = walks;
    expect(JSON.stringify(enrolled?.seen)).toContain('too-many-attempts');
    for (const { name, seen } of others) expect({ name, seen }).toEqual({ name, seen: enrolled?.seen });
  });
});

it('with nothing held back, a directory that takes 25 ms longer for those it knows gives them away: the test of the test', async () => {
  const scene = await openScene('openldap', { holdMilliseconds: 0, settleMilliseconds: 0 });
  try {
    const directory = scene.keyturn.deps.directories.get('people');
    const { readStanding } = directory;
    const slow: typeof readStanding = async (account) => {
      // The same is asked for a name that nobody has: only what comes after the entry was found differs.
      const standing = await readStanding(account);
      await scene.keyturn.clock.sleep(25);
      return standing;
    };
    Object.assign(directory, { readStanding: slow });
    const times: { enrolled: number[]; unknown: number[] } = { enrolled: [], unknown: [] };
    for (let round = 0; round < 60; round += 1) {
      for (const name of shuffled(['enrolled', 'unknown'] as const)) {
        const walker = await begin(scene.keyturn, name, scene.names[name][round % NAMES_PER_CLASS] ?? '');
        times[name].push((await answer(scene.keyturn, walker, { option: 'email' })).at - walker.startedAt);
      }
    }
    expect(compareTimes(times.enrolled, times.unknown)).toMatchObject({ apart: true });
  } finally {
    await scene.close();
  }
});

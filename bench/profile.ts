import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchDirectory } from './directories.ts';
import { type CallFrame, createPlaceFinder } from './profile-places.ts';
import type { Recovered } from './recoverer.ts';
import { makeAccounts, ROOT, ROUND, startRecoverer } from './recoveries.ts';

/**
 * Where the time of a recovery goes. What is sampled is the time that passes, also while the machine does something else: its shares count
 * and not its milliseconds.
 */
export interface ProfileResult {
  readonly recoveries: number;
  /** Processor time by the names of the threads, as the kernel counts it; that of the sampling among them. */
  readonly threads: readonly Part[];
  /** Of what the threads of JavaScript do: by library or folder of the sources, without what it calls. */
  readonly parts: readonly Part[];
  /** The dearest functions, without what they call. */
  readonly functions: readonly Part[];
  /** The dearest functions of the sources, with what they call. */
  readonly inclusive: readonly Part[];
}

interface Part {
  readonly name: string;
  /** For one recovery. */
  readonly milliseconds: number;
  /** Of all, from 0 to 1. */
  readonly share: number;
}

/** The format of the Chrome DevTools protocol (Profiler.Profile); times in microseconds. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame; readonly children?: readonly number[] }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SHOWN = 40;
/** Microseconds between samples: often enough to see what takes less than a millisecond, seldom enough to cost little. */
const INTERVAL = 500;

/** Whole recoveries by eight clients on today's server, which Node.js takes samples of. The first of them, which compile code, do not count. */
export async function measureProfile(directory: BenchDirectory, database: string | null, recoveries: number): Promise<ProfileResult> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  const options = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL}`];
  try {
    const side = await startRecoverer(ROOT, directory, database, options);
    const rounds: Recovered[] = [];
    try {
      for (let left = 2 * ROUND; left > 0; left -= ROUND) await side.recover(await makeAccounts(directory, ROUND));
      for (let left = recoveries; left > 0; left -= ROUND) {
        rounds.push(await side.recover(await makeAccounts(directory, Math.min(ROUND, left))));
      }
    } finally {
      await side.stop();
    }
    return { recoveries, ...(await read(folder, rounds, recoveries)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function read(folder: string, rounds: readonly Recovered[], recoveries: number): Promise<Omit<ProfileResult, 'recoveries'>> {
  const [parts, functions, inclusive, threads] = [new Sums(), new Sums(), new Sums(), new Sums()];
  for (const round of rounds) for (const [name, milliseconds] of Object.entries(round.threads)) threads.add(name, milliseconds);
  for (const file of await readdir(folder)) {
    const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
    await addUp(profile, rounds, { parts, functions, inclusive });
  }
  const each = (sums: Sums, all: Sums) => sums.dearest(recoveries, all.total);
  return {
    threads: each(threads, threads),
    parts: each(parts, parts),
    functions: each(functions, parts),
    inclusive: each(inclusive, parts),
  };
}

async function addUp(
  profile: CpuProfile,
  rounds: readonly Recovered[],
  { parts, functions, inclusive }: Record<'parts' | 'functions' | 'inclusive', Sums>,
): Promise<void> {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame] as const));
  const placeOf = await createPlaceFinder([...frames.values()]);
  const places = new Map([...frames].map(([id, frame]) => [id, placeOf(frame)] as const));
  const parents = new Map(profile.nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id] as const)));
  for (const [id, milliseconds] of selfTimes(profile, rounds)) {
    const place = places.get(id);
    if (place === undefined || place.part === '(idle)') continue;
    parts.add(place.part, milliseconds);
    functions.add(place.name, milliseconds);
    const seen = new Set<string>();
    for (let up: number | undefined = id; up !== undefined; up = parents.get(up)) {
      const { name, isOurs } = places.get(up) ?? { name: '', isOurs: false };
      if (isOurs && !seen.has(name)) inclusive.add(name, milliseconds);
      seen.add(name);
    }
  }
}

/** Milliseconds of each node while recoveries were under way. */
function selfTimes({ startTime, samples, timeDeltas }: CpuProfile, rounds: readonly Recovered[]): Map<number, number> {
  const times = new Map<number, number>();
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    at += timeDeltas[index] ?? 0;
    const lasted = (timeDeltas[index + 1] ?? 0) / 1000;
    if (rounds.some(({ span: [from, to] }) => at >= from && at <= to)) times.set(id, (times.get(id) ?? 0) + lasted);
  }
  return times;
}

class Sums {
  readonly #sums = new Map<string, number>();
  add(name: string, value: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
  }
  get total(): number {
    return [...this.#sums.values()].reduce((sum, each) => sum + each, 0);
  }
  dearest(recoveries: number, total: number): Part[] {
    const all = [...this.#sums].map(([name, sum]) => ({ name, milliseconds: sum / recoveries, share: sum / total }));
    return all.toSorted((one, other) => other.milliseconds - one.milliseconds).slice(0, SHOWN);
  }
}

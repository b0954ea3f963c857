import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../scenarios/start-keyturn.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** `keyturn demo` as a newcomer starts it: a program of its own, known by what it prints. */
export interface DemoRun {
  readonly output: () => string;
  readonly errors: () => string;
  /** The address it prints once it is ready. Throws with its words when it ends instead. */
  ready(milliseconds?: number): Promise<string>;
  /** Itself and every process it has started, directly or not, as far as they live now. */
  processes(): number[];
  /** Asks it to stop as Ctrl+C does, and resolves to its exit code. */
  interrupt(): Promise<number | null>;
  ended(): Promise<number | null>;
}

export function runDemo(args: readonly string[]): DemoRun {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'keyturn.js'), 'demo', ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const end = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  const address = () => /^Keyturn is ready: (http:\S+)$/m.exec(output)?.[1];
  return {
    output: () => output,
    errors: () => errors,
    async ready(milliseconds = 60_000) {
      await until(() => address() !== undefined || child.exitCode !== null, 'the demo to be ready', milliseconds);
      const found = address();
      if (found === undefined) throw new Error(`the demo ended with ${child.exitCode}: ${output}${errors}`);
      return found;
    },
    processes: () => (child.pid === undefined ? [] : familyOf(child.pid)),
    interrupt() {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(child.pid, 'SIGINT');
      return end;
    },
    ended: () => end,
  };
}

/** A process and its descendants. A child keeps its parent's number as long as the parent lives. */
function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const family = [pid];
  for (const member of family) for (const [child, parent] of parents) if (parent === member) family.push(child);
  return family;
}

/** Undefined for a process that has ended, or that only waits to be reaped. */
function parentOf(pid: number): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

/** Which of these processes still live. */
export function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => parentOf(pid) !== undefined);
}

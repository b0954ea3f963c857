import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DemoMessage } from '../../shared/api/demo.ts';
import type { Goal } from '../../shared/api/journeys.ts';
import { type JourneyClient, request, startJourney } from './journey-client.ts';
import type { KeyturnProcessOptions } from './keyturn-process.ts';
import { codeIn, type Enrolled, until } from './start-keyturn.ts';

/** A Keyturn in a process of its own that stops at its next directory write. */
export interface KillableKeyturn {
  readonly url: string;
  /** Resolves when a write has come to the chosen point. */
  stopped(): Promise<void>;
  /** Ends the process as a power cut would (KILL), and waits until it is gone. */
  kill(): Promise<void>;
  /** Wakes one that is asleep. */
  wake(): void;
}

/** Starts one. Kill it when done. */
export async function startKillableKeyturn(options: KeyturnProcessOptions): Promise<KillableKeyturn> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'keyturn-process.ts'), JSON.stringify(options)], {
    // Options given to our own Node.js (a test runner's hooks, a debugger) are not for this one.
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  child.stderr.on('data', (bytes: Buffer) => {
    words += bytes.toString();
  });
  const gone = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`the Keyturn process ended early: ${words}`);
    return line.value;
  };
  const url = await nextLine();
  return {
    url,
    async stopped() {
      const line = await nextLine();
      if (line !== 'stopped') throw new Error(`unexpected: ${line}`);
    },
    wake: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Walks a journey over HTTP alone until both proofs are given. */
export async function proveOverHttp(url: string, login: string, person: Enrolled, goal: Goal = 'reset-password'): Promise<JourneyClient> {
  const client = await startJourney(url, login, goal);
  await client.answer({ option: 'email' });
  let message: DemoMessage | undefined;
  await until(async () => {
    const messages = (await request(url, 'GET', '/demo/messages')).body as unknown as DemoMessage[];
    message = messages.find(({ to }) => to === person.address);
    return message !== undefined;
  }, `the code for ${person.address}`);
  await client.answer({ code: codeIn(message as DemoMessage) });
  await client.answer({ code: person.totp() });
  return client;
}

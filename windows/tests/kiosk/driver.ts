import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const wineProgram = '/usr/lib/wine/wine64';

/** A test program in wine that takes commands as lines with tabs and answers each with a line of JSON. */
export interface Driver {
  command(...words: (string | number)[]): Promise<Record<string, unknown>>;
  /** What it has said beside its answers. */
  readonly complaints: readonly string[];
  /** Lets it end. */
  stop(): void;
}

/** Starts one with the environment of its wine prefix. */
export function startDriver(program: string, environment: NodeJS.ProcessEnv, parameters: readonly string[] = []): Driver {
  const child = spawn(wineProgram, [program, ...parameters], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout });
  const waiting: ((line: string) => void)[] = [];
  const complaints: string[] = [];
  lines.on('line', (line) => {
    if (line.startsWith('{')) waiting.shift()?.(line);
    else complaints.push(line);
  });
  return {
    complaints,
    command: (...words) =>
      new Promise((resolve) => {
        waiting.push((line) => resolve(JSON.parse(line) as Record<string, unknown>));
        child.stdin.write(`${words.join('\t')}\n`);
      }),
    stop() {
      child.stdin.end();
    },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeOnce } from '../../test/servers/make-once.ts';

const scratch = fileURLToPath(new URL('../../.scratch/windows', import.meta.url));
const wineProgram = '/usr/lib/wine/wine64';
const wineServer = '/usr/lib/wine/wineserver64';

/** How a program in wine ended. wine cuts the exit code to its lowest eight bits. */
export interface WineResult {
  readonly exitCode: number;
  readonly output: string;
}

/** A Windows of its own: one wine prefix, with its own registry, files and processes. */
export interface Wine {
  /** The Linux path of drive C. */
  readonly driveC: string;
  /** The environment in which wine finds this prefix. */
  readonly environment: NodeJS.ProcessEnv;
  run(program: string, args?: string[], options?: { environment?: NodeJS.ProcessEnv; timeoutMilliseconds?: number }): Promise<WineResult>;
  /**
   * Keeps a program open until `stop`. wine ends its services soon after the last program has ended, as Windows does when it is shut down:
   * whoever looks at a service needs one that stays.
   */
  stayUp(): void;
  /** The processes of a program that run here by now, with the files that each has open as code or data, and which inode that was then. */
  processes(program: string): { id: number; files: ReadonlyMap<string, number> }[];
  /** Ends every process of this prefix, no other, and removes it. */
  stop(): Promise<void>;
}

function environmentOf(prefix: string): NodeJS.ProcessEnv {
  // Without DISPLAY wine looks for no X server. No Gecko and no Mono: both would ask to be downloaded.
  // wine reads its command line in the code page of the locale: without UTF-8 no umlaut arrives.
  const own = { WINEPREFIX: prefix, WINEARCH: 'win64', WINEDEBUG: '-all', DISPLAY: '', WINEDLLOVERRIDES: 'mscoree=;mshtml=' };
  return { ...process.env, LC_ALL: 'C.UTF-8', ...own };
}

async function execute(command: string, args: string[], environment: NodeJS.ProcessEnv, timeout: number): Promise<WineResult> {
  // A file, no pipe: the services that wine starts along inherit it and would keep a pipe open after the program has ended.
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-wine-'));
  const file = openSync(join(folder, 'output'), 'w+');
  try {
    const child = spawn(command, args, { env: environment, timeout, stdio: ['ignore', file, file] });
    const [exitCode, signal] = await once(child, 'exit');
    if (exitCode === null) throw new Error(`${command} ${args.join(' ')}: ended by ${signal} after at most ${timeout} ms`);
    return { exitCode, output: readFileSync(join(folder, 'output'), 'utf8') };
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

/** The prefix that all others are copied from; making one takes several seconds, copying it less than one. */
async function template(): Promise<string> {
  const finished = join(scratch, 'wine-windows-10');
  mkdirSync(scratch, { recursive: true });
  await makeOnce(finished, async (folder) => {
    const environment = environmentOf(folder);
    await execute(wineProgram, ['wineboot', '-i'], environment, 120_000);
    // What msiexec tells an installer, and what an installer reads by itself; the default of wine 8 is Windows 7.
    const version = 'HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion';
    for (const [key, name, value] of [
      ['HKCU\\Software\\Wine', 'Version', 'win10'],
      [version, 'CurrentBuildNumber', '19045'],
    ] as const)
      await execute(wineProgram, ['reg', 'add', key, '/v', name, '/d', value, '/f'], environment, 60_000);
    await execute(wineServer, ['-k'], environment, 60_000);
    await execute(wineServer, ['-w'], environment, 60_000);
  });
  return finished;
}

/** Those of a wine prefix whose command line names a program, by proc(5). */
function processesOf(prefix: string, program: string): { id: number; files: ReadonlyMap<string, number> }[] {
  const found: { id: number; files: ReadonlyMap<string, number> }[] = [];
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [own = ''] = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
      if (!own.endsWith(program) || !readFileSync(`/proc/${id}/environ`, 'utf8').split('\0').includes(`WINEPREFIX=${prefix}`)) continue;
      const maps = readFileSync(`/proc/${id}/maps`, 'utf8').matchAll(/^\S+ \S+ \S+ \S+ (\d+) +(\/.*)$/gm);
      found.push({ id: Number(id), files: new Map([...maps].map(([, inode, file = '']) => [file, Number(inode)])) });
    } catch (error) {
      // It has ended meanwhile.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found;
}

/** A fresh Windows for one test file. `stop` it in `afterAll`. */
export async function startWine(): Promise<Wine> {
  const from = await template();
  const prefix = mkdtempSync(join(scratch, 'wine-'));
  await execute('cp', ['-a', '--reflink=auto', `${from}/.`, prefix], process.env, 60_000);
  const environment = environmentOf(prefix);
  return {
    driveC: join(prefix, 'drive_c'),
    environment,
    run: (program, args = [], options = {}) =>
      execute(wineProgram, [program, ...args], { ...environment, ...options.environment }, options.timeoutMilliseconds ?? 60_000),
    stayUp: () => {
      // It waits for a command on a pipe that nobody writes to.
      spawn(wineProgram, ['cmd'], { env: environment, stdio: ['pipe', 'ignore', 'ignore'] });
    },
    processes: (program) => processesOf(prefix, program),
    stop: async () => {
      await execute(wineServer, ['-k'], environment, 60_000);
      await execute(wineServer, ['-w'], environment, 60_000);
      rmSync(prefix, { recursive: true });
    },
  };
}

/** A Linux path as wine shows it: drive Z is the root. */
export function winePath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}

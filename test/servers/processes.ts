import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Debian package that brings each program the starters call. Only used to make a missing program's error helpful.
 */
const packageOfProgram: Readonly<Record<string, string>> = {
  cc: 'gcc',
  certutil: 'libnss3-tools',
  kinit: 'krb5-user',
  ldbsearch: 'ldb-tools',
  'ns-slapd': '389-ds-base',
  openssl: 'openssl',
  pk12util: 'libnss3-tools',
  initdb: 'postgresql',
  postgres: 'postgresql',
  samba: 'samba-ad-dc',
  'samba-tool': 'samba-ad-dc',
  slapadd: 'slapd',
  slapd: 'slapd',
};

/** Servers live in sbin, which is not on every user's PATH. */
const programPath = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** The environment servers and their tools run in: ours, with a neutral language so that messages can be matched. */
export function serverEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, PATH: programPath, LC_ALL: 'C.UTF-8', ...extra };
}

/**
 * The folder a program is in.
 * @throws Error naming the Debian package when the program is not installed.
 */
export function requireProgram(program: string): string {
  const folder = programPath.split(':').find((candidate) => existsSync(join(candidate, program)));
  if (folder !== undefined) return folder;
  throw explainMissing(program, Object.assign(new Error(`${program} is on no PATH`), { code: 'ENOENT' }));
}

function explainMissing(command: string, cause: Error): Error {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return cause;
  const program = command.slice(command.lastIndexOf('/') + 1);
  const debianPackage = packageOfProgram[program];
  const help = debianPackage === undefined ? '' : `: apt-get install ${debianPackage}`;
  return new Error(`${program} is not installed${help}`, { cause });
}

export interface RunOptions {
  /** Written to the program's standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Milliseconds; 120,000 unless told. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and returns what it printed and its exit code. Throws only when it cannot be run at all. */
export function runUnchecked(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      {
        env: serverEnvironment(options.env),
        timeout: options.timeoutMs ?? 120_000,
        maxBuffer: 64 * 1024 * 1024,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.uid === undefined ? {} : { uid: options.uid }),
        ...(options.gid === undefined ? {} : { gid: options.gid }),
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ exitCode: 0, stdout, stderr });
        if (typeof error.code === 'number') return resolve({ exitCode: error.code, stdout, stderr });
        reject(explainMissing(command, error));
      },
    );
    // A program that ends without reading its input breaks the pipe; its exit code tells what happened.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}

/** Like {@link runUnchecked}, but throws with the program's own words when it ends with an exit code other than 0. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await runUnchecked(command, args, options);
  if (result.exitCode === 0) return result;
  const words = `${result.stderr}\n${result.stdout}`.trim().slice(-2000);
  throw new Error(`${command} ${args[0] ?? ''} ended with exit code ${result.exitCode}: ${words}`);
}

export interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Everything the server prints goes here; the file is appended to, so it survives a restart. */
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Signal that asks for a stop in good order; TERM unless told. */
  readonly stopSignal?: NodeJS.Signals;
  /** Scratch folder removed as well if this Node.js process dies without stopping the server. */
  readonly folder?: string;
}

/** A server in a process group of its own. */
export interface ServerProcess {
  /** Process id of the group's leader and id of the group. */
  readonly pid: number;
  readonly logFile: string;
  /** True while the process that was started has not ended. */
  isRunning(): boolean;
  /** Ends the whole group in good order, and by KILL when something is left after `graceMs` (5,000). Resolves when all are gone. */
  stop(graceMs?: number): Promise<void>;
  /** Ends the whole group at once, as a power cut would. */
  kill(): Promise<void>;
  /** Sends a signal to every process of the group. Silent when the group is gone. */
  signal(name: NodeJS.Signals): void;
}

/** True while any process of the group is alive (a zombie that was not yet reaped counts). */
export function isGroupAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// The guardian waits on a pipe that only this Node.js process holds open. When we die, however that happens (a crash, KILL,
// a closed terminal), the pipe closes and the guardian ends the server's group and removes its folder: nothing is left over.
const guardianScript = `trap '' HUP INT TERM
read -r order
[ "$order" = released ] && exit 0
kill -s TERM -- "-$1" 2>/dev/null
kill -s CONT -- "-$1" 2>/dev/null
sleep 2
kill -s KILL -- "-$1" 2>/dev/null
[ -n "$2" ] && rm -rf "$2"`;

function startGuardian(groupId: number, folder: string | undefined): ChildProcess {
  const guardian = spawn('/bin/sh', ['-c', guardianScript, 'guardian', String(groupId), folder ?? ''], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.stdin?.on('error', () => {});
  unreference(guardian);
  return guardian;
}

/** Keeps a child (and our end of its input pipe) from holding Node.js open. */
function unreference(child: ChildProcess): void {
  child.unref();
  (child.stdin as { unref?: () => void } | null)?.unref?.();
}

/**
 * Starts a server in its own process group. The group is ended when this Node.js process ends, whatever the reason.
 * @throws Error naming the Debian package when the program is not installed.
 */
export async function startProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const log = openSync(options.logFile, 'a', 0o644);
  const child = spawn(options.command, [...options.args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: serverEnvironment(options.env),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(explainMissing(options.command, error)));
  });
  const pid = child.pid as number;
  const guardian = startGuardian(pid, options.folder);
  unreference(child);

  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const goneWithin = async (ms: number): Promise<boolean> => {
    const deadline = performance.now() + ms;
    while (isGroupAlive(pid)) {
      if (performance.now() > deadline) return false;
      await delay(10);
    }
    return true;
  };
  const endWith = async (first: NodeJS.Signals, graceMs: number): Promise<void> => {
    signal(first);
    // A stopped (paused) process acts on TERM only once it continues.
    signal('SIGCONT');
    if (!(await goneWithin(graceMs))) {
      signal('SIGKILL');
      if (!(await goneWithin(30_000))) throw new Error(`process group ${pid} (${options.command}) does not end`);
    }
    guardian.stdin?.end('released\n');
  };
  return {
    pid,
    logFile: options.logFile,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: (graceMs = 5000) => endWith(options.stopSignal ?? 'SIGTERM', graceMs),
    kill: () => endWith('SIGKILL', 30_000),
    signal,
  };
}

export interface ReadinessOptions {
  /** Milliseconds; 120,000 unless told. */
  readonly timeoutMs?: number;
  /** When given, waiting ends at once with the end of its log if the process ends. */
  readonly process?: ServerProcess;
}

/**
 * Asks `probe` again and again until it does not throw.
 * @throws Error with the last failure and the end of the server's log when the time is up or the process has ended.
 */
export async function waitUntilReady(name: string, probe: () => Promise<unknown>, options: ReadinessOptions = {}): Promise<void> {
  const deadline = performance.now() + (options.timeoutMs ?? 120_000);
  for (;;) {
    try {
      await probe();
      return;
    } catch (cause) {
      const ended = options.process !== undefined && !options.process.isRunning();
      if (ended || performance.now() > deadline) {
        const log = options.process === undefined ? '' : await readFile(options.process.logFile, 'utf8');
        const state = ended ? 'ended before it was ready' : 'was not ready in time';
        throw new Error(`${name} ${state}. End of its log: ${log.slice(-2000)}`, { cause });
      }
      await delay(25);
    }
  }
}

/**
 * Starts a server and waits until `probe` succeeds. When it does not become ready, its processes are ended before the throw.
 */
export async function startReadyProcess(
  name: string,
  options: ServerProcessOptions,
  probe: () => Promise<unknown>,
  timeoutMs?: number,
): Promise<ServerProcess> {
  const server = await startProcess(options);
  try {
    await waitUntilReady(name, probe, { process: server, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    return server;
  } catch (error) {
    await server.kill();
    throw error;
  }
}

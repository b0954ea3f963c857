import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type RunResult, run, runUnchecked, startProcess, waitUntilReady } from './processes.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';

export interface MachineOptions {
  readonly name: string;
  /** Addresses it has beside 127.0.0.1 (IPv4). */
  readonly addresses?: readonly string[];
  /** Lives in the network of this one, and sees its addresses; in one of its own unless told. */
  readonly beside?: Machine;
  /** Lines of hosts(5). */
  readonly hosts?: readonly string[];
}

/**
 * A Linux machine for a test, with systemd, the packages of this one, a disk that is thrown away and a network that leads nowhere.
 * It is made of namespaces and needs root.
 */
export interface Machine {
  /** Process id of its systemd, seen from here. */
  readonly pid: number;
  /** Where its disk is seen from here; a path in it begins with "/". */
  at(path: string): string;
  /** Runs a shell script there as root. @throws Error with what was said when a line of it fails. */
  sh(script: string, options?: { readonly timeoutMs?: number }): Promise<string>;
  /** The same, whatever its exit code. */
  tries(script: string): Promise<RunResult>;
  write(path: string, text: string, mode?: number): Promise<void>;
  /** A program here whose network is the machine's, as an executable file. */
  networkWrapper(command: string): Promise<string>;
  stop(): Promise<void>;
}

/** Nothing of what is set around it: temporary folders of a test run are not there. */
const inside = ['env', '-i', '-C', '/', 'HOME=/root', 'LANG=C.UTF-8', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
const boot = join(import.meta.dirname, 'boot-machine.sh');

/** Starts a machine and waits until its systemd takes orders; about a second. */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  if (process.getuid?.() !== 0) throw new Error('a machine can be started by root only');
  const folder = await createScratchFolder('machine');
  const { beside } = options;
  const own = ['--fork', '--kill-child=KILL', '--pid', '--mount', '--ipc', '--uts', '--cgroup'];
  const begin = ['sh', boot, folder, options.name];
  const [command, args] =
    beside === undefined
      ? (['unshare', [...own, '--net', ...begin]] as const)
      : (['nsenter', [`--net=/proc/${beside.pid}/ns/net`, 'unshare', ...own, ...begin]] as const);
  const server = await startProcess({ command, args, logFile: join(folder, 'log'), folder });
  const stop = async (): Promise<void> => {
    await server.kill();
    await removeScratchFolder(folder);
  };
  let pid = 0;
  try {
    await waitUntilReady(
      `machine ${options.name}`,
      async () => {
        pid = firstProcess(server.pid);
        const { stdout } = await runUnchecked('nsenter', [...enter(pid), 'systemctl', 'is-system-running']);
        // Degraded: a unit of the packages here failed, which is none of this test's.
        if (!/^(running|degraded)$/m.test(stdout)) throw new Error(`systemd is ${stdout}`);
      },
      { process: server },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const machine: Machine = {
    pid,
    at: (path) => `/proc/${pid}/root${path}`,
    tries: (script) => runUnchecked('nsenter', [...enter(pid), ...inside, 'sh', '-c', script]),
    sh: async (script, { timeoutMs = 180_000 } = {}) =>
      (await run('nsenter', [...enter(pid), ...inside, 'sh', '-ec', script], { timeoutMs })).stdout,
    async write(path, text, mode = 0o644) {
      const file = machine.at(path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      await chmod(file, mode);
    },
    async networkWrapper(program) {
      const file = join(folder, 'in-network');
      writeFileSync(file, `#!/bin/sh\nexec nsenter --net=/proc/${pid}/ns/net ${program} "$@"\n`, { mode: 0o755 });
      return file;
    },
    stop,
  };
  const setUp = [
    ...(beside === undefined ? ['ip link set lo up'] : []),
    ...(options.addresses ?? []).map((it) => `ip address add ${it}/32 dev lo`),
  ];
  if (setUp.length > 0) await machine.sh(setUp.join('\n'));
  await machine.write('/etc/hosts', [`127.0.0.1 localhost ${options.name}`, ...(options.hosts ?? []), ''].join('\n'));
  return machine;
}

/** The one child that unshare(1) forked and waits for, systemd. */
function firstProcess(parent: number): number {
  const [pid = ''] = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
  if (pid === '') throw new Error('not begun');
  return Number(pid);
}

/** Arguments of nsenter(1) for everything that a machine has of its own. */
function enter(pid: number): string[] {
  return [`--target=${pid}`, '--mount', '--pid', '--ipc', '--uts', '--net', '--cgroup', `--root=/proc/${pid}/root`, '--'];
}

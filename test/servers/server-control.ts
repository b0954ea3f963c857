import type { ServerProcess } from './processes.ts';

/** What a test may do to a server it started itself. */
export interface ServerControl {
  /** Id of the leader and of the process group of the run now going on. */
  readonly pid: number;
  /** What the server printed. */
  readonly logFile: string;
  /** Ends all its processes in good order, removes its folder, and gives its address back. Doing it twice is allowed. */
  stop(): Promise<void>;
  /** Ends all its processes in good order and keeps its data and address: {@link restart} brings it back. */
  halt(): Promise<void>;
  /** Ends all its processes at once (KILL), as a crash would. Its data stay: {@link restart} brings it back. */
  kill(): Promise<void>;
  /** Stops time for all its processes: connections stay open and new ones are accepted by the kernel, but nothing answers. */
  pause(): void;
  /** Ends {@link pause}. */
  resume(): void;
  /** Starts it again on the same address with the same data, after {@link halt} or {@link kill}, or while running. Resolves when it answers. */
  restart(): Promise<void>;
}

/** How one kind of server is started and cleared away. */
export interface ServerLifecycle {
  /** Starts the processes and resolves when they answer. */
  launch(): Promise<ServerProcess>;
  /** Removes folders and releases addresses, after the processes are gone. */
  clear(): Promise<void>;
  /** Milliseconds a stop in good order may take before KILL; 5,000 unless told. */
  readonly graceMs?: number;
}

/** Starts a server and gives the means to control it. When the start fails, everything is cleared away before the throw. */
export async function startControlled(lifecycle: ServerLifecycle): Promise<ServerControl> {
  let running: ServerProcess;
  try {
    running = await lifecycle.launch();
  } catch (error) {
    await lifecycle.clear();
    throw error;
  }
  let cleared = false;
  return {
    get pid() {
      return running.pid;
    },
    get logFile() {
      return running.logFile;
    },
    async stop() {
      if (cleared) return;
      cleared = true;
      await running.stop(lifecycle.graceMs);
      await lifecycle.clear();
    },
    halt: () => running.stop(lifecycle.graceMs),
    kill: () => running.kill(),
    pause: () => running.signal('SIGSTOP'),
    resume: () => running.signal('SIGCONT'),
    async restart() {
      if (cleared) throw new Error('this server was stopped for good');
      await running.stop(lifecycle.graceMs);
      running = await lifecycle.launch();
    },
  };
}

/** Joins a working object and the control of its server. (Spreading would freeze the control's getters: pid changes at restarts.) */
export function withControl<T extends object>(directory: T, control: ServerControl): T & ServerControl {
  return Object.defineProperties({ ...directory }, Object.getOwnPropertyDescriptors(control)) as T & ServerControl;
}

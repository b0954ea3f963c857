import { writeSync } from 'node:fs';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { startKeyturn } from './start-keyturn.ts';

/**
 * A Keyturn in a process of its own, to be killed or put to sleep by its test. It writes its address as a line to standard output, and
 * `stopped` once it has come to the point where it stops: just before the directory is asked to write, or just after the directory has
 * answered. There it stops for good, or, `asleep`, the whole process does until it is sent SIGCONT, and goes on with the write.
 */
export interface KeyturnProcessOptions {
  readonly database: string;
  readonly keyHex: string;
  readonly directories: ConfigurationDocument['directories'];
  readonly stopAt: 'before-the-write' | 'after-the-write' | 'asleep-before-the-write';
}

const options = JSON.parse(process.argv[2] ?? '') as KeyturnProcessOptions;
const keyturn = await startKeyturn({
  database: options.database,
  key: new Uint8Array(Buffer.from(options.keyHex, 'hex')),
  directories: options.directories,
});
const forever = () => new Promise<never>(() => {});
const say = (line: string) => writeSync(1, `${line}\n`);

for (const directory of keyturn.deps.directories.all()) {
  const { resetPassword, unlock } = directory;
  const stopping =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (options.stopAt === 'after-the-write') await write(...args);
      say('stopped');
      if (options.stopAt !== 'asleep-before-the-write') return forever();
      process.kill(process.pid, 'SIGSTOP');
      return write(...args);
    };
  Object.assign(directory, { resetPassword: stopping(resetPassword), unlock: stopping(unlock) });
}
say(keyturn.url);

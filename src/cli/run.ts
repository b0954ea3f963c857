import { text } from 'node:stream/consumers';
import { type Command, CommanderError } from 'commander';
import { createCommandContext, type Surroundings } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { EXIT } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { describeError } from './report-error.ts';

/**
 * Runs one command of `keyturn`.
 *
 * @param argv arguments after the program's name
 * @param surroundings what differs from the process, for tests
 * @returns the exit code, see `exit-codes.ts`; it never throws
 */
export async function run(argv: string[], surroundings: Partial<Surroundings> = {}): Promise<number> {
  const outside = { ...processSurroundings(), ...surroundings };
  let exitCode: number = EXIT.ok;
  const context = createCommandContext(outside, {
    argv,
    configFile: () => program.opts<{ config?: string }>().config,
    failed: () => {
      exitCode = EXIT.failed;
    },
  });
  const program = createProgram(context);
  for (const command of withThoseBelow(program)) {
    command.exitOverride().configureOutput({ writeOut: (text) => void outside.write(text), writeErr: (text) => outside.writeError(text) });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const complete = (line: string) => completeCommand(line, context.settingsFile());
    outside.writeError(`${describeError(error, program.opts<{ debug?: boolean }>().debug === true, complete)}\n`);
    return EXIT.failed;
  }
}

function withThoseBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withThoseBelow)];
}

function processSurroundings(): Surroundings {
  // Each failed write is told to its own caller below.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => {});
  // Nobody can be told that nobody can be told, and an error that is not heard would end a server.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  return {
    environment: process.env,
    write,
    writeError: (text) => {
      process.stderr.write(text);
    },
    readInput: () => text(process.stdin),
    // The one place where a door knows the composition root: loaded late, so that help and checks start quickly.
    loadRoot: () => import('../main.ts'),
    stopRequested: () =>
      new Promise((resolve) => {
        process.once('SIGTERM', () => resolve());
        // A terminal that is closed ends the server as orderly.
        process.once('SIGHUP', () => resolve());
        process.once('SIGINT', () => resolve());
      }),
  };
}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      // The reader of a pipe has seen enough (`keyturn audit export | head`): the rest is done for the exit code alone.
      else if ('code' in error && error.code === 'EPIPE') resolve();
      else reject(error);
    });
  });
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Surroundings } from '../../src/cli/command-context.ts';
import { run } from '../../src/cli/run.ts';
import { createKeyFile } from '../../src/config/create-key-file.ts';

export interface CommandOutcome {
  exitCode: number;
  output: string;
  errors: string;
}

/** Runs a command as a user would, with the real adapters behind it, and keeps what it says. */
export async function runCommand(argv: readonly string[], surroundings: Partial<Surroundings> = {}): Promise<CommandOutcome> {
  let output = '';
  let errors = '';
  const exitCode = await run([...argv], {
    environment: { USER: 'tester' },
    write: (text) => {
      output += text;
      return Promise.resolve();
    },
    writeError: (text) => {
      errors += text;
    },
    ...surroundings,
  });
  return { exitCode, output, errors };
}

/** A settings file with a key and a database of its own, below `folder`. */
export function writeSettings(folder: string, changes: Record<string, unknown> = {}): string {
  const key = join(folder, 'key');
  createKeyFile(key);
  const file = join(folder, 'settings.yaml');
  const settings = {
    listen: { port: 0 },
    dataDirectory: join(folder, 'data'),
    keys: [{ id: 'test', secret: `file:${key}` }],
    logLevel: 'error',
    ...changes,
  };
  writeFileSync(file, stringify(settings), { mode: 0o600 });
  return file;
}

/** A configuration document that is in order. */
export function configurationDocument(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: 1,
    organisation: { name: 'Example', publicUrl: 'https://password.example.com' },
    directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
    mail: { kind: 'smtp', from: 'Keyturn <keyturn@example.com>', servers: [{ host: '127.0.0.1', port: 1, security: 'none' }] },
    ...changes,
  };
}

import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { createKeyFile } from '../config/create-key-file.ts';
import { type Settings, settingsSchema } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { importOnFirstStart } from './import-on-first-start.ts';
import { parsePort, serveUntilStopped, withListen } from './serve.ts';

interface DemoOptions {
  port?: number;
  host?: string;
  data: string;
}

/** `keyturn demo`: a trial with sample people, for one person on one machine. */
export function addDemoCommand(program: Command, context: CommandContext): void {
  const demo = program
    .command('demo')
    .description('Try Keyturn with sample people and captured mail. Never with real people: the demo page shows every code to anyone.')
    .option('--port <number>', 'port to listen on', parsePort)
    .option('--host <address>', 'address to listen on')
    .option('--data <folder>', 'where the demo keeps its data', '.keyturn/demo')
    .action(async (options: DemoOptions) => {
      const settings = withListen(demoSettings(options.data), options);
      await importOnFirstStart(context, settings, demoDocument(settings), 'the demo');
      await serveUntilStopped(context, settings);
    });
  withExamples(demo, [
    { command: 'keyturn demo', does: 'starts on http://127.0.0.1:8080 and says what to try' },
    { command: 'keyturn demo --port 9000 --data /tmp/keyturn-demo', does: 'the same elsewhere' },
  ]);
}

/** Settings of a demo: its own folder, with a key of its own that is made on the first start. */
export function demoSettings(folder: string): Settings {
  const dataDirectory = resolve(folder);
  const key = join(dataDirectory, 'key');
  createKeyFile(key);
  return settingsSchema.parse({ demo: true, dataDirectory, keys: [{ id: 'demo', secret: `file:${key}` }], logLevel: 'warn' });
}

function demoDocument({ listen }: Settings): unknown {
  return {
    version: 1,
    organisation: {
      name: 'Keyturn demo',
      publicUrl: `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`,
    },
    directories: [{ kind: 'embedded', id: 'demo', label: 'Demo people' }],
    mail: { kind: 'capture' },
  };
}

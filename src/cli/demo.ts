import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { createKeyFile } from '../config/create-key-file.ts';
import { DEMO_DIRECTORIES, type DemoDirectoryKind } from '../config/demo-directories.ts';
import { type Settings, settingsSchema } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { parseHost, parsePort, serveUntilStopped, withListen } from './serve.ts';

interface DemoOptions {
  port?: number;
  host?: string;
  data: string;
  directory: DemoDirectoryKind;
}

/** `keyturn demo`: a trial with sample people, for one person on one machine. */
export function addDemoCommand(program: Command, context: CommandContext): void {
  const demo = program
    .command('demo')
    .summary('try Keyturn with sample people')
    .description('Try Keyturn with sample people and captured mail. Never with real people: the demo page shows every code to anyone.')
    .option('--port <number>', 'port to listen on', parsePort)
    .option('--host <address>', 'address to listen on', parseHost)
    .option('--data <folder>', 'where the demo keeps its data', '.keyturn/demo')
    .addOption(
      new Option('--directory <kind>', 'where the people live: in Keyturn, or in a real server that is started for the demo')
        .choices(DEMO_DIRECTORIES)
        .default('embedded'),
    )
    .action(async (options: DemoOptions) => {
      // A real directory is made anew each time, so what is known of its people must not outlive it.
      const folder = options.directory === 'embedded' ? options.data : join(options.data, options.directory);
      const settings = withListen(demoSettings(folder), options);
      const demo = await (await context.loadRoot()).prepareDemo(settings, options.directory);
      try {
        await serveUntilStopped(context, settings, demo.hints);
      } finally {
        await demo.close();
      }
    });
  withExamples(demo, [
    { command: 'keyturn demo', does: 'starts on http://127.0.0.1:8080 and says what to try' },
    { command: 'keyturn demo --directory samba', does: 'the same with a real Active Directory domain (Samba; needs root)' },
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

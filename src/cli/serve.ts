import { type Command, InvalidArgumentError } from 'commander';
import { resolveKeys } from '../config/resolve-keys.ts';
import { isListenHost, NO_LISTEN_HOST, type Settings } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { importOnFirstStart } from './import-on-first-start.ts';
import { describeError } from './report-error.ts';
import { refuseForeignDatabase } from './with-runtime.ts';

/** Demo mode is a setting like any other, and may have been left on. */
const DEMO_WARNING =
  'Demo mode is on: /demo shows captured mails and codes to anyone who can reach this server. Remove `demo: true` before real people use it.';

/** `keyturn serve`: one node, until it is asked to stop. */
export function addServeCommand(program: Command, context: CommandContext): void {
  const serve = program
    .command('serve')
    .summary('run the server')
    .description(
      'Run the server until SIGTERM or SIGINT. On the very first start the `configuration:` part of the settings file is put into force; later starts leave it alone.',
    )
    .option('--port <number>', 'port to listen on, instead of listen.port', parsePort)
    .option('--host <address>', 'address to listen on, instead of listen.host', parseHost)
    .action(async (options: { port?: number; host?: string }) => {
      const { settings: loaded, configuration } = context.settings();
      const settings = withListen(loaded, options);
      // Before anything else: without a key nothing can be sealed, and the message names the command that makes one.
      resolveKeys(settings, context.resolveSecret);
      if (configuration !== undefined) {
        await announce(context, await importOnFirstStart(context, settings, configuration, context.settingsFile() ?? ''));
      }
      if (settings.demo) context.writeError(`warning: ${DEMO_WARNING}\n`);
      await serveUntilStopped(context, settings);
    });
  withExamples(serve, [
    { command: 'keyturn serve --config /etc/keyturn/keyturn.yaml', does: 'runs with the settings of that file' },
    { command: 'keyturn serve --config keyturn.yaml --port 9000', does: 'the same on another port' },
  ]);
}

/** Starts the server, says where it is, and waits to be stopped. */
export async function serveUntilStopped(context: CommandContext, settings: Settings, hints: readonly string[] = []): Promise<void> {
  // Asked for before the start, so that a stop during a slow start is not lost.
  const stop = context.stopRequested();
  refuseForeignDatabase(context, settings);
  const root = await context.loadRoot();
  const server = await root.startServer(settings, { onNotice: (line) => context.writeError(`warning: ${line}\n`) });
  try {
    await announce(
      context,
      (server.setUpLink === undefined ? [`Keyturn is ready: ${server.url}`, ...hints] : setUpLines(server.setUpLink)).join('\n'),
    );
    const reason = await Promise.race([stop, server.givenUp]);
    if (reason !== undefined) throw reason;
  } finally {
    await server.close();
  }
}

/** Says how far a start is. That nobody can read it (standard output is a file on a full disk) stops no server. */
async function announce(context: CommandContext, line: string): Promise<void> {
  await context.print(line).catch((error: unknown) => context.writeError(`warning: ${describeError(error, false)}\n`));
}

function setUpLines(link: string): string[] {
  return [
    'Keyturn is not set up yet. Open this address in a browser of this machine, within an hour; it opens once:',
    `  ${link}`,
    'Passwords are typed there: from elsewhere, come by a tunnel or a proxy with TLS. A restart prints another address, and keeps what was answered.',
  ];
}

/** The settings with what the command line says about where to listen. */
export function withListen(settings: Settings, options: { port?: number; host?: string }): Settings {
  const { host, port } = settings.listen;
  return { ...settings, listen: { host: options.host ?? host, port: options.port ?? port } };
}

export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('Expected a number from 0 to 65535.');
  return Number(text);
}

/** An address or name to listen on, as `listen.host` takes it. */
export function parseHost(text: string): string {
  if (!isListenHost(text)) throw new InvalidArgumentError(`${NO_LISTEN_HOST}.`);
  return text;
}

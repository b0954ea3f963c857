import type { Command } from 'commander';
import { describeTime } from '../core/health/describe-time.ts';
import { endSetUpEarly, type OpenSetUp, readOpenSetUp } from '../core/set-up/end-early.ts';
import type { CommandContext } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { withExamples } from './examples.ts';
import type { Runtime } from './runtime.ts';
import { withRuntime } from './with-runtime.ts';

/** `keyturn set-up`: whether somebody may set this installation up by a browser, and the end of that. It asks no directory. */
export function addSetUpCommand(program: Command, context: CommandContext): void {
  const setUp = program
    .command('set-up')
    .summary('tell of the set-up in the browser, and end it')
    .description(
      'Tell whether somebody may set this installation up in a browser, and end it before its time. `keyturn serve` prints the link.',
    );
  const withStore = (work: (runtime: Runtime) => Promise<void>) =>
    withRuntime(context, context.settings().settings, { only: 'store' }, work);
  const status = setUp
    .command('status')
    .option('--json', 'print it as JSON')
    .description('Tell whether the link of the set-up waits, a browser answers it, or its last step is open.')
    .action(({ json }: { json?: boolean }) =>
      withStore(async (runtime) => {
        const open = await readOpenSetUp(runtime);
        if (json === true) return context.print(JSON.stringify(open === null ? null : present(open), null, 2));
        await context.print(describe(open));
      }),
    );
  withExamples(status, [{ command: 'keyturn set-up status', does: 'tells what of it is open, and until when' }]);
  const end = setUp
    .command('end')
    .description(
      'End what of the set-up is open: its link, the browser that opened it, and at the last step the link for the test person. What was answered before there is a configuration is kept: start the server again for another link.',
    )
    .action(() =>
      withStore(async (runtime) => {
        const author = context.environment.SUDO_USER ?? context.environment.USER ?? 'command line';
        const ended = await endSetUpEarly(runtime, author);
        if (ended === null) return context.print('Nothing of the set-up was open.');
        if (ended.state !== 'first-reset')
          return context.print(
            'Ended: nobody is let in any more. To go on with what was answered, start the server again: it prints another link.',
          );
        await context.print('Ended: nobody is let in any more, and no link for a test person is good. The invitation of the first');
        await context.print('administrator is forgotten with it. Where they have not opened it yet, make another one:');
        await context.print(`    ${completeCommand('keyturn enrolment invite alice --link', context.settingsFile())}`);
      }),
    );
  withExamples(end, [{ command: 'keyturn set-up end', does: 'ends it for whoever has its link or its browser' }]);
}

function describe(open: OpenSetUp | null): string {
  if (open === null) return 'Nothing of the set-up is open.';
  const until = describeTime(open.until);
  if (open.state === 'link-waits') return `The link of the set-up waits to be opened, until ${until}.`;
  if (open.state === 'answering') return `A browser sets this installation up, until ${until} at most.`;
  const { person, linksMade } = open;
  return `The last step of the set-up is open until ${until}. Test person: ${person ?? 'not named'}. Links made: ${linksMade}.`;
}

function present({ until, ...more }: OpenSetUp) {
  return { ...more, until: new Date(until).toISOString() };
}

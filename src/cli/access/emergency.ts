import { type Command, InvalidArgumentError } from 'commander';
import { type Emergency, makeEmergencyLink, readEmergencies, retireEmergencies } from '../../core/access/emergency.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { passkeySiteProblem } from '../../core/configuration/passkey-site.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { describeEmergencies } from '../../core/health/describe-emergencies.ts';
import { describeTime } from '../../core/health/describe-time.ts';
import type { CommandContext } from '../command-context.ts';
import { completeCommand } from '../complete-command.ts';
import { withExamples } from '../examples.ts';
import type { Runtime } from '../runtime.ts';
import { withRuntime } from '../with-runtime.ts';
import { wordsGiven } from '../words-given.ts';

/** The link is read from the console and opened at once: NIST SP 800-63B-4 3.1.3 gives such secrets ten minutes, this one a few more. */
const USUAL_MINUTES = 15;
const LONGEST_MINUTES = 60;

/** `keyturn access emergency`: the link, the look and the end. None of it asks a directory: it may be what is down. */
export function addEmergency(access: Command, context: CommandContext): void {
  const emergency = access
    .command('emergency')
    .summary('let one administrator in for an emergency, and end that')
    .description(
      'Let one administrator in, without any role, for when nobody can get in otherwise. It is in the audit log, shown on every page of the administration, by `doctor` and in the metrics until it is retired, and told to organisation.alarmAddress.',
    );
  const link = emergency
    .command('link')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log, and told in the mail', wordsGiven)
    .option('--minutes <n>', 'for how many minutes the link is good', wholeMinutes, USUAL_MINUTES)
    .description(
      'Print a link that opens the administration once. Whoever opens it makes a passkey and comes back by that, until `retire`. A link that waits is replaced.',
    )
    .action((options: { reason: string; minutes: number }) =>
      withConfiguration(context, async (runtime, configuration, author) => {
        const { reason, minutes } = options;
        const deps = { ...runtime, configuration: () => configuration };
        const { address, expiresAt } = await makeEmergencyLink(deps, { author, reason, lifetime: minutes * 60_000 });
        const problem = passkeySiteProblem(configuration);
        if (problem !== null)
          context.writeError(`warning: no passkey can be made at the address of the link, and nothing can be done before: ${problem}\n`);
        await context.print(address);
        await context.print(`  Opens once, until ${describeTime(expiresAt)}. It is not shown again. End it when you are done:`);
        await context.print(`    ${completeCommand('keyturn access emergency retire', context.settingsFile())}`);
        const { alarmAddress } = configuration.organisation;
        const told =
          alarmAddress === undefined ? 'Nobody is told by mail: organisation.alarmAddress is not set' : `Told by mail: ${alarmAddress}`;
        await context.print(`  ${told}`);
      }),
    );
  withExamples(link, [
    {
      command: 'keyturn access emergency link --reason "all groups of roles were deleted"',
      does: 'prints a link that opens the administration once',
    },
  ]);
  const status = emergency
    .command('status')
    .option('--json', 'print it as JSON')
    .description('Tell whether an emergency is in use, or a link waits to be opened.')
    .action((options: { json?: boolean }) =>
      withConfiguration(context, async (runtime) => {
        const told = await readEmergencies(runtime);
        if (options.json === true) return context.print(JSON.stringify(told.map(present), null, 2));
        for (const line of describeEmergencies(told)) await context.print(line);
      }),
    );
  withExamples(status, [{ command: 'keyturn access emergency status', does: 'tells who is in, since when and why' }]);
  const end = emergency
    .command('retire')
    .description('End every emergency: links, passkeys and sessions of it are worth nothing any more.')
    .action(() =>
      withConfiguration(context, async (runtime, configuration, author) => {
        const count = await retireEmergencies({ ...runtime, configuration: () => configuration }, author);
        await context.print(
          count === 0
            ? 'None was in use, and no link waited.'
            : `Retired: ${count}. Nobody gets in by ${count === 1 ? 'it' : 'them'} any more.`,
        );
      }),
    );
  withExamples(end, [{ command: 'keyturn access emergency retire', does: 'ends it' }]);
}

function present({ madeAt, openedAt, expiresAt, ...more }: Emergency) {
  const time = (at: number) => new Date(at).toISOString();
  return { ...more, madeAt: time(madeAt), openedAt: openedAt === null ? null : time(openedAt), linkExpiresAt: time(expiresAt) };
}

async function withConfiguration(
  context: CommandContext,
  work: (runtime: Runtime, configuration: Configuration, author: string) => Promise<void>,
): Promise<void> {
  const author = context.environment.SUDO_USER ?? context.environment.USER ?? 'command line';
  await withRuntime(context, context.settings().settings, { only: 'store' }, async (runtime) => {
    const { configuration } = await createConfigurationReader(runtime.store).read();
    await work(runtime, configuration, author);
  });
}

function wholeMinutes(text: string): number {
  const minutes = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > LONGEST_MINUTES) throw new InvalidArgumentError(`Give whole minutes, ${LONGEST_MINUTES} at most.`);
  return minutes;
}

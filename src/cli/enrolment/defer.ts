import { type Command, InvalidArgumentError } from 'commander';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { deferRequirement } from '../../core/enrolment/defer-requirement.ts';
import { readRequirement } from '../../core/enrolment/read-requirement.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { findOneAccount } from '../find-account.ts';
import { withRuntime } from '../with-runtime.ts';
import { changedBy } from './changed-by.ts';
import { describeRequirement } from './describe-requirement.ts';

interface DeferOptions {
  days: number;
  reason: string;
  directory?: string;
  json?: boolean;
}

const DAY = 24 * 3_600_000;

/** `keyturn enrolment defer`: more time for somebody who cannot enrol now. */
export function addDefer(enrolment: Command, context: CommandContext): void {
  const command = enrolment
    .command('defer')
    .argument('<name>', 'sign-in name or another identifier of the account')
    .requiredOption('--days <n>', 'for how many days from now (required); 0 takes it back', wholeDays)
    .requiredOption('--reason <text>', 'why (required); kept in the audit log')
    .option('--directory <id>', 'the directory, where several have the name')
    .option('--json', 'print the result as JSON')
    .description(
      'Let somebody put off what `enrolment.required` asks of them, also past the deadline: for who is held up at every sign-in and cannot do it now. A session that is open already goes on by itself when its page is loaded again.',
    )
    .action((name: string, options: DeferOptions) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const { account, directory } = await findOneAccount(runtime.directories, name, options.directory);
        const now = runtime.clock.now();
        const until = now + options.days * DAY;
        const { author } = changedBy(context, configuration);
        const given = { until, author, actor: { kind: 'operator' as const }, reason: options.reason };
        await deferRequirement(runtime, { directory: account.directory, id: account.id }, given);
        const about = { account: account.login, directory: account.directory, deferredUntil: new Date(until).toISOString() };
        if (options.json === true) return context.print(JSON.stringify(about, null, 2));
        await context.print(`${account.login} (${directory.label}):`);
        const requirement = await readRequirement(runtime, configuration, directory, account, { now, notLeaving: [] });
        for (const line of describeRequirement(requirement)) await context.print(line);
      }),
    );
  withExamples(command, [
    {
      command: 'keyturn enrolment defer alice --days 7 --reason "new phone arrives on Friday, ticket 4711"',
      does: 'lets alice put it off for another week',
    },
  ]);
}

function wholeDays(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('Give whole days.');
  return Number(text);
}

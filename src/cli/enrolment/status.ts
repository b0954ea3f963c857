import type { Command } from 'commander';
import type { Configuration } from '../../core/configuration/document.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { kindsNotLeaving, readRequirement } from '../../core/enrolment/read-requirement.ts';
import type { Requirement } from '../../core/enrolment/requirement.ts';
import { walkRequirements } from '../../core/enrolment/walk-requirements.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { findAccounts, namedDirectories } from '../find-account.ts';
import { createCountProgress } from '../report/count-progress.ts';
import type { Runtime } from '../runtime.ts';
import { withRuntime } from '../with-runtime.ts';
import { describeRequirement, NOT_ASKED, presentRequirement, STUCK, UNCERTAIN } from './describe-requirement.ts';

interface StatusOptions {
  directory?: string;
  json?: boolean;
}

/** `keyturn enrolment status`: how far people are with what they are asked to enrol. */
export function addStatus(enrolment: Command, context: CommandContext): void {
  const command = enrolment
    .command('status')
    .argument('[name]', 'sign-in name or another identifier; everybody without one')
    .option('--directory <id>', 'only this directory')
    .option('--json', 'print the result as JSON')
    .description(
      'Tell what `enrolment.required` asks of somebody now, or how many are asked for what. Judges everybody as a sign-in would and changes nothing; how far it is goes to standard error.',
    )
    .action((name: string | undefined, options: StatusOptions) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        await (name === undefined
          ? ofAll(context, runtime, configuration, options)
          : ofOne(context, runtime, configuration, name, options));
      }),
    );
  withExamples(command, [
    { command: 'keyturn enrolment status', does: 'tells how many are reminded, held up, and done' },
    { command: 'keyturn enrolment status alice', does: 'tells what alice is asked for, until when, and what she lacks' },
  ]);
}

async function ofOne(
  context: CommandContext,
  runtime: Runtime,
  configuration: Configuration,
  name: string,
  { directory: id, json }: StatusOptions,
): Promise<void> {
  const now = runtime.clock.now();
  const notLeaving = await kindsNotLeaving(runtime.store, now);
  const found = await findAccounts(runtime.directories, name, id);
  const asked = await Promise.all(
    found.map(async ({ account, directory }) => ({
      ...{ account: account.login, directory: directory.id, label: directory.label },
      requirement: await readRequirement(runtime, configuration, directory, account, { now, notLeaving }),
    })),
  );
  if (json === true) {
    const shown = asked.map(({ account, directory, requirement }) => ({ account, directory, ...presentRequirement(requirement) }));
    return context.print(JSON.stringify(shown, null, 2));
  }
  for (const { account, label, requirement } of asked) {
    await context.print(`${account} (${label}):`);
    for (const line of describeRequirement(requirement)) await context.print(line);
  }
}

async function ofAll(
  context: CommandContext,
  runtime: Runtime,
  configuration: Configuration,
  { directory: id, json }: StatusOptions,
): Promise<void> {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  let people = 0;
  for (const directory of namedDirectories(runtime.directories, id)) {
    const progress = createCountProgress(context.writeError);
    await walkRequirements(runtime, configuration, directory, {
      async onPerson(_account, requirement) {
        people += 1;
        for (const what of linesOf(requirement)) count(what);
      },
      async onPortion(looked) {
        progress.report(looked, `${directory.id}: ${looked} looked at`);
        return true;
      },
    });
  }
  if (json === true) return context.print(JSON.stringify({ people, counts: Object.fromEntries(counts) }, null, 2));
  await context.print(`${people} people`);
  for (const [what, number] of [...counts].toSorted(([one], [other]) => one.localeCompare(other, 'en'))) {
    await context.print(`  ${String(number).padStart(7)}  ${what}`);
  }
}

function linesOf(requirement: Requirement): string[] {
  if (requirement.ask === 'nothing') return [`asked for nothing: ${NOT_ASKED[requirement.because]}`];
  const { ask, rule, uncertain, stuck } = requirement;
  const what = `${ask === 'force' ? 'held up until it is done' : 'reminded'} (rule "${rule.name}")`;
  return [uncertain ? `${what}, ${UNCERTAIN}` : stuck === null ? what : `${what}, ${STUCK[stuck]}`];
}

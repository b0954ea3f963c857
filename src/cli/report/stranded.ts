import { type Command, Option } from 'commander';
import type { Goal } from '../../../shared/api/journeys.ts';
import type { AccountVerdict } from '../../core/accounts/judge-account.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { csvHead, csvLines } from '../../core/csv-lines.ts';
import { findStranded } from '../../core/enrolment/find-stranded.ts';
import { usualSituation } from '../../core/journey/usual-situation.ts';
import type { Account } from '../../core/ports/directory.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { namedDirectories } from '../find-account.ts';
import { WORDS } from '../recovery/describe-verdict.ts';
import type { Runtime } from '../runtime.ts';
import { vouchedFor } from '../vouched-for.ts';
import { withRuntime } from '../with-runtime.ts';
import { createCountProgress } from './count-progress.ts';

interface Flags {
  directory?: string;
  goal?: Extract<Goal, 'reset-password' | 'unlock-account'>;
  json?: boolean;
}

const COLUMNS = ['directory', 'account', 'name', 'location', 'reason', 'explanation', 'detail', 'missing'] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** `keyturn report stranded`: who could not recover today, and why. */
export function addStranded(report: Command, context: CommandContext): void {
  const command = report
    .command('stranded')
    .option('--directory <id>', 'only this directory')
    .addOption(new Option('--goal <goal>', 'what they would want to do').choices(['reset-password', 'unlock-account']))
    .option('--json', 'print JSON Lines')
    .description(
      'Print everybody who could not recover their account now, each judged as a recovery in the browser judges them, with the reason and what each accepted combination lacks. CSV with a first line of names, in UTF-8; cells that a spreadsheet would take for a formula begin with an apostrophe. How far it is goes to standard error. Exit code 1 when somebody is stranded.',
    )
    .action((flags: Flags) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        await printStranded(context, runtime, configuration, flags);
      }),
    );
  withExamples(command, [
    { command: 'keyturn report stranded > stranded.csv', does: 'writes everybody who could not recover now into a file for a spreadsheet' },
    { command: 'keyturn report stranded --directory corp --json', does: 'prints those of one directory, one a line, for a program' },
  ]);
}

async function printStranded(context: CommandContext, runtime: Runtime, configuration: Configuration, flags: Flags): Promise<void> {
  const directories = namedDirectories(runtime.directories, flags.directory);
  const usual = usualSituation(configuration, 'web');
  const asked = {
    ...usual,
    goal: flags.goal ?? usual.goal,
    rules: configuration.recovery.rules,
    canBeVouchedFor: vouchedFor(runtime, configuration),
  };
  if (flags.json !== true) await context.write(csvHead(COLUMNS));
  const sum = { looked: 0, stranded: 0 };
  for (const directory of directories) {
    const progress = createCountProgress(context.writeError);
    const { looked, stranded } = await findStranded(runtime, directory, asked, {
      onStranded: (account, verdict) => printRow(context, rowOf(account, verdict), flags),
      onProgress: (found) => progress.report(found.looked, `${directory.id}: ${found.looked} looked at, ${found.stranded} stranded`),
    });
    sum.looked += looked;
    sum.stranded += stranded;
  }
  context.writeError(`keyturn: ${sum.stranded} of ${sum.looked} people could not recover now.\n`);
  if (sum.stranded > 0) context.failed();
}

function rowOf({ directory, login, displayName, location }: Account, { reason, detail, combinations }: AccountVerdict): Row {
  const missing = combinations.map(({ kinds, missing: lacking }) => `${kinds.join(' + ')}: no ${lacking.join(', no ')}`);
  return {
    ...{ directory, account: login, name: displayName, location },
    reason: reason ?? '',
    explanation: reason === null ? '' : WORDS[reason].what,
    detail: detail ?? '',
    // Whoever is barred may have all that is needed: nothing is missing then.
    missing: combinations.some(({ missing: lacking }) => lacking.length === 0) ? '' : missing.join('; '),
  };
}

async function printRow(context: CommandContext, row: Row, { json }: Flags): Promise<void> {
  await context.write(json === true ? `${JSON.stringify(row)}\n` : csvLines([row], COLUMNS));
}

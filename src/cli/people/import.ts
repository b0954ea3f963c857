import type { Command } from 'commander';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { type AddingReport, addPeople } from '../../core/embedded-people/add-people.ts';
import { keepingDirectory } from '../../core/embedded-people/kept-in.ts';
import { issueTemporaryPass } from '../../core/enrolment/temporary-pass.ts';
import { describeTime } from '../../core/health/describe-time.ts';
import type { CommandContext } from '../command-context.ts';
import { changedBy } from '../enrolment/changed-by.ts';
import { withExamples } from '../examples.ts';
import { EXPLANATIONS } from '../explain-error.ts';
import { type FileFormat, formatOf, formatOption } from '../file-format.ts';
import { readText } from '../read-text.ts';
import { wholeHours } from '../recovery/add-pass.ts';
import { createCountProgress } from '../report/count-progress.ts';
import { withRuntime } from '../with-runtime.ts';
import { readPeopleCsv, readPeopleJson } from './read-people.ts';
import { requireHours } from './require-hours.ts';

interface ImportFlags {
  format?: FileFormat;
  passHours?: number;
  reason?: string;
  directory?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** `keyturn people import`: many people of a file. */
export function addImportPeople(people: Command, context: CommandContext): void {
  const command = people
    .command('import')
    .argument('<file>', 'people, one a line (CSV) or one an entry (JSON)')
    .addOption(formatOption())
    .option('--pass-hours <n>', 'issue a temporary pass for so many hours to each who is added, and show it once', wholeHours)
    .option('--reason <text>', 'why; kept in the audit log')
    .option('--directory <id>', 'the directory, where Keyturn keeps several')
    .option('--dry-run', 'judge everything and write nothing')
    .option('--json', 'print passes, problems and the summary as JSON Lines')
    .description(
      'Add many people to the embedded directory from a file with the columns account, name, givenName, surname, mail, phone, employeeNumber, language, manager, groups (several separated by semicolons), of which account alone has to be there. Passwords are in no file: people set theirs by a temporary pass, for example. Each is added as a whole or not at all; who is there already as named stays, so the same file can be run again, and nobody is changed by it. Each entry that is left out is told with its line and a stable code; exit code 1 when there was one.',
    )
    .action((file: string, flags: ImportFlags) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const directory = keepingDirectory(runtime.directories, flags.directory);
        const { passHours: hours, json = false, dryRun = false } = flags;
        if (hours !== undefined) requireHours(configuration, hours);
        const text = readText(file);
        const entries = formatOf(file, flags.format, 'people.columns') === 'csv' ? readPeopleCsv(text) : readPeopleJson(text);
        const by = { ...changedBy(context, configuration, flags.reason), lane: 'bulk' as const };
        const { longestHours } = configuration.factors.temporaryPass;
        const progress = createCountProgress(context.writeError);
        const report = await addPeople(runtime, directory, entries, {
          ...{ dryRun, by },
          async onAdded({ login, id }) {
            if (hours === undefined) return;
            const { pass, endsAt } = await issueTemporaryPass(
              runtime,
              { directory: directory.id, id },
              { hours, longestHours, once: true },
              by,
            );
            const about = { account: login, pass, endsAt: new Date(endsAt).toISOString() };
            await context.print(
              json ? JSON.stringify(about) : `${login}: temporary pass ${pass}, works once, until ${describeTime(endsAt)}`,
            );
          },
          onProblem: (place, { code, detail }) => {
            if (json) return context.print(JSON.stringify({ place, code, detail }));
            return context.print(`${place}: ${EXPLANATIONS[code].meaning}${detail === '' ? '' : `: ${detail}`} (${code})`);
          },
          onProgress: ({ read, problems }) => progress.report(read, `${read} read, ${problems} left out`),
        });
        if (report.problems > 0) context.failed();
        await context.print(json ? JSON.stringify({ ...report, dryRun }) : describe(report, dryRun));
      }),
    );
  withExamples(command, [
    { command: 'keyturn people import people.csv --dry-run', does: 'tells what is wrong with the file, and how many would be added' },
    {
      command: 'keyturn people import people.csv --pass-hours 72 > passes',
      does: 'adds everybody who can be, and writes a pass for each to a file',
    },
  ]);
}

function describe({ read, added, present, problems }: AddingReport, dryRun: boolean): string {
  const would = dryRun ? 'Dry run, nothing was changed. Would be' : 'Done:';
  return `${would} ${added} people added, ${present} there already, ${problems} of ${read} entries left out.`;
}

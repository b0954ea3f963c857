import type { Command } from 'commander';
import { AppError } from '../../../shared/errors.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { type ImportReport, importPeople } from '../../core/enrolment/import-people.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { EXPLANATIONS } from '../explain-error.ts';
import { type FileFormat, formatOf, formatOption } from '../file-format.ts';
import { readText } from '../read-text.ts';
import { withRuntime } from '../with-runtime.ts';
import { changedBy } from './changed-by.ts';
import { readCsv } from './import/read-csv.ts';
import { readJson } from './import/read-json.ts';

interface ImportFlags {
  format?: FileFormat;
  region?: string;
  dryRun?: boolean;
  json?: boolean;
}

const TELL_EVERY = 500;

/** `keyturn enrolment import`: many people from a file. */
export function addImport(enrolment: Command, context: CommandContext): void {
  const command = enrolment
    .command('import')
    .argument('<file>', 'people, one a line (CSV) or one an entry (JSON)')
    .addOption(formatOption())
    .option('--region <country>', 'country of numbers in national form, one of sms.countries, such as DE', (text) => text.toUpperCase())
    .option('--dry-run', 'judge everything and write nothing')
    .option('--json', 'print problems and the summary as JSON Lines')
    .description(
      'Enrol many people from a file with the columns account, email, sms, totp, label, directory. Of each person all is enrolled or nothing; what is there already stays, so the same file can be run again. Each entry that is left out is told with its line and a stable code; exit code 1 when there was one.',
    )
    .action((file: string, flags: ImportFlags) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const countries = configuration.sms?.countries ?? [];
        const region = regionOf(flags.region, countries);
        const text = readText(file);
        const entries = formatOf(file, flags.format, 'enrolment.columns') === 'csv' ? readCsv(text) : readJson(text);
        const report = await importPeople(runtime, entries, {
          dryRun: flags.dryRun === true,
          countries,
          ...region,
          by: { ...changedBy(context, configuration), lane: 'bulk' },
          onProblem: (place, { code, detail }) => {
            if (flags.json === true) return context.print(JSON.stringify({ place, code, detail }));
            return context.print(`${place}: ${EXPLANATIONS[code].meaning}${detail === '' ? '' : `: ${detail}`} (${code})`);
          },
          onProgress: ({ read, problems }) => {
            if (read % TELL_EVERY === 0) context.writeError(`keyturn: ${read} read, ${problems} left out\n`);
          },
        });
        if (report.problems > 0) context.failed();
        await context.print(flags.json === true ? JSON.stringify({ ...report, dryRun: flags.dryRun === true }) : describe(report, flags));
      }),
    );
  withExamples(command, [
    { command: 'keyturn enrolment import people.csv --dry-run', does: 'tells what is wrong with the file, and what would be enrolled' },
    { command: 'keyturn enrolment import people.csv', does: 'enrols everybody in it who can be' },
    { command: 'keyturn enrolment import people.json --region DE', does: 'reads numbers such as 0151 12345678 as German ones' },
  ]);
}

/** A country to which no texts go would refuse each number of the file by itself. */
function regionOf(region: string | undefined, countries: readonly string[]): { region?: string } {
  if (region === undefined) return {};
  if (countries.includes(region)) return { region };
  throw new AppError('enrolment.number-invalid', { reason: `--region ${region} is not in sms.countries`, countries });
}

function describe({ read, changed, unchanged, added, problems }: ImportReport, { dryRun }: ImportFlags): string {
  const would = dryRun === true ? 'Dry run, nothing was changed. Would be' : 'Done:';
  return `${would} ${added} proofs of ${changed} people enrolled, ${unchanged} people unchanged, ${problems} of ${read} entries left out.`;
}

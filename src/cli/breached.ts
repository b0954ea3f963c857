import { type Command, InvalidArgumentError } from 'commander';
import { normalisePassword } from '../../shared/password-rules/normalise-password.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { createImportProgress } from './import-progress.ts';
import { readPassword } from './read-password.ts';
import type { BreachedFilter } from './runtime.ts';

interface ImportCommandOptions {
  file: string;
  fingerprintBits: 8 | 16;
  sha256?: string;
}

/** `keyturn breached`: the file of passwords that are known from leaks. */
export function addBreachedCommand(program: Command, context: CommandContext): void {
  const breached = program
    .command('breached')
    .summary('make and ask the file of breached passwords')
    .description('Make and ask the file of passwords that are known from breaches.');
  addImport(breached, context);
  addStatus(breached, context);
  addCheck(breached, context);
}

function addImport(breached: Command, context: CommandContext): void {
  const importing = breached
    .command('import')
    .argument('<list>', 'the public list of SHA-1 or NTLM hashes, lines of HASH:COUNT, plain or gzip, sorted or not')
    .requiredOption('--file <file>', 'the file to make; one that is there stays in use until the new one is whole')
    .option(
      '--fingerprint-bits <bits>',
      '8: about 1.2 bytes a hash, 1 in 256 other passwords is taken for a breached one; 16: twice the size, 1 in 65,536',
      parseBits,
      8,
    )
    .option('--sha256 <digest>', 'refuse the list unless its SHA-256 is this', parseDigest)
    .description(
      'Make the file of breached passwords from a public list. Takes the same memory whatever the size of the list (less than 200 MB), and 12 bytes a hash beside the file while it runs. When it was interrupted, run it again: it goes on from where it was.',
    )
    .action(async (list: string, { file, fingerprintBits, sha256 }: ImportCommandOptions) => {
      const { importBreached } = await context.loadRoot();
      const progress = createImportProgress((text) => context.writeError(text));
      const { description, lines, continued } = await importBreached({
        list,
        target: file,
        bits: fingerprintBits,
        sha256,
        onProgress: progress.report,
      });
      progress.end();
      if (continued) await context.print('Went on from where an earlier import had been interrupted.');
      await context.print(`${number(lines)} lines read, ${number(description.hashes)} different hashes (${description.hash}).`);
      await context.print(`SHA-256 of the list: ${description.listSha256}`);
      await context.print(`${file} is in place. Other passwords that are taken for breached ones: ${mistaken(description.bits)}.`);
    });
  withExamples(importing, [
    {
      command: 'keyturn breached import pwned-passwords-sha1.txt.gz --file /var/lib/keyturn/breached.filter',
      does: 'makes the file from a downloaded list',
    },
    {
      command: 'keyturn breached import ntlm.txt --file /var/lib/keyturn/breached.filter --fingerprint-bits 16',
      does: 'the same with hardly any false alarms, twice the size',
    },
  ]);
}

function addStatus(breached: Command, context: CommandContext): void {
  const status = breached
    .command('status')
    .requiredOption('--file <file>', 'the file to look at')
    .option('--verify', 'read all of it and compare its checksums')
    .option('--json', 'print it as JSON')
    .description('Tell what a file of breached passwords holds, and whether it is whole. Exit code 1 when it is missing or damaged.')
    .action((options: { file: string; verify?: boolean; json?: boolean }) =>
      withFilter(context, options.file, async (filter) => {
        if (options.verify === true) await filter.verify();
        const { shards, id: _id, ...facts } = filter.description;
        if (options.json === true) {
          return context.print(
            JSON.stringify({ file: options.file, ...facts, bytes: filter.size, verified: options.verify === true }, null, 2),
          );
        }
        await context.print(`${options.file}: ${number(facts.hashes)} hashes (${facts.hash}), ${number(filter.size)} bytes`);
        await context.print(`Made at ${facts.importedAt} from ${facts.list}, SHA-256 ${facts.listSha256}`);
        await context.print(`Other passwords that are taken for breached ones: ${mistaken(facts.bits)}`);
        await context.print(
          options.verify === true ? 'All checksums are right.' : 'Its beginning and end are whole; --verify reads the rest.',
        );
      }),
    );
  withExamples(status, [
    { command: 'keyturn breached status --file /var/lib/keyturn/breached.filter --verify', does: 'reads and checks the whole file' },
  ]);
}

function addCheck(breached: Command, context: CommandContext): void {
  const check = breached
    .command('check')
    .requiredOption('--file <file>', 'the file to ask')
    .requiredOption('--password-stdin', 'read the password from standard input; it is never an argument, which others could see')
    .description('Ask whether a password is in the file of breached passwords. Exit code 1 when it is.')
    .action((options: { file: string }) =>
      withFilter(context, options.file, async (filter) => {
        const found = await filter.contains(normalisePassword(await readPassword(context)));
        if (found) context.failed();
        await context.print(found ? 'Breached: the password is in the list.' : 'Not in the list.');
      }),
    );
  withExamples(check, [
    { command: 'keyturn breached check --file /var/lib/keyturn/breached.filter --password-stdin', does: 'asks for what is typed' },
  ]);
}

async function withFilter(context: CommandContext, file: string, work: (filter: BreachedFilter) => Promise<void>): Promise<void> {
  const { openBreached } = await context.loadRoot();
  const filter = await openBreached(file);
  try {
    await work(filter);
  } finally {
    await filter.close();
  }
}

function mistaken(bits: number): string {
  return `1 in ${number(2 ** bits)}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function parseBits(text: string): 8 | 16 {
  if (text === '8') return 8;
  if (text === '16') return 16;
  throw new InvalidArgumentError('Expected 8 or 16.');
}

function parseDigest(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('Expected 64 hexadecimal digits.');
  return text;
}

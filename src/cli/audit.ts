import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { type ChainReport, verifyChain } from '../core/audit/chain.ts';
import type { AuditRow, Store } from '../core/ports/store.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { withRuntime } from './with-runtime.ts';

const PAGE = 500;

const rowSchema = z.strictObject({
  seq: z.int().min(1),
  at: z.int(),
  type: z.string(),
  data: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});

interface Head {
  seq: number;
  hash: string;
}

const REASONS = {
  gap: 'a row is missing or out of order',
  'broken-link': 'it does not follow from the row before it',
  changed: 'its content does not fit its hash',
} as const;

/** `keyturn audit`: the tamper-evident log. */
export function addAuditCommand(program: Command, context: CommandContext): void {
  const audit = program.command('audit').summary('export and verify the audit log').description('Export and verify the audit log.');
  const verify = audit
    .command('verify')
    .description(
      'Walk the hash chain from its first row. Finds rows that were changed, dropped, inserted or moved; with --expect also a log that was cut off. Exit code 1 when something is found.',
    )
    .option('--file <export>', 'verify a file made by `keyturn audit export`, without any database')
    .option('--expect <seq:hash>', 'a head noted earlier that must be part of the chain', parseHead)
    .option('--json', 'print the result as JSON')
    .action(async (options: { file?: string; expect?: Head; json?: boolean }) => {
      const { file, expect } = options;
      const check = (rows: AsyncIterable<AuditRow>) => verifyWithHead(rows, expect);
      const outcome =
        file === undefined
          ? await withRuntime(context, context.settings().settings, { only: 'store' }, ({ store }) => check(storedRows(store)))
          : await check(exportedRows(file));
      if (!outcome.ok) context.failed();
      await context.print(options.json === true ? JSON.stringify(outcome, null, 2) : describeOutcome(outcome));
    });
  withExamples(verify, [
    { command: 'keyturn audit verify', does: 'verifies the log in the database' },
    { command: 'keyturn audit verify --file audit.jsonl', does: 'verifies an export, anywhere' },
    { command: 'keyturn audit verify --expect 1204:9f2c…', does: 'also finds out whether rows after a noted head were cut off' },
  ]);
  const exporting = audit
    .command('export')
    .description('Print the audit log as JSON Lines, one event a line, oldest first.')
    .action(() =>
      withRuntime(context, context.settings().settings, { only: 'store' }, async ({ store }) => {
        for await (const row of storedRows(store)) await context.write(`${JSON.stringify(row)}\n`);
      }),
    );
  withExamples(exporting, [{ command: 'keyturn audit export > audit.jsonl', does: 'saves the log, in constant memory' }]);
}

interface Outcome extends Omit<ChainReport, 'problem'> {
  problem?: { seq: number; reason: string };
}

/** A chain that was cut at its end is whole in itself: only a head that was kept elsewhere tells. */
async function verifyWithHead(rows: AsyncIterable<AuditRow>, expected: Head | undefined): Promise<Outcome> {
  let seen: string | undefined;
  const watched = async function* () {
    for await (const row of rows) {
      if (row.seq === expected?.seq) seen = row.hash;
      yield row;
    }
  };
  const { problem, ...report } = await verifyChain(watched());
  if (problem !== undefined) return { ...report, problem: { seq: problem.seq, reason: REASONS[problem.reason] } };
  if (expected === undefined || expected.seq === 0 || seen === expected.hash) return report;
  const reason = seen === undefined ? 'the log ends before it' : 'it has another hash than the one noted';
  return { ...report, ok: false, problem: { seq: expected.seq, reason } };
}

function describeOutcome({ ok, checked, head, problem }: Outcome): string {
  if (ok)
    return `The audit log is whole: ${checked} event${checked === 1 ? '' : 's'}. Note its head to notice a cut later: ${head.seq}:${head.hash}`;
  return `The audit log is NOT whole. Event ${problem?.seq}: ${problem?.reason}. Events in order before that: ${checked}.`;
}

async function* storedRows(store: Store): AsyncGenerator<AuditRow> {
  for (let after = 0; ; ) {
    const rows = await store.audit.read(after, PAGE);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

/** @throws AppError `audit.chain-broken` for a line that is no event */
async function* exportedRows(file: string): AsyncGenerator<AuditRow> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line === '') continue;
    yield parseRow(line, number);
  }
}

function parseRow(line: string, number: number): AuditRow {
  try {
    return rowSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new AppError('audit.chain-broken', { line: number, reason: 'this line is not an audit event' }, { cause: error });
  }
}

function parseHead(text: string): Head {
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new InvalidArgumentError('Expected SEQ:HASH, as `audit verify` prints it.');
  return { seq: Number(seq), hash };
}

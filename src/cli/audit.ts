import { type Command, InvalidArgumentError } from 'commander';
import { AppError } from '../../shared/errors.ts';
import { acknowledgeEnd } from '../core/audit/acknowledge-end.ts';
import type { Acknowledged } from '../core/audit/chain.ts';
import { judgeNoted } from '../core/audit/keep-head.ts';
import { typedNameDigest } from '../core/audit/typed-name.ts';
import { describeTime } from '../core/health/describe-time.ts';
import type { HeadNote } from '../core/ports/head-note.ts';
import type { Store } from '../core/ports/store.ts';
import { eventsAbout } from './audit/find-events.ts';
import { addList } from './audit/list-events.ts';
import { type LogReport, type NotedHead, storedPages, storedRows, verifyExport, verifyStored } from './audit/verify-log.ts';
import type { CommandContext } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { authorOf } from './config/applied.ts';
import { withExamples } from './examples.ts';
import { withRuntime } from './with-runtime.ts';
import { wordsGiven } from './words-given.ts';

interface VerifyOptions {
  file?: string;
  publicKey?: string;
  expect?: NotedHead;
  json?: boolean;
}

/** `keyturn audit`: the tamper-evident log. */
export function addAuditCommand(program: Command, context: CommandContext): void {
  const audit = program.command('audit').summary('export and verify the audit log').description('Export and verify the audit log.');
  const open = { only: 'store' } as const;
  addVerify(audit, context);
  const exporting = audit
    .command('export')
    .description('Print the audit log as JSON Lines, one event a line, oldest first, and behind them a signed end.')
    .option('--after <seq>', 'only events behind this one: what a collector has not got yet', parseSeq)
    .action(({ after = 0 }: { after?: number }) =>
      withRuntime(context, context.settings().settings, open, async ({ store, clock }) => {
        const end = await store.audit.head();
        // Whoever asks for what comes behind the end has a log of another database, or of a later state of this one.
        if (after > end.seq) throw new AppError('audit.not-so-far', { after, end: end.seq });
        for await (const row of storedRows(store, after)) {
          if (row.seq > end.seq) break;
          await context.write(`${JSON.stringify(row)}\n`);
        }
        const seals = store.audit.seals();
        // A signature under an end that we did not write would make it a true one.
        if (seals.check('end', end) === 'authentic') {
          return context.write(`${JSON.stringify({ checkpoint: seals.checkpoint(end, clock.now()) })}\n`);
        }
        context.writeError(
          'keyturn: the end of the log was changed by somebody else and is not signed. Find out what was changed:\n  keyturn audit verify\n',
        );
        context.failed();
      }),
    );
  withExamples(exporting, [
    { command: 'keyturn audit export > audit.jsonl', does: 'saves the log, in constant memory' },
    { command: 'keyturn audit export --after 1204', does: 'prints what has happened since event 1204' },
  ]);
  addReindex(audit, context);
  addAcknowledge(audit, context);
  addList(audit, context);
  const find = audit
    .command('find')
    .argument('<name>', 'the name as the person typed it at the start')
    .description('Print the events of every recovery that was begun with a name. The log itself keeps no name, only a digest.')
    .action((name: string) =>
      withRuntime(context, context.settings().settings, open, async ({ store, keys }) => {
        for await (const row of eventsAbout(storedRows(store), typedNameDigest(keys, name)))
          await context.write(`${JSON.stringify(row)}\n`);
      }),
    );
  withExamples(find, [{ command: 'keyturn audit find alice', does: 'tells what became of recoveries that alice began' }]);
  const key = audit
    .command('key')
    .description('Print the public keys of signed ends: give them to whoever verifies exports. The one in use comes first.')
    .action(() =>
      withRuntime(context, context.settings().settings, open, async ({ store }) => {
        for (const { id, publicKey } of store.audit.seals().publicKeys()) await context.print(`${publicKey}  ${id}`);
      }),
    );
  withExamples(key, [{ command: 'keyturn audit key', does: 'prints what `audit verify --public-key` takes' }]);
}

function addReindex(audit: Command, context: CommandContext): void {
  const reindex = audit
    .command('reindex')
    .description(
      'Make anew what the history finds events by, as far as it is missing: a verification has said that it was taken away. The log itself is not touched, and Keyturn may run.',
    )
    .action(() =>
      withRuntime(context, context.settings().settings, { only: 'store' }, async ({ store }) => {
        let mended = 0;
        for await (const page of storedPages(store)) {
          const missing = new Set(await store.audit.unindexed(page));
          if (missing.size === 0) continue;
          await store.audit.index(page.filter(({ seq }) => missing.has(seq)));
          mended += missing.size;
        }
        await context.print(`Events that the history finds again: ${mended}.`);
      }),
    );
  withExamples(reindex, [{ command: 'keyturn audit reindex', does: 'makes the index of the history whole again' }]);
}

function addVerify(audit: Command, context: CommandContext): void {
  const verify = audit
    .command('verify')
    .description(
      'Walk the chain from its first event to its end. Finds events that were changed, dropped, inserted, moved or cut off. In the database each event must have been written with a key of this installation, and the history must find it; an export is checked by its signed end, anywhere. Receipts of callers that agents relied on are checked too, in both. Without --expect it is the head that this node has noted last which must be part of the chain. Exit code 1 when something is found.',
    )
    .option('--file <export>', 'verify a file made by `keyturn audit export`, without any database')
    .option('--public-key <key>', 'the key that the export must be signed with, from `keyturn audit key`')
    .option('--expect <seq:hash>', 'a head noted earlier that must be part of the chain', parseHead)
    .option('--json', 'print the result as JSON')
    .action(async ({ file, publicKey, expect, json }: VerifyOptions) => {
      const report =
        file === undefined
          ? await withRuntime(context, context.settings().settings, { only: 'store' }, async ({ store, headNote }) =>
              verifyStored(store, expect ?? (await notedHere(store, headNote))),
            )
          : await verifyExport(file, { noted: expect, publicKey });
      if (!report.ok) context.failed();
      if (json === true) return context.print(JSON.stringify(report, null, 2));
      await context.print(describe(report, file !== undefined, publicKey !== undefined));
      for (const each of report.acknowledged ?? []) await context.print(describeAcknowledged(each));
      if (report.problem?.reason === 'not-indexed')
        await context.print(`Make them anew from the log:\n    ${completeCommand('keyturn audit reindex', context.settingsFile())}`);
    });
  withExamples(verify, [
    { command: 'keyturn audit verify', does: 'verifies the log in the database' },
    { command: 'keyturn audit verify --file audit.jsonl --public-key 3kVt…', does: 'verifies an export, anywhere' },
    { command: 'keyturn audit verify --expect 1204:9f2c…', does: 'also finds out whether an older state of the database was put back' },
  ]);
}

/** What this node has noted of the log, unless it is known why that is gone. */
async function notedHere(store: Store, headNote: HeadNote | undefined): Promise<NotedHead | undefined> {
  const noted = (await headNote?.read()) ?? null;
  return noted === null || (await judgeNoted(store, noted)) !== 'lost' ? undefined : noted;
}

function addAcknowledge(audit: Command, context: CommandContext): void {
  const acknowledge = audit
    .command('acknowledge')
    .requiredOption('--reason <text>', 'why the end was put back (required); kept in the audit log', wordsGiven)
    .description(
      'Say why events are gone from the end of the audit log, as after a failover of PostgreSQL that has lost its last commits. From then on a verification tells the reason in place of a fault. What it tells of stays in the log, and so does this.',
    )
    .action(({ reason }: { reason: string }) =>
      withRuntime(context, context.settings().settings, { only: 'store' }, async (runtime) => {
        const marks = await acknowledgeEnd(runtime, { author: authorOf(context), reason });
        await context.print(`Acknowledged: event ${marks.join(', ')}.`);
      }),
    );
  withExamples(acknowledge, [
    {
      command: 'keyturn audit acknowledge --reason "failover of db1 lost its last commits"',
      does: 'says why events are gone from its end',
    },
  ]);
}

function describeAcknowledged({ seq, was, at, author, reason }: Acknowledged): string {
  const lost = was === null ? '' : ` (it had ended at event ${was})`;
  return `Its end had been put back before event ${seq}${lost}. ${author} on ${describeTime(at)}: ${reason}`;
}

function describe({ ok, checked, head, problem, signedBy, receipts }: LogReport, isExport: boolean, keyWasNamed: boolean): string {
  if (!ok) return `The audit log is NOT whole. Event ${problem?.seq}: ${problem?.meaning}. Events in order before that: ${checked}.`;
  const signers = `signed with ${receipts.keys.join(', ')}`;
  const genuine = receipts.count === 0 ? '' : ` Receipts of callers: ${receipts.count}, all genuine${isExport ? `, ${signers}` : ''}.`;
  const events = `${checked} event${checked === 1 ? '' : 's'}`;
  if (!isExport) {
    return `The audit log is whole: ${events}, all written with the keys of this installation.${genuine} Note its head to notice later if an older state was put back: ${head.seq}:${head.hash}`;
  }
  const signature = keyWasNamed
    ? 'signed with the key you named'
    : `signed with ${signedBy}: compare this with \`keyturn audit key\`, anyone can sign`;
  return `The export is whole: ${events}, its end is ${signature}.${genuine} Head: ${head.seq}:${head.hash}`;
}

function parseHead(text: string): NotedHead {
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new InvalidArgumentError('Expected SEQ:HASH, as `audit verify` prints it.');
  return { seq: Number(seq), hash };
}

function parseSeq(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected the number of an event (seq).');
  return Number(text);
}

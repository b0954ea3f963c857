import { CHAIN_PROBLEMS, type ChainReport, verifyChain } from '../../core/audit/chain.ts';
import { type Checkpoint, isCheckpointSigned } from '../../core/audit/seals.ts';
import type { AuditRow } from '../../core/ports/audit-store.ts';
import type { Store } from '../../core/ports/store.ts';
import { createReceiptCheck, RECEIPT_PROBLEMS } from './check-receipts.ts';
import { readExport } from './read-export.ts';

const PAGE = 500;

/** A place in the chain that was noted earlier. */
export interface NotedHead {
  seq: number;
  hash: string;
}

export interface LogReport extends Omit<ChainReport, 'problem'> {
  problem?: { seq: number; reason: string; meaning: string };
  /** Of an export: whose signature stands under its end. */
  signedBy?: string;
  /** Receipts of callers that were checked, and the public keys that they were signed with. */
  receipts: { count: number; keys: string[] };
}

/**
 * Walks the log of the database: every event and the recorded end must have been written with a key of this installation, and the history
 * must find each event by all that it is about.
 */
export async function verifyStored(store: Store, noted?: NotedHead): Promise<LogReport> {
  const end = await store.audit.head();
  const seals = store.audit.seals();
  const known = seals.publicKeys().map(({ publicKey }) => publicKey);
  let unindexed: number | undefined;
  async function* rows() {
    for await (const page of storedPages(store)) {
      unindexed ??= (await store.audit.unindexed(page))[0];
      yield* page;
    }
  }
  const watched = watch(rows(), noted, known);
  const report = watched.compare(await verifyChain(watched.rows, { seals, end, endAfter: () => store.audit.head() }));
  return report.ok && unindexed !== undefined ? failed(report, unindexed, 'not-indexed') : report;
}

/** Walks an export. Needs no secret: its signed end vouches for all that comes before. */
export async function verifyExport(
  file: string,
  given: { noted?: NotedHead | undefined; publicKey?: string | undefined },
): Promise<LogReport> {
  const { rows, checkpoint } = readExport(file);
  const watched = watch(rows, given.noted);
  const report = watched.compare(await verifyChain(watched.rows));
  if (!report.ok) return report;
  const end = checkpoint();
  const problem = end === null ? 'no-signed-end' : problemOfEnd(end, report.head, given.publicKey);
  const signed = end === null ? report : { ...report, signedBy: end.publicKey };
  if (problem === null) return signed;
  const after = problem === 'truncated' || end === null ? report.head.seq + 1 : end.seq + (problem === 'beyond-end' ? 1 : 0);
  return failed(signed, after, problem);
}

const MEANINGS = {
  ...CHAIN_PROBLEMS,
  ...RECEIPT_PROBLEMS,
  'not-indexed': 'the history does not find it by all that it is about: rows of table audit_terms were taken away',
  'no-signed-end': 'the file has no signed end behind it: it may have been cut off',
  'signature-wrong': 'the signed end was not signed with the key that it names',
  'signed-by-another': 'the end is signed with another key than the one you named',
  'noted-missing': 'the log ends before it',
  'noted-differs': 'it has another hash than the one noted',
} as const;

function problemOfEnd(end: Checkpoint, head: NotedHead, publicKey: string | undefined): keyof typeof MEANINGS | null {
  if (!isCheckpointSigned(end)) return 'signature-wrong';
  if (publicKey !== undefined && publicKey !== end.publicKey) return 'signed-by-another';
  if (end.seq > head.seq) return 'truncated';
  if (end.seq < head.seq) return 'beyond-end';
  return end.hash === head.hash ? null : 'end-differs';
}

type Walked = Omit<LogReport, 'problem'>;

function described({ problem, ...report }: ChainReport, receipts: LogReport['receipts']): LogReport {
  const walked: Walked = { ...report, receipts };
  return problem === undefined ? walked : failed(walked, problem.seq, problem.reason);
}

function failed(report: Walked, seq: number, reason: keyof typeof MEANINGS): LogReport {
  return { ...report, ok: false, problem: { seq, reason, meaning: MEANINGS[reason] } };
}

/**
 * Looks at what the chain itself does not tell, while it is walked: receipts of callers, and a head that was noted elsewhere, as a whole
 * older state of the database is whole in itself.
 */
function watch(rows: AsyncIterable<AuditRow>, noted: NotedHead | undefined, known?: readonly string[]) {
  let seen: string | undefined;
  const receipts = createReceiptCheck(known);
  async function* watched() {
    for await (const row of rows) {
      if (row.seq === noted?.seq) seen = row.hash;
      receipts.look(row);
      yield row;
    }
  }
  const compare = (walked: ChainReport): LogReport => {
    const { count, keys } = receipts.seen;
    const report = described(walked, { count, keys: [...keys] });
    if (report.ok && receipts.problem !== undefined) return failed(report, receipts.problem.seq, receipts.problem.reason);
    if (!report.ok || noted === undefined || noted.seq === 0 || seen === noted.hash) return report;
    return failed(report, noted.seq, seen === undefined ? 'noted-missing' : 'noted-differs');
  };
  return { rows: watched(), compare };
}

/** Every event in the database, in constant memory. */
export async function* storedRows(store: Store, from = 0): AsyncGenerator<AuditRow> {
  for await (const page of storedPages(store, from)) yield* page;
}

/** The same, by as many as are read at once. */
export async function* storedPages(store: Store, from = 0): AsyncGenerator<readonly AuditRow[]> {
  for (let after = from; ; ) {
    const rows = await store.audit.read(after, PAGE);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.seq;
  }
}

import { createHash } from 'node:crypto';
import type { AuditHead, AuditRow } from '../ports/audit-store.ts';
import { factsOf } from './facts-of.ts';
import type { AuditSeals } from './seals.ts';

/** What the first row of the chain names as its predecessor. */
export const GENESIS_HASH = '0'.repeat(64);

/** What an event says that is hashed. */
export type AuditContent = Pick<AuditRow, 'seq' | 'at' | 'type' | 'data' | 'salt' | 'previousHash'>;

/**
 * The hash of one audit row: SHA-256, in hexadecimal, over its number, the hash before it, its time, type, and the digest
 * of its salted data. Each part is preceded by its length, so that no two different rows give the same bytes. Because only
 * a salted digest of the data goes in, what an event says of a person can be erased one day and the chain still holds.
 */
export function hashEvent(row: AuditContent): string {
  const hash = createHash('sha256');
  for (const part of [String(row.seq), row.previousHash, String(row.at), row.type, hashData(row)]) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest('hex');
}

function hashData({ salt, data }: AuditContent): string {
  return createHash('sha256')
    .update(`${Buffer.byteLength(salt)}:`)
    .update(salt)
    .update(data)
    .digest('hex');
}

/** What can be wrong with a chain, and the word for it. */
export const CHAIN_PROBLEMS = {
  changed: 'its content does not fit its hash: it was changed',
  'wrong-predecessor': 'it does not follow from the event before it: one was put in between, or another one stood there',
  dropped: 'it is missing: it was dropped',
  reordered: 'it stands in another place than its number says: events were reordered',
  inserted: 'its number was there already: it was inserted',
  'not-authentic':
    'its hash was not made with the key of the log: it was written by somebody else, after events were changed, dropped or inserted',
  'unknown-key': 'it names a key that this database does not have',
  truncated: 'the log ends before it: events were cut off',
  'beyond-end': 'the recorded end of the log comes before it: events were added, or the end was put back',
  'end-differs': 'the recorded end of the log names another hash for it',
  'end-not-authentic': 'the recorded end of the log was not written with the key of the log',
  'end-was-put-back':
    'when it was written, events were gone that Keyturn had written before it: the end of the log was put back to an earlier one',
  'end-was-not-authentic': 'when it was written, Keyturn found that somebody else had changed the end of the log before it',
} as const;

export type ChainProblem = keyof typeof CHAIN_PROBLEMS;

/** Written before the next event when the recorded end of the chain is not ours: what happened stays visible for good. */
export const END_NOT_AUTHENTIC_EVENT = 'audit.end-not-authentic';

/** The same where the recorded end is an earlier one of ours than the process has committed: events behind it were taken away. */
export const END_PUT_BACK_EVENT = 'audit.end-put-back';

/** Who has the console has said why that was so. Both stay, and are told. */
export const END_ACKNOWLEDGED_EVENT = 'audit.end-acknowledged';

/** What such an event says of the log. */
const MARKS: Readonly<Record<string, ChainProblem>> = {
  [END_NOT_AUTHENTIC_EVENT]: 'end-was-not-authentic',
  [END_PUT_BACK_EVENT]: 'end-was-put-back',
};

export interface ChainReport {
  ok: boolean;
  checked: number;
  head: { seq: number; hash: string };
  problem?: { seq: number; reason: ChainProblem };
  /** Marks of an end that was put back, and who has said why. */
  acknowledged?: readonly Acknowledged[];
}

export interface Acknowledged {
  /** Number of the mark. */
  readonly seq: number;
  /** Where the log had ended. */
  readonly was: number | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly author: string;
  readonly reason: string;
}

export interface ChainCheck {
  /** Tells whether hashes were made by Keyturn. Without it only the order and the content of the rows can be judged. */
  seals?: Pick<AuditSeals, 'check'>;
  /** The recorded end, read before the rows: what was cut off behind it is found. */
  end?: AuditHead;
  /** The recorded end, read after the rows. */
  endAfter?: () => Promise<AuditHead>;
}

/**
 * Walks rows in order from the first one, in constant memory, and stops at the first that was changed, dropped, inserted or
 * moved. Compares what it has walked with the recorded end.
 */
export async function verifyChain(rows: AsyncIterable<AuditRow> | Iterable<AuditRow>, check: ChainCheck = {}): Promise<ChainReport> {
  const { seals, end, endAfter } = check;
  let head = { seq: 0, hash: GENESIS_HASH };
  let atEnd = end?.seq === 0 ? head : null;
  const marks = createMarks();
  let missing: number | null = null;
  const failed = (seq: number, reason: ChainProblem): ChainReport => ({ ok: false, checked: head.seq, head, problem: { seq, reason } });

  for await (const row of rows) {
    // Goes on only to see whether the missing one comes later.
    if (missing !== null) {
      if (row.seq === missing) return failed(missing, 'reordered');
      continue;
    }
    if (row.seq <= head.seq) return failed(row.seq, 'inserted');
    if (row.seq > head.seq + 1) {
      missing = head.seq + 1;
      continue;
    }
    const problem = problemOf(row, head.hash, seals);
    if (problem !== null) return failed(row.seq, problem);
    marks.look(row);
    head = { seq: row.seq, hash: row.hash };
    if (head.seq === end?.seq) atEnd = head;
  }
  if (missing !== null) return failed(missing, 'dropped');
  const [broken] = marks.open();
  if (broken !== undefined) return failed(broken.seq, broken.reason);
  if (end !== undefined) {
    const problem = problemOfEnd(end, atEnd, seals);
    if (problem !== null) return failed(problem === 'truncated' ? head.seq + 1 : end.seq, problem);
  }
  const after = await endAfter?.();
  if (after !== undefined && after.seq < head.seq) return failed(after.seq + 1, 'beyond-end');
  const acknowledged = marks.acknowledged();
  return { ok: true, checked: head.seq, head, ...(acknowledged.length === 0 ? {} : { acknowledged }) };
}

/** Marks that are met on the way, and what was said of them since. Of an end that somebody else had written nothing can be said. */
function createMarks() {
  const met: { seq: number; reason: ChainProblem; was: number | null }[] = [];
  const known = new Map<number, Acknowledged>();
  return {
    look({ seq, type, at, data }: AuditRow): void {
      if (Object.hasOwn(MARKS, type)) met.push({ seq, reason: MARKS[type] as ChainProblem, was: numberOf(factsOf(data).was) });
      if (type !== END_ACKNOWLEDGED_EVENT) return;
      const { author, reason } = factsOf(data);
      for (const each of acknowledgedBy(data)) {
        const mark = met.find((one) => one.seq === each && one.reason === 'end-was-put-back');
        if (mark !== undefined)
          known.set(each, { seq: each, was: mark.was, at, author: String(author ?? ''), reason: String(reason ?? '') });
      }
    },
    open: () => met.filter(({ seq }) => !known.has(seq)),
    acknowledged: () => [...known.values()],
  };
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Which marks an acknowledgement is about; none, where what it said was erased. */
export function acknowledgedBy(data: string): number[] {
  const { marks } = factsOf(data);
  return Array.isArray(marks) ? marks.filter((seq) => typeof seq === 'number') : [];
}

function problemOf(row: AuditRow, previousHash: string, seals: ChainCheck['seals']): ChainProblem | null {
  if (hashEvent(row) !== row.hash) return 'changed';
  if (row.previousHash !== previousHash) return 'wrong-predecessor';
  const authentic = seals?.check('event', row) ?? 'authentic';
  return authentic === 'authentic' ? null : authentic;
}

function problemOfEnd(end: AuditHead, walked: { hash: string } | null, seals: ChainCheck['seals']): ChainProblem | null {
  if (seals !== undefined && seals.check('end', end) !== 'authentic') return 'end-not-authentic';
  if (walked === null) return 'truncated';
  return walked.hash === end.hash ? null : 'end-differs';
}

import { createHash } from 'node:crypto';
import type { AuditRow } from '../ports/store.ts';

/** What the first row of the chain names as its predecessor. */
export const GENESIS_HASH = '0'.repeat(64);

/**
 * The hash of one audit row: SHA-256, in hexadecimal, over its number, the hash before it, its time, type and data.
 * Each part is preceded by its length, so that no two different rows give the same bytes.
 */
export function sealEvent(row: Omit<AuditRow, 'hash'>): string {
  const hash = createHash('sha256');
  for (const part of [String(row.seq), row.previousHash, String(row.at), row.type, row.data]) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest('hex');
}

export interface ChainReport {
  ok: boolean;
  checked: number;
  head: { seq: number; hash: string };
  problem?: { seq: number; reason: 'gap' | 'broken-link' | 'changed' };
}

/**
 * Walks rows in order from the first one and stops at the first row that was changed, dropped, inserted or moved.
 * A chain that was cut at its end is whole in itself: compare `head` with a head that was kept elsewhere.
 */
export async function verifyChain(rows: AsyncIterable<AuditRow> | Iterable<AuditRow>): Promise<ChainReport> {
  let head = { seq: 0, hash: GENESIS_HASH };
  let checked = 0;
  for await (const row of rows) {
    const failed = (reason: 'gap' | 'broken-link' | 'changed'): ChainReport => ({
      ok: false,
      checked,
      head,
      problem: { seq: row.seq, reason },
    });
    if (row.seq !== head.seq + 1) return failed('gap');
    if (row.previousHash !== head.hash) return failed('broken-link');
    if (sealEvent(row) !== row.hash) return failed('changed');
    head = { seq: row.seq, hash: row.hash };
    checked += 1;
  }
  return { ok: true, checked, head };
}

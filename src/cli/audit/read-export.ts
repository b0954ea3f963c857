import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import type { Checkpoint } from '../../core/audit/seals.ts';
import type { AuditRow } from '../../core/ports/audit-store.ts';

const rowSchema = z.strictObject({
  seq: z.int().min(1),
  at: z.int(),
  type: z.string(),
  data: z.string(),
  salt: z.string(),
  previousHash: z.string(),
  hash: z.string(),
  keyId: z.string(),
  mac: z.string(),
});

const checkpointLine = z.strictObject({
  checkpoint: z.strictObject({ seq: z.int().min(0), hash: z.string(), at: z.int(), publicKey: z.string(), signature: z.string() }),
});

/** An export of the audit log, line by line. `checkpoint` is known once all rows were read; null when the file has none. */
export interface AuditExport {
  rows: AsyncIterable<AuditRow>;
  checkpoint(): Checkpoint | null;
}

/** @throws AppError `audit.chain-broken` while it is read: for a line that is no event, or one behind the signed end */
export function readExport(file: string): AuditExport {
  let checkpoint: Checkpoint | null = null;
  async function* rows(): AsyncGenerator<AuditRow> {
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line === '') continue;
      if (checkpoint !== null) throw new AppError('audit.chain-broken', { line: number, reason: 'there is more behind the signed end' });
      const parsed = parseLine(line, number);
      if ('checkpoint' in parsed) checkpoint = parsed.checkpoint;
      else yield parsed;
    }
  }
  return { rows: rows(), checkpoint: () => checkpoint };
}

function parseLine(line: string, number: number): AuditRow | { checkpoint: Checkpoint } {
  try {
    const value = JSON.parse(line) as object;
    return 'checkpoint' in value ? checkpointLine.parse(value) : rowSchema.parse(value);
  } catch (error) {
    throw new AppError('audit.chain-broken', { line: number, reason: 'this line is not an audit event' }, { cause: error });
  }
}

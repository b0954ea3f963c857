import { z } from 'zod';
import { readIntent } from '../core/writes/stored-intent.ts';
import type { SealedTable } from './sealed-columns.ts';

/** What is sealed of a factor: people name theirs by their address or telephone, so the label is as private as the secret. */
export const sealedFactor = z.strictObject({ label: z.string(), secret: z.string() });

/**
 * Whether a value that could be opened is what this release can work with: it parses, and names the owner that its row names. Spent
 * rows are, whatever they hold.
 */
export function isUnderstood(table: SealedTable, row: Readonly<Record<string, string | number | null>>, plain: string): boolean {
  switch (table) {
    case 'journeys':
      return row.status !== 'open' || isObject(parsed(plain));
    case 'challenges':
      return row.consumed_at !== null || typeof parsed(plain) === 'object';
    case 'factors':
      return row.ended_at !== null || sealedFactor.safeParse(parsed(plain)).success;
    case 'intents':
      return row.status !== 'open' || isIntent(row, plain);
    case 'helpdesk_cases':
      return row.closed_at !== null || isObject(parsed(plain));
    case 'outbox':
      return row.done_at !== null || row.failed_at !== null || parsed(plain) !== undefined;
    default:
      return true;
  }
}

function isIntent({ id, directory, account_id }: Readonly<Record<string, string | number | null>>, facts: string): boolean {
  const columns = { id: String(id), directory: String(directory), accountId: String(account_id) };
  return readIntent({ ...columns, facts }) !== null;
}

/** undefined: no JSON. What it was is not told: it was sealed. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

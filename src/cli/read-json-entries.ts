import { JSONParser } from '@streamparser/json';
import type { z } from 'zod';
import type { ErrorCode } from '../../shared/errors.ts';
import type { FileProblem } from './read-csv-rows.ts';

/** One entry of a file, or what is wrong with it; `place` says where it stands, for people. */
export type JsonEntry<T> = { readonly place: string } & ({ readonly value: T } | { readonly problem: FileProblem });

/**
 * Entries of a JSON array, one after the other; what comes behind the first mistake in the JSON itself cannot be read.
 * @param malformed the error for an entry that is none by the schema
 */
export async function* readJsonEntries<T>(
  pieces: AsyncIterable<string>,
  schema: z.ZodType<T>,
  malformed: ErrorCode,
): AsyncGenerator<JsonEntry<T>> {
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false });
  const ready: unknown[] = [];
  let broken: string | null = null;
  let number = 0;
  let isArray: boolean | null = null;
  parser.onValue = ({ value }) => void ready.push(value);
  parser.onError = (error) => {
    broken ??= error.message;
  };
  for await (const piece of pieces) {
    if (isArray === null && piece.trim() !== '') isArray = piece.trimStart().startsWith('[');
    if (isArray === false) broken ??= 'it does not begin with [';
    if (broken === null) write(parser, piece);
    for (const value of ready.splice(0)) {
      number += 1;
      yield { place: `entry ${number}`, ...entryOf(value, schema, malformed) };
    }
    if (broken !== null) break;
  }
  if (broken === null && !parser.isEnded) broken = 'it ends too early';
  if (broken !== null)
    yield { place: `after entry ${number}`, problem: { code: 'enrolment.json-broken', detail: String(broken).slice(0, 200) } };
}

/** What it throws it has told `onError` already. */
function write(parser: JSONParser, piece: string): void {
  try {
    parser.write(piece);
  } catch (error) {
    parser.onError(error instanceof Error ? error : new Error('unreadable'));
  }
}

function entryOf<T>(value: unknown, schema: z.ZodType<T>, malformed: ErrorCode): { value: T } | { problem: FileProblem } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  // Names of fields, never their values: one of them may be a secret.
  const where = parsed.error.issues.map(({ path, code, ...issue }) => ('keys' in issue ? String(issue.keys) : path.join('.')) || code);
  return { problem: { code: malformed, detail: where.join(', ').slice(0, 200) } };
}

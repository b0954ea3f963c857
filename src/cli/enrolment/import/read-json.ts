import { JSONParser } from '@streamparser/json';
import { z } from 'zod';
import type { ImportEntry } from '../../../core/enrolment/import-people.ts';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]);
const personSchema = z.strictObject({
  account: z.string().min(1),
  directory: z.string().optional(),
  email: oneOrMore,
  sms: oneOrMore,
  totp: z.string().optional(),
  label: z.string().max(200).optional(),
});

/** People of a JSON array, one after the other; what comes behind the first mistake in the JSON itself cannot be read. */
export async function* readJson(pieces: AsyncIterable<string>): AsyncGenerator<ImportEntry> {
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
      yield { place: `entry ${number}`, ...entryOf(value) };
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

function entryOf(value: unknown) {
  const parsed = personSchema.safeParse(value);
  if (parsed.success) {
    const { account, email, sms, directory, totp, label } = parsed.data;
    const optional = {
      ...(directory === undefined ? {} : { directory }),
      ...(totp === undefined ? {} : { totp }),
      ...(label === undefined ? {} : { label }),
    };
    return { person: { account, email, sms, ...optional } };
  }
  // Names of fields, never their values: one of them is a seed.
  const where = parsed.error.issues.map(({ path, code, ...issue }) => ('keys' in issue ? String(issue.keys) : path.join('.')) || code);
  return { problem: { code: 'enrolment.entry-malformed' as const, detail: where.join(', ').slice(0, 200) } };
}

import { z } from 'zod';
import type { ImportEntry } from '../../../core/enrolment/import-people.ts';
import { readJsonEntries } from '../../read-json-entries.ts';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]);
const personSchema = z.strictObject({
  account: z.string().min(1),
  directory: z.string().optional(),
  email: oneOrMore,
  sms: oneOrMore,
  totp: z.string().optional(),
  label: z.string().max(200).optional(),
});

/** What people of a JSON array are to be enrolled with, one after the other. */
export async function* readJson(pieces: AsyncIterable<string>): AsyncGenerator<ImportEntry> {
  for await (const entry of readJsonEntries(pieces, personSchema, 'enrolment.entry-malformed')) {
    if ('problem' in entry) {
      yield entry;
      continue;
    }
    const { account, email, sms, directory, totp, label } = entry.value;
    const optional = {
      ...(directory === undefined ? {} : { directory }),
      ...(totp === undefined ? {} : { totp }),
      ...(label === undefined ? {} : { label }),
    };
    yield { place: entry.place, person: { account, email, sms, ...optional } };
  }
}

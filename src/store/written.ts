import type { AccountRef } from '../core/ports/directory.ts';
import type { Database } from './schema.ts';

/** What was written, or may have been, and was taken down behind that end of the audit log. */
export const written = (db: Database, account: AccountRef, logEnd: number) =>
  db
    .selectFrom('intents')
    .select('intents.id')
    .where('intents.directory', '=', account.directory)
    .where('intents.account_id', '=', account.id)
    .where('intents.status', 'in', ['done', 'unknown'])
    .where('intents.closed_seq', '>', logEnd);

/** By none of this journey. */
export const byAnother = (query: ReturnType<typeof written>, journey: string) =>
  query.where((eb) => eb.or([eb('intents.journey_id', 'is', null), eb('intents.journey_id', '!=', journey)]));

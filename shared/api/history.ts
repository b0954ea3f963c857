import { z } from 'zod';
import { HISTORY_GROUPS } from '../history-groups.ts';

/** What `/api/v1/history` speaks: the audit log, for whoever may look at it. */

const time = z.iso.datetime({ offset: true });
const text = z.string().trim().min(1).max(256);

/** All of them must fit. Without any it is everything. */
export const historyFilterSchema = z.object({
  /** A name as people sign in with; all accounts of the person are meant. */
  person: text.optional(),
  /** With `directory`: the account itself, also one that is no longer there. */
  account: text.optional(),
  directory: z.string().min(1).max(64).optional(),
  group: z.enum(HISTORY_GROUPS).optional(),
  /** Sign-in name of who acted for others, or what an operator is called. */
  by: text.optional(),
  /** From this instant on, and before that one. */
  from: time.optional(),
  to: time.optional(),
});
export const historyQuerySchema = historyFilterSchema.extend({
  /** `cursor` of the page before. */
  cursor: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});
export type HistoryFilter = z.infer<typeof historyFilterSchema>;

/** `login` null: the directory does not tell it now. */
const account = z.object({ directory: z.string(), id: z.string(), login: z.string().nullable() });

export const historySchema = z.object({
  /** Newest first. */
  events: z.array(
    z.object({
      seq: z.number(),
      at: z.iso.datetime(),
      type: z.string(),
      /** null: of a type that this version does not know. */
      group: z.enum(HISTORY_GROUPS).nullable(),
      /** In the language of the request. */
      sentence: z.string(),
      accounts: z.array(account),
      facts: z.record(z.string(), z.unknown()),
    }),
  ),
  /** To go on to older ones; null: there are none. A page may be empty all the same: so far nothing was found. */
  cursor: z.number().nullable(),
  /** Those of the configuration in force. */
  directories: z.array(z.object({ id: z.string(), label: z.string() })),
  /** The accounts that are meant by `person` or `account`; null: everybody. */
  about: z.array(account).nullable(),
});
export type History = z.infer<typeof historySchema>;
export type HistoryEvent = History['events'][number];

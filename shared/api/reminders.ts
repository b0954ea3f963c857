import { z } from 'zod';
import { accountRefSchema } from './help.ts';
import { findPeopleQuerySchema } from './people.ts';

/** What `/api/v1/helpdesk/reminders` speaks: mails that ask people to set up what proves them. */

/** People who are named, or one page of a search; the next one with its `cursor`. */
export const remindRequestSchema = z.union([
  z.strictObject({ people: z.array(accountRefSchema).min(1).max(100) }),
  z.strictObject({ wanted: findPeopleQuerySchema }),
]);
export type RemindRequest = z.input<typeof remindRequestSchema>;

/**
 * Why somebody was not reminded:
 *
 * - `not-there`        there is no such account, or it is not in the scope of who asks
 * - `can-recover`      they could recover their account
 * - `barred`           they could not, whatever they set up: protected, disabled, past the end date
 * - `nothing-accepted` no rule of proof accepts anything of them
 * - `never`            a rule of `enrolment.required` says that they are not to be asked
 * - `put-off`          they were asked, and have put it off
 * - `not-known`        the directory does not tell whether they need it
 * - `not-possible`     what is missing they cannot set up by themselves, or codes do not leave at present
 * - `no-address`       no address of theirs is known
 * - `lately`           a reminder went to them within a day
 */
export const NOT_REMINDED = [
  'not-there',
  'can-recover',
  'barred',
  'nothing-accepted',
  'never',
  'put-off',
  'not-known',
  'not-possible',
  'no-address',
  'lately',
] as const;
export type NotReminded = (typeof NOT_REMINDED)[number];

export const remindedSchema = z.object({
  reminded: z.int(),
  /** Of how many no mail was sent, by why. */
  passed: z.array(z.object({ because: z.enum(NOT_REMINDED), count: z.int() })),
  /** Of the next page; null: there is none. */
  cursor: z.string().nullable(),
});
export type Reminded = z.infer<typeof remindedSchema>;

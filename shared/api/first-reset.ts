import { z } from 'zod';
import { openOnPhoneRequestSchema } from './on-phone.ts';
import { finishSetUpRequestSchema } from './set-up.ts';

/** What `/api/v1/set-up/first-reset` speaks: the last step of the set-up, in which a test person sets another password. */

/** Why nobody is led to a reset: nobody has the name, several have it, what bars an account, or a role that it holds, or may hold;
 * or enough names were looked up. */
export const UNFIT_REASONS = [
  'unknown-account',
  'several',
  'role',
  'account-protected',
  'account-disabled',
  'account-expired',
  'password-not-used',
  'recovery-frozen',
  'directory-trouble',
  'names-used-up',
] as const;
export type UnfitReason = (typeof UNFIT_REASONS)[number];

const progressSchema = z.object({
  /** Whether the link was opened, which proves that it reached the person. */
  isOpened: z.boolean(),
  /** `waiting`: nothing was written; `asked-again`: another password is asked for. `unknown`: the directory did not say, and is read again. */
  written: z.enum(['waiting', 'asked-again', 'under-way', 'done', 'failed', 'unknown']),
  /** Why nothing was written, or another password is asked for: a code, and what the directory said. */
  problem: z.object({ code: z.string(), detail: z.string().nullable() }).nullable(),
  /** What became of the notice to the person. `nobody`: there is no address of theirs; `not-known`: the directory does not tell their addresses. */
  notice: z.enum(['waiting', 'taken', 'nobody', 'failed', 'not-known']).nullable(),
  /** Number of the event in the audit log that tells of the write. */
  event: z.number().nullable(),
});
export type FirstResetProgress = z.infer<typeof progressSchema>;

export const shownFirstResetSchema = z.object({
  /** Who was named; null: nobody yet. `addresses`: how many the notice goes to; null: the directory does not tell, see `trouble`. */
  person: z.object({ login: z.string(), name: z.string(), directory: z.string(), addresses: z.number().nullable() }).nullable(),
  /** Why the directory cannot be asked for the person at the moment; null: it can. */
  trouble: z.object({ code: z.string(), problem: z.string(), fix: z.string() }).nullable(),
  /** Until when the link is good; null: there is none. Milliseconds since 1970, as all times here. */
  linkEndsAt: z.number().nullable(),
  /** How many links may still be made. */
  linksLeft: z.number(),
  progress: progressSchema,
  /** The step is over then, and the set-up with it. */
  endsAt: z.number(),
});
export type ShownFirstReset = z.infer<typeof shownFirstResetSchema>;

/** Sign-in name, or another identifier. */
export const nameTestPersonRequestSchema = z.strictObject({ account: finishSetUpRequestSchema.shape.administrator });
export const namedTestPersonSchema = z.object({
  unfit: z.object({ reason: z.enum(UNFIT_REASONS), detail: z.string().nullable() }).nullable(),
  shown: shownFirstResetSchema,
});
export type NamedTestPerson = z.infer<typeof namedTestPersonSchema>;

/** `address`: opens in another window or on a phone, and is told once. */
export const firstResetLinkSchema = z.object({ address: z.string(), shown: shownFirstResetSchema });
export type FirstResetLink = z.infer<typeof firstResetLinkSchema>;
export const openFirstResetRequestSchema = z.strictObject({ link: openOnPhoneRequestSchema.shape.link });

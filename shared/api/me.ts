import { z } from 'zod';
import { factorKindSchema, passwordCheckRequestSchema, ruleSchema, strengthLevelSchema, verdictSchema } from './journeys.ts';

/** What `/api/v1/me` speaks: what is somebody's own who is signed in. Times are RFC 3339 in UTC; null: not known, or never. */
const time = z.iso.datetime();

export const meSchema = z.object({
  account: z.object({
    login: z.string(),
    displayName: z.string(),
    /** Name of the directory. */
    directory: z.string(),
    /** null: not known. */
    locked: z.boolean().nullable(),
    mustChange: z.boolean(),
    passwordSetAt: time.nullable(),
    /** null: never, or not known where `passwordExpired` is not. */
    passwordExpiresAt: time.nullable(),
    /** null: not known. */
    passwordExpired: z.boolean().nullable(),
    /** Before this the directory takes no other password; null: at once. */
    changeableAt: time.nullable(),
  }),
  factors: z.array(
    z.object({
      id: z.string(),
      kind: factorKindSchema,
      label: z.string(),
      createdAt: time.nullable(),
      lastUsedAt: time.nullable(),
      /** It counts from then on; null: it does. */
      countsFrom: time.nullable(),
    }),
  ),
  /** What a new password must meet. */
  rules: z.array(ruleSchema),
  /** There are roles here by which people help others; whether this person has one, only helping tells. */
  helps: z.boolean(),
  /** Managers are asked here to vouch for people. */
  vouches: z.boolean(),
  /** There are roles at the installation. */
  administers: z.boolean(),
});

export type Me = z.infer<typeof meSchema>;

/** The newest events about the account, newest first: "was this you?". */
export const activitySchema = z.object({
  events: z.array(
    z.object({
      at: time,
      type: z.string(),
      /** The kind of proof that it is about, where it is about one. */
      factor: factorKindSchema.optional(),
      address: z.string().optional(),
      by: z.enum(['self', 'operator', 'system', 'delegate']).optional(),
    }),
  ),
});
export type Activity = z.infer<typeof activitySchema>;

const password = z.string().min(1).max(1024);
/** `own`: the account that is signed in; or the id of a linked one, as `GET /me/accounts` has it. */
const ownAccount = z.string().min(1).max(64);
/** One new password for all of these accounts, by the current one of each. */
export const changePasswordRequestSchema = z.strictObject({
  password,
  accounts: z
    .array(z.strictObject({ account: ownAccount, current: password }))
    .min(1)
    .max(8),
});
export const accountChangeSchema = z.object({
  account: z.object({ id: z.string(), label: z.string() }),
  /** `not-begun`: nothing speaks against it, and another account kept all of it from being begun. */
  outcome: z.enum(['changed', 'refused', 'failed', 'unknown', 'not-begun']),
  code: z.string().optional(),
  /** A finished sentence. */
  message: z.string(),
  changeableAt: time.optional(),
});
export type AccountChanged = z.infer<typeof accountChangeSchema>;
export const changePasswordResponseSchema = z.object({
  results: z.array(accountChangeSchema),
  /** On the new password, where it is not acceptable: nothing was begun then. */
  verdicts: z.array(verdictSchema).optional(),
});
export type ChangedPasswords = z.infer<typeof changePasswordResponseSchema>;
/** `accounts`: what the password is for; `own` unless told. */
export const myPasswordCheckRequestSchema = passwordCheckRequestSchema.extend({ accounts: z.array(ownAccount).min(1).max(8).optional() });
export const myPasswordCheckResponseSchema = z.object({
  /** What it must meet, for all of the accounts. */
  rules: z.array(ruleSchema),
  verdicts: z.array(verdictSchema),
  acceptable: z.boolean(),
  strength: strengthLevelSchema.optional(),
});
export type MyPasswordCheck = z.infer<typeof myPasswordCheckResponseSchema>;

import { z } from 'zod';
import { factorKindSchema, ruleSchema, strengthLevelSchema, verdictSchema } from './journeys.ts';

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
    passwordExpiresAt: time.nullable(),
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
      address: z.string().optional(),
      by: z.enum(['self', 'operator', 'system', 'delegate']).optional(),
    }),
  ),
});
export type Activity = z.infer<typeof activitySchema>;

const password = z.string().min(1).max(1024);
export const changePasswordRequestSchema = z.strictObject({ current: password, password });
export const changePasswordResponseSchema = z.object({
  outcome: z.enum(['changed', 'refused', 'failed', 'unknown']),
  code: z.string().optional(),
  /** A finished sentence. */
  message: z.string(),
  verdicts: z.array(verdictSchema).optional(),
  changeableAt: time.optional(),
});
export type ChangedPassword = z.infer<typeof changePasswordResponseSchema>;
export const myPasswordCheckResponseSchema = z.object({
  verdicts: z.array(verdictSchema),
  acceptable: z.boolean(),
  strength: strengthLevelSchema.optional(),
});

import { z } from 'zod';
import { PERSON_PERMISSIONS } from '../permissions.ts';
import { verdictSchema } from './journeys.ts';

/** What `/api/v1/help` speaks: what somebody who is signed in does for others, by a role. */
export const accountRefSchema = z.strictObject({
  directory: z.string().min(1).max(40),
  id: z
    .string()
    .max(256)
    .regex(/^\P{Cc}+$/u),
});

export const findHelpedRequestSchema = z.strictObject({ account: z.string().min(1).max(256) });
export const helpedSchema = z.object({
  account: z.object({
    directory: z.string(),
    id: z.string(),
    login: z.string(),
    displayName: z.string(),
    /** Name of the directory. */
    label: z.string(),
    /** null: not known. */
    locked: z.boolean().nullable(),
  }),
  may: z.array(z.enum(PERSON_PERMISSIONS)),
  /** Of these only in a case (`/helpdesk/cases`): who asks is not the person's direct manager. */
  inCase: z.array(z.enum(PERSON_PERMISSIONS)),
});

export const helpUnlockRequestSchema = z.strictObject({ account: accountRefSchema });
/** Without a password, one is made. Either way the person must choose their own at the next sign-in. */
export const helpResetRequestSchema = z.strictObject({ account: accountRefSchema, password: z.string().min(1).max(1024).optional() });
export const helpResponseSchema = z.object({
  /** `unknown`: the directory did not say; it is found out later, and the person is told. */
  outcome: z.enum(['done', 'refused', 'failed', 'unknown']),
  code: z.string().optional(),
  /** On the password that was given, where it is not acceptable. */
  verdicts: z.array(verdictSchema).optional(),
  /** The one that was made, where it was set. It is told once. */
  password: z.string().optional(),
  /** Whether the person has to choose their own at the next sign-in; false: the directory did not take the mark. */
  mustChange: z.boolean().optional(),
  /** The temporary pass that was issued, and until when it is good. It is told once. */
  pass: z.string().optional(),
  endsAt: z.iso.datetime().optional(),
  /** How many proofs of the person were removed. */
  removed: z.number().int().optional(),
  /** The link that was sent to the person: where, and the number to read out. `endsAt` is its own. */
  link: z.object({ to: z.string(), number: z.string() }).optional(),
  /** The number that the temporary password was sent to. It is told to nobody else. */
  sentTo: z.string().optional(),
});

export type HelpedAccount = z.infer<typeof helpedSchema>;
export type HelpGiven = z.infer<typeof helpResponseSchema>;

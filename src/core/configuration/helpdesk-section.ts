import { z } from 'zod';
import { PERSON_PERMISSIONS } from '../../../shared/permissions.ts';
import { conditionsSchema } from './proof-rule-section.ts';
import { isWholePattern } from './whole-pattern.ts';

const { directories, places, groups } = conditionsSchema.shape;

const approvalSchema = z.strictObject({
  name: z.string().min(1).max(60).describe('For operators: in warnings.'),
  when: z
    .strictObject({ directories, places, groups })
    .prefault({})
    .describe(
      'Whom it is about. All conditions that are given must be met; everybody, without any. Where one is not known it counts as met.',
    ),
  acts: z
    .array(z.enum(PERSON_PERMISSIONS))
    .min(1)
    .default([...PERSON_PERMISSIONS])
    .describe('What takes a second agent then.'),
});

export const helpdeskSchema = z.strictObject({
  caseMinutes: z.int().min(5).max(120).default(30).describe('How long a caller may take to be verified.'),
  receiptMinutes: z
    .int()
    .min(1)
    .max(30)
    .default(10)
    .describe('How long the agent may take, once the caller is verified, to do what the case is for.'),
  codesNeeded: z
    .int()
    .min(1)
    .max(3)
    .default(2)
    .describe('How many codes, each of another kind, a caller reads out where a role has them verified so (`read-back`).'),
  questionsNeeded: z
    .int()
    .min(2)
    .max(10)
    .default(3)
    .describe('How many questions a caller answers at least where a role has them verified so (`questions`).'),
  linkMinutes: z.int().min(5).max(60).default(15).describe('How long a link can be opened by which a caller sets their own password.'),
  passHours: z
    .int()
    .min(1)
    .max(168)
    .default(8)
    .describe('How long a temporary pass is good that an agent issues, for one use; `factors.temporaryPass.longestHours` at most.'),
  reasonNeeded: z.boolean().default(false).describe('A case takes a reason. Acting for a caller who was not verified always does.'),
  ticketNeeded: z.boolean().default(false).describe('A case takes the number of a ticket.'),
  approvals: z
    .array(approvalSchema)
    .max(100)
    .default([])
    .describe(
      'For whom, and for what, a second agent has to approve before the first one acts, in a case. Any rule that applies is enough.',
    ),
  ticketPattern: z
    .string()
    .max(200)
    .refine(isWholePattern, 'Not a regular expression (RE2)')
    .optional()
    .describe('What the number of a ticket looks like: a regular expression for the whole of it, such as INC[0-9]{7}.'),
});

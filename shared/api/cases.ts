import { z } from 'zod';
import { oneLine } from '../one-line.ts';
import { OTHER_WAYS, PERSON_PERMISSIONS, RESET_WAYS } from '../permissions.ts';
import { REMOVABLE_KINDS } from '../removable-kinds.ts';
import { accountRefSchema } from './help.ts';
import { factorKindSchema } from './journeys.ts';
import { openOnPhoneRequestSchema } from './on-phone.ts';

/** What `/api/v1/helpdesk/cases` speaks: one person helped by one agent for one purpose. */

const time = z.iso.datetime();

const kindsToRemove = z.array(z.enum(REMOVABLE_KINDS)).min(1).max(REMOVABLE_KINDS.length);

export const openCaseRequestSchema = z.strictObject({
  account: accountRefSchema,
  action: z.enum(PERSON_PERMISSIONS),
  reason: oneLine(400).optional(),
  ticket: oneLine(60).optional(),
  /** For `remove-proofs`, and for nothing else: what of the person is to be removed. */
  kinds: kindsToRemove.optional(),
  /** Also where another agent has a case about the account that is not over: it ends, they are told, and a reason is needed. */
  replace: z.boolean().default(false),
});

/** What a caller can give that the agent types for them. */
export const TYPED_KINDS = ['email', 'sms', 'totp', 'questions'] as const;

export const caseSchema = z.object({
  id: z.string(),
  account: z.object({ directory: z.string(), id: z.string(), login: z.string(), displayName: z.string() }),
  action: z.enum(PERSON_PERMISSIONS),
  /** What a case for `remove-proofs` removes. */
  kinds: kindsToRemove.optional(),
  /** `verified`: a receipt is there and was not used. `sent`: so is it, and a link by which the person sets their own password. `acting`: it is used, and what became of it is not written down yet. */
  state: z.enum(['open', 'verified', 'sent', 'acting', 'closed']),
  /** Why it is closed. */
  because: z.enum(['acted', 'by-agent', 'not-my-call', 'too-many-tries', 'not-vouched', 'expired', 'replaced', 'not-approved']).optional(),
  reason: z.string().optional(),
  ticket: z.string().optional(),
  /** While the caller is not verified. The agent reads `spoken` out; the caller’s page shows `shown`, which the agent may be asked for. */
  numbers: z.object({ spoken: z.string(), shown: z.string() }).optional(),
  triesLeft: z.number().int(),
  /** The agent may act without a verified caller: with a reason, and an alarm. */
  mayUnverified: z.boolean(),
  createdAt: time,
  expiresAt: time,
  /** How the caller may be verified besides on their own device. */
  otherWays: z.array(z.enum(OTHER_WAYS)),
  /** The address of the page was sent to the caller, over this. */
  page: z.object({ over: z.enum(['email', 'sms']) }).optional(),
  /** What the caller was asked for last, and until when it can be answered; the text of each question, in its order. */
  asked: z
    .object({ kind: z.enum(TYPED_KINDS), until: time, questions: z.array(z.object({ text: z.string(), language: z.string() })) })
    .optional(),
  /** Kinds of which the caller has read out a right code, and how many are needed. */
  readOut: z.array(z.enum(TYPED_KINDS)),
  codesNeeded: z.number().int(),
  /** Somebody was asked to vouch: what the agent tells the caller, who reads it to them; `isRefused`: the digits were wrong too often. */
  vouch: z.object({ digits: z.string(), until: time, isRefused: z.boolean() }).optional(),
  /** Where a second agent was asked: whether they approve, and who it was. */
  approval: z
    .object({ state: z.enum(['waiting', 'approved', 'refused']), by: z.string().optional(), reason: z.string().optional() })
    .optional(),
  /** How the caller was verified, and until when the receipt is good. */
  verified: z.object({ way: z.enum(['own-device', ...OTHER_WAYS]), proofs: z.array(factorKindSchema), goodUntil: time }).optional(),
  /** While it can be opened: where the link was sent, the number to read out, and how often it was opened. */
  link: z.object({ to: z.string(), number: z.string(), endsAt: time, opened: z.number().int() }).optional(),
});
export type Case = z.infer<typeof caseSchema>;
export const caseResponseSchema = z.object({ case: caseSchema });
export const casesResponseSchema = z.object({ cases: z.array(caseSchema) });

/** A case that waits for a second agent, for one who may decide. */
export const approvalSchema = z.object({
  case: z.string(),
  account: z.object({ directory: z.string(), id: z.string(), login: z.string(), displayName: z.string() }),
  action: z.enum(PERSON_PERMISSIONS),
  kinds: kindsToRemove.optional(),
  /** Who asks. */
  agent: z.object({ login: z.string(), displayName: z.string() }),
  reason: z.string().optional(),
  ticket: z.string().optional(),
  askedAt: time,
  /** How the caller was verified, and when; absent: nobody has verified them. */
  verified: z.object({ way: z.enum(['own-device', ...OTHER_WAYS]), proofs: z.array(factorKindSchema), at: time }).optional(),
});
export type CaseApproval = z.infer<typeof approvalSchema>;
/** `incomplete`: a directory could not be asked about all of them. */
export const approvalsResponseSchema = z.object({ approvals: z.array(approvalSchema), incomplete: z.boolean() });
/** Refusing takes a reason. */
export const decideApprovalRequestSchema = z.strictObject({ approve: z.boolean(), reason: oneLine(400).optional() });

const channel = z.object({ id: z.string(), to: z.string(), over: z.enum(['email', 'sms']) });

/** In which ways the password of the person may be set, where a link may go to, and the numbers that a temporary password may be sent to. */
export const resetChoiceSchema = z.object({
  ways: z.array(z.enum(RESET_WAYS)),
  channels: z.array(channel),
  numbers: z.array(channel),
});
export type ResetChoice = z.infer<typeof resetChoiceSchema>;

/** What is typed where such a link is opened. */
export const openResetLinkRequestSchema = z.strictObject({
  link: openOnPhoneRequestSchema.shape.link,
  number: z.string().min(1).max(64),
});

const channelId = z
  .string()
  .max(128)
  .regex(/^\P{Cc}+$/u);

/** `unverified`: for a caller who was not verified, by a role that may. `password`: for a reset; one is made where none is given.
 * `linkTo`: for a reset; the mailbox or number (its id) that a link goes to, by which the person sets their own. `sendTo`: for a reset; the number
 * that the one that is made goes to, and is told to nobody. */
export const actOnCaseRequestSchema = z.strictObject({
  password: z.string().min(1).max(1024).optional(),
  unverified: z.boolean().default(false),
  linkTo: channelId.optional(),
  sendTo: channelId.optional(),
});

/** Asks the caller for something that the agent types for them. */
export const askCallerRequestSchema = z.strictObject({ kind: z.enum(TYPED_KINDS) });

/** Sends the caller the address of the page on which they prove who they are, to what they have enrolled. */
export const sendPageRequestSchema = z.strictObject({ over: z.enum(['email', 'sms']) });

/** What the caller said: a code, or an answer to each question in the order in which they were put. */
export const callerAnswerRequestSchema = z.union([
  z.strictObject({ code: oneLine(64) }),
  z.strictObject({ answers: z.array(oneLine(400)).min(1).max(10) }),
]);

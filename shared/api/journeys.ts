import { z } from 'zod';
import { PERSON_PERMISSIONS } from '../permissions.ts';
import { assertionSchema, requestOptionsSchema } from './web-authn.ts';

/** What the recovery journey speaks: one protocol for the portal, the Windows client, the command line and scripts. */

export const FACTOR_KINDS = [
  'password',
  'email',
  'sms',
  'totp',
  'passkey',
  'questions',
  'recovery-code',
  'linked-account',
  'temporary-pass',
  'manager',
] as const;
export const factorKindSchema = z.enum(FACTOR_KINDS);
export type FactorKind = z.infer<typeof factorKindSchema>;

/** What people may do who are not signed in and know their name at most. */
export const RECOVERY_GOALS = ['reset-password', 'unlock-account', 'find-username'] as const;
export type RecoveryGoal = (typeof RECOVERY_GOALS)[number];
/** Whether a goal is one of those: what is for people who are signed in, or about to be, ends elsewhere. */
export function isRecoveryGoal(goal: Goal): goal is RecoveryGoal {
  return RECOVERY_GOALS.some((each) => each === goal);
}
/** What else anybody may begin by a name or a passkey: `confirm-call` shows the helpdesk on the telephone who one is. */
export const NAMED_GOALS = [...RECOVERY_GOALS, 'confirm-call'] as const;
export type NamedGoal = (typeof NAMED_GOALS)[number];
/** The goals for which a proof is asked for, as a code that is sent. */
export const ASKING_GOALS = [...NAMED_GOALS, 'sign-in', 'step-up', 'link-account'] as const;
export const GOALS = [...ASKING_GOALS, 'enrol-on-phone'] as const;
export const goalSchema = z.enum(GOALS);
export type Goal = z.infer<typeof goalSchema>;

export const CLIENT_KINDS = ['web', 'windows-logon', 'cli'] as const;
export const clientSchema = z.strictObject({ kind: z.enum(CLIENT_KINDS), version: z.string().max(40).optional() });
export type Client = z.infer<typeof clientSchema>;

/** Times are RFC 3339 in UTC. */
const time = z.iso.datetime();

export const ruleSchema = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  text: z.string(),
  source: z.enum(['directory', 'organisation', 'server-only']),
});
export type Rule = z.infer<typeof ruleSchema>;

export const verdictSchema = z.object({ code: z.string(), ok: z.union([z.boolean(), z.literal('server-decides')]), text: z.string() });
export type Verdict = z.infer<typeof verdictSchema>;

/** `message` is a finished sentence in the journey's language; `messageTone` says whether it is an error. */
const stepBase = {
  id: z.string(),
  canGoBack: z.boolean(),
  /** The recovery can go on at a phone from here (`POST /journeys/:journey/phones`). */
  canHandOver: z.boolean().optional(),
  attemptsLeft: z.number().int().optional(),
  message: z.string().optional(),
  messageTone: z.enum(['info', 'error']).optional(),
};

export const stepAccountSchema = z.object({ id: z.string(), label: z.string() });

/**
 * Work before the journey goes on: find the counter for which PBKDF2 over `nonce` and the counter (32 bits, big-endian) with
 * `salt`, `cost` iterations and `keyLength` octets begins with `keyPrefix` (hexadecimal). It is below `difficulty`: how many tries it
 * takes at most, for a display of progress. The form of ALTCHA, version 2.
 */
export const proofOfWorkStepSchema = z.object({
  ...stepBase,
  kind: z.literal('proof-of-work'),
  challenge: z.object({
    algorithm: z.literal('PBKDF2/SHA-256'),
    nonce: z.string(),
    salt: z.string(),
    cost: z.number().int(),
    keyLength: z.number().int(),
    keyPrefix: z.string(),
  }),
  difficulty: z.number().int(),
});
export const chooseFactorStepSchema = z.object({
  ...stepBase,
  kind: z.literal('choose-factor'),
  options: z.array(z.object({ id: z.string(), kind: factorKindSchema, label: z.string().optional(), hint: z.string().optional() })),
  accepted: z.array(z.array(factorKindSchema)),
  done: z.array(factorKindSchema),
});
export const codeStepSchema = z.object({
  ...stepBase,
  kind: z.literal('code'),
  factor: z.object({ id: z.string(), kind: factorKindSchema }),
  length: z.number().int(),
  sentAt: time.nullable(),
  resendAt: time.nullable(),
  expiresAt: time,
});
export const passkeyStepSchema = z.object({
  ...stepBase,
  kind: z.literal('passkey'),
  factor: z.object({ id: z.string(), kind: factorKindSchema }),
  publicKey: requestOptionsSchema,
  /** Code of what was wrong with the last answer. */
  problem: z.string().optional(),
  expiresAt: time,
});
/** The password that the account has now. A directory judges it. */
export const passwordStepSchema = z.object({
  ...stepBase,
  kind: z.literal('password'),
  factor: z.object({ id: z.string(), kind: factorKindSchema }),
  expiresAt: time,
});
/** Questions that the person set up. Their answers are judged all together. `language`: the one that the text is in (BCP 47). */
export const questionsStepSchema = z.object({
  ...stepBase,
  kind: z.literal('questions'),
  factor: z.object({ id: z.string(), kind: factorKindSchema }),
  questions: z.array(z.object({ id: z.string(), text: z.string(), language: z.string() })),
  expiresAt: time,
});
/** The password of another account of the person, one of those that are named. Its directory judges it. */
export const linkedPasswordStepSchema = z.object({
  ...stepBase,
  kind: z.literal('linked-password'),
  factor: z.object({ id: z.string(), kind: factorKindSchema }),
  accounts: z.array(stepAccountSchema),
  expiresAt: time,
});
export const chooseAccountsStepSchema = z.object({
  ...stepBase,
  kind: z.literal('choose-accounts'),
  /** `locked` null: not known. */
  accounts: z.array(stepAccountSchema.extend({ locked: z.boolean().nullable(), selected: z.boolean() })),
});
export const resultSchema = z.object({
  account: stepAccountSchema,
  outcome: z.enum([
    'password-reset',
    'unlocked',
    'was-not-locked',
    'password-kept',
    'mailed',
    'signed-in',
    'proven',
    'call-confirmed',
    'call-denied',
    'done-on-phone',
    'failed',
    'unknown',
  ]),
  code: z.string().optional(),
  message: z.string(),
});
export type Result = z.infer<typeof resultSchema>;

/**
 * Where several accounts were written to and some are asked for once more, by themselves: what became of each, and whether it may be left
 * at that (`finish`).
 */
const resultsSoFar = { results: z.array(resultSchema).optional(), mayFinish: z.boolean().optional() };
export const newPasswordStepSchema = z.object({
  ...stepBase,
  kind: z.literal('new-password'),
  /** `label` is for people to read, `login` the sign-in name as the directory has it, for password managers. */
  accounts: z.array(stepAccountSchema.extend({ login: z.string() })),
  rules: z.array(ruleSchema),
  /** Verdicts on the password that was just refused; absent before the first try. */
  verdicts: z.array(verdictSchema).optional(),
  mayKeepPassword: z.boolean(),
  changeableAt: time.nullable(),
  ...resultsSoFar,
});
export const confirmUnlockStepSchema = z.object({
  ...stepBase,
  kind: z.literal('confirm-unlock'),
  accounts: z.array(stepAccountSchema),
  ...resultsSoFar,
});
/**
 * Who is on the telephone with the person, and what for. `call` null: nobody of the helpdesk has opened a case about them. `shown`: the
 * number that the agent can say, and nobody else. `kinds`: which of their proofs are to be removed, for `remove-proofs`.
 */
export const confirmCallStepSchema = z.object({
  ...stepBase,
  kind: z.literal('confirm-call'),
  call: z
    .object({ agent: z.string(), action: z.enum(PERSON_PERMISSIONS), kinds: z.array(factorKindSchema).optional(), shown: z.string() })
    .nullable(),
});
export const waitingStepSchema = z.object({
  ...stepBase,
  kind: z.literal('waiting'),
  /**
   * `directory`: the write is under way or its result is being found out. `computer`: whoever is signed in there types `digits`.
   * `manager`: who was asked to vouch types them, when the person has read them out. `phone`: the recovery goes on there.
   */
  for: z.enum(['manager', 'helpdesk', 'directory', 'computer', 'phone']),
  digits: z.string().optional(),
  /** When nobody is waited for any more. */
  expiresAt: time.optional(),
  /** Seconds until the next poll makes sense. */
  pollAfter: z.number(),
});
export const doneStepSchema = z.object({
  ...stepBase,
  kind: z.literal('done'),
  results: z.array(resultSchema),
  nextSteps: z.array(z.string()).optional(),
  /** By what the person proved themselves, and what they could add besides, signed in, to recover by. */
  nextTime: z.object({ proven: z.array(factorKindSchema), missing: z.array(factorKindSchema) }).optional(),
  /** What may be enrolled now, on this page and for a while: `right` is good once (`POST /api/v1/enrolment/...`). */
  offers: z.array(z.object({ kind: z.literal('passkey'), right: z.string(), expiresAt: time })).optional(),
});
export const refusedStepSchema = z.object({
  ...stepBase,
  kind: z.literal('refused'),
  code: z.string(),
  message: z.string(),
  contact: z.string(),
});

export const stepSchema = z.discriminatedUnion('kind', [
  proofOfWorkStepSchema,
  chooseFactorStepSchema,
  codeStepSchema,
  passkeyStepSchema,
  passwordStepSchema,
  questionsStepSchema,
  linkedPasswordStepSchema,
  chooseAccountsStepSchema,
  newPasswordStepSchema,
  confirmUnlockStepSchema,
  confirmCallStepSchema,
  waitingStepSchema,
  doneStepSchema,
  refusedStepSchema,
]);
export type Step = z.infer<typeof stepSchema>;
export type StepKind = Step['kind'];

const startBase = { goal: goalSchema, locale: z.string().max(35).optional(), client: clientSchema.optional() };
export const startRequestSchema = z.union([
  z.strictObject({ ...startBase, account: z.string().min(1).max(256) }),
  /** Without a name: the answer to `GET /passkey-request`, whose `ticket` is good once. The passkey says who it is. */
  z.strictObject({ ...startBase, passkey: z.strictObject({ ticket: z.string().min(1).max(200), credential: assertionSchema }) }),
]);
/** `GET /passkey-request`: a question for a passkey, before there is a journey. */
export const passkeyRequestSchema = z.object({ ticket: z.string(), publicKey: requestOptionsSchema });
export type PasskeyRequest = z.infer<typeof passkeyRequestSchema>;
export type StartRequest = z.infer<typeof startRequestSchema>;

/** Names the journey in the address of whatever is asked of it. Says nothing and opens nothing: that does the token. */
const journey = z.string();

export const startResponseSchema = z.object({ token: z.string().optional(), journey, step: stepSchema, expiresAt: time });
export const currentResponseSchema = z.object({ journey, step: stepSchema, expiresAt: time });
export const answerResponseSchema = z.object({ journey, step: stepSchema });

/** A password on its way in: any text, no control over its content here (the policy judges it). */
const password = z.string().min(1).max(1024);

/** Answers, one schema for each step kind that takes one. */
export const ANSWERS = {
  'proof-of-work': z.union([
    z.strictObject({ counter: z.int().min(0).max(0xffff_ffff), derivedKey: z.string().regex(/^(?:[0-9a-f]{2}){1,64}$/) }),
    z.strictObject({ back: z.literal(true) }),
  ]),
  'choose-factor': z.strictObject({ option: z.string().max(64) }),
  code: z.union([
    z.strictObject({ code: z.string().min(1).max(64) }),
    z.strictObject({ resend: z.literal(true) }),
    z.strictObject({ back: z.literal(true) }),
  ]),
  passkey: z.union([z.strictObject({ credential: assertionSchema }), z.strictObject({ back: z.literal(true) })]),
  password: z.union([z.strictObject({ password }), z.strictObject({ back: z.literal(true) })]),
  questions: z.union([
    z.strictObject({
      answers: z
        .array(z.strictObject({ question: z.string().max(40), answer: z.string().max(400) }))
        .min(1)
        .max(20),
    }),
    z.strictObject({ back: z.literal(true) }),
  ]),
  'linked-password': z.union([
    z.strictObject({ account: z.string().min(1).max(200), password }),
    z.strictObject({ back: z.literal(true) }),
  ]),
  'choose-accounts': z.strictObject({ accounts: z.array(z.string().max(64)).min(1).max(20) }),
  'new-password': z.union([
    z.strictObject({ password }),
    z.strictObject({ keepPassword: z.literal(true) }),
    z.strictObject({ finish: z.literal(true) }),
  ]),
  'confirm-unlock': z.union([z.strictObject({ confirm: z.literal(true) }), z.strictObject({ finish: z.literal(true) })]),
  'confirm-call': z.union([
    z.strictObject({ number: z.string().min(1).max(64) }),
    z.strictObject({ notMine: z.literal(true) }),
    z.strictObject({ look: z.literal(true) }),
  ]),
  waiting: z.union([z.strictObject({}), z.strictObject({ back: z.literal(true) })]),
} as const;
export type AnsweredStepKind = keyof typeof ANSWERS;
export type AnswerOf<K extends AnsweredStepKind> = z.infer<(typeof ANSWERS)[K]>;

export const passwordCheckRequestSchema = z.strictObject({ password: z.string().max(1024) });
/** How long guessing would take: 0 a moment, 1 hours, 2 days, 3 months, 4 years. */
export const strengthLevelSchema = z.literal([0, 1, 2, 3, 4]);
export type StrengthLevel = z.infer<typeof strengthLevelSchema>;
/** `strength` absent: not told. It is an estimate and decides nothing. */
export const passwordCheckResponseSchema = z.object({
  verdicts: z.array(verdictSchema),
  acceptable: z.boolean(),
  strength: strengthLevelSchema.optional(),
});
export type PasswordCheck = z.infer<typeof passwordCheckResponseSchema>;

/** RFC 9457 problem document with our stable code. `step` is there for `journey.step-passed`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  code: z.string(),
  /** Reference for support: the request id of the log. */
  instance: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  retryAfter: z.number().optional(),
  step: stepSchema.optional(),
  /** For `session.step-up-needed`, and `people.searched-too-often` where it helps: combinations of proofs of which one is to be given. */
  anyOf: z.array(z.array(factorKindSchema)).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

import { z } from 'zod';
import { NAMED_GOALS, RECOVERY_GOALS } from '../../../shared/api/journeys.ts';
import { RECOVERY_FACTOR_KINDS } from '../factors/kinds.ts';
import { conditionsSchema, proofRuleSchema, WHOM } from './proof-rule-section.ts';

const ruleSchema = proofRuleSchema(
  RECOVERY_FACTOR_KINDS,
  conditionsSchema
    .extend({
      goals: z
        .array(z.enum(NAMED_GOALS))
        .min(1)
        .optional()
        .describe('What is to be done; `confirm-call`: to show the helpdesk on the telephone who one is.'),
    })
    .prefault({})
    .describe(WHOM),
);

export const recoverySchema = z.strictObject({
  goals: z
    .array(z.enum(RECOVERY_GOALS))
    .min(1)
    .default([...RECOVERY_GOALS])
    .describe('What people may do without signing in. A goal is offered where a rule that could apply accepts something.'),
  rules: z
    .array(ruleSchema)
    .min(1)
    .max(100)
    .default([{ name: 'everybody', when: {}, accepted: [['email', 'totp']] }])
    .describe(
      'Who must prove themselves how. The first rule whose conditions are met counts, and no other; a rule that accepts nothing bars, and so does having none.',
    ),
  journeyMinutes: z.int().min(5).max(60).default(20).describe('How long one recovery may take.'),
  unlockOnReset: z.boolean().default(true).describe('A reset also unlocks the account.'),
  propagationMinutes: z
    .int()
    .min(0)
    .max(1440)
    .default(5)
    .describe('What the last page says about how long other systems need to know the new password.'),
  holdMilliseconds: z
    .int()
    .min(0)
    .max(2000)
    .default(120)
    .describe('Answers before the proof is complete are held back to a multiple of this time, so that the clock tells nothing.'),
  settleMilliseconds: z
    .int()
    .min(0)
    .max(5000)
    .default(750)
    .describe(
      'The first answer of a journey is not released earlier than this after its start: time for the directories to be asked unseen.',
    ),
});

import { z } from 'zod';
import { CLIENT_KINDS, GOALS } from '../../../shared/api/journeys.ts';
import { USABLE_FACTOR_KINDS } from '../factors/kinds.ts';
import { isNetwork } from '../proof/networks.ts';

const kind = z.enum(USABLE_FACTOR_KINDS);

const conditionsSchema = z.strictObject({
  goals: z.array(z.enum(GOALS)).min(1).optional().describe('What is to be done.'),
  clients: z
    .array(z.enum(CLIENT_KINDS))
    .min(1)
    .optional()
    .describe('Kinds of client. A request says itself which client it is: what is easier for one is easier for everybody.'),
  networks: z
    .array(z.string().refine(isNetwork, 'A network in CIDR notation, such as 192.0.2.0/24 or 2001:db8::/32'))
    .min(1)
    .max(1000)
    .optional()
    .describe('Networks in which the recovery is begun.'),
  directories: z.array(z.string()).min(1).optional().describe('Directories that have the account, by their id.'),
  places: z
    .array(z.string().min(1))
    .min(1)
    .max(100)
    .optional()
    .describe('The account is at or below one of these DNs. With several directories, say in `directories` which one has them.'),
  groups: z
    .array(z.string().min(1))
    .min(1)
    .max(100)
    .optional()
    .describe('The account is a member of one of these groups (DN or common name, nested memberships count).'),
});

const ruleSchema = z.strictObject({
  name: z.string().min(1).max(60).describe('For operators: in reports and warnings.'),
  when: conditionsSchema
    .prefault({})
    .describe('Whom the rule applies to. All conditions that are given must be met; everybody, without any.'),
  accepted: z
    .array(z.array(kind).min(1))
    .default([])
    .describe('Combinations of proofs that are accepted. Every kind of one combination must be given.'),
  choice: z
    .strictObject({
      enforced: z.array(kind).default([]).describe('Kinds that must be given in any case.'),
      anyOf: z.array(kind).min(1).describe('Kinds of which the person chooses.'),
      count: z.int().min(1).describe('How many of them must be given besides.'),
    })
    .optional()
    .describe('A short form of many combinations, accepted besides those of `accepted`.'),
});

export const recoverySchema = z.strictObject({
  goals: z
    .array(z.enum(GOALS))
    .min(1)
    .default([...GOALS])
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

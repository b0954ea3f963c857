import { z } from 'zod';
import { CLIENT_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import { isNetwork } from '../proof/networks.ts';

/** Whom a rule of proof applies to. */
export const conditionsSchema = z.strictObject({
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

/** What is said of conditions. */
export const WHOM = 'Whom the rule applies to. All conditions that are given must be met; everybody, without any.';

/** The conditions as a rule has them. */
export const whenSchema = conditionsSchema.prefault({}).describe(WHOM);

/** A rule of proof: who proves themselves how, by kinds of these. */
export const proofRuleSchema = <Kinds extends readonly [FactorKind, ...FactorKind[]], When extends z.ZodType>(kinds: Kinds, when: When) =>
  z.strictObject({
    name: z.string().min(1).max(60).describe('For operators: in reports and warnings.'),
    when,
    accepted: z
      .array(z.array(z.enum(kinds)).min(1))
      .default([])
      .describe('Combinations of proofs that are accepted. Every kind of one combination must be given.'),
    choice: z
      .strictObject({
        enforced: z.array(z.enum(kinds)).default([]).describe('Kinds that must be given in any case.'),
        anyOf: z.array(z.enum(kinds)).min(1).describe('Kinds of which the person chooses.'),
        count: z.int().min(1).describe('How many of them must be given besides.'),
      })
      .optional()
      .describe('A short form of many combinations, accepted besides those of `accepted`.'),
  });

import { z } from 'zod';
import { OTHER_WAYS, PERMISSIONS, RESET_WAYS } from '../../../shared/permissions.ts';
import { conditionsSchema } from './proof-rule-section.ts';

const names = z.array(z.string().min(1)).min(1).max(100);

const { directories, places, groups } = conditionsSchema.shape;

const heldBySchema = z.strictObject({
  directories: directories.describe('Directories that have the accounts of those who hold the role, by their id.'),
  groups: names.optional().describe('Members of these groups (DN or common name, nested memberships count) hold it.'),
  accounts: names.optional().describe('Accounts with these sign-in names hold it. Whoever may rename an account can give it away.'),
  directManager: z
    .boolean()
    .default(false)
    .describe('Whoever the directory names as direct manager of a person holds it for that person, and for nobody else.'),
});

export const roleSchema = z.strictObject({
  name: z.string().min(1).max(60).describe('For operators: in explanations and in the audit log.'),
  may: z.array(z.enum(PERMISSIONS)).min(1).describe('What it allows: for other people, or at the installation (manage-, view-).'),
  heldBy: heldBySchema.describe('Who has it: any of these ways is enough.'),
  unverified: z
    .boolean()
    .optional()
    .describe(
      'Its holders may act for callers whom nobody has verified: each time with a reason and an alarm. Without it they need a receipt of the caller for each act.',
    ),
  otherWays: z
    .array(z.enum(OTHER_WAYS))
    .max(OTHER_WAYS.length)
    .optional()
    .describe(
      'How its holders may have callers verified, besides on their own devices: by codes that are read out (these can be relayed), by the answers to their questions, by their managers.',
    ),
  resetBy: z
    .array(z.enum(RESET_WAYS))
    .min(1)
    .max(RESET_WAYS.length)
    .optional()
    .describe(
      'How its holders have a password set in a case: `link`, by which the caller sets their own and which goes to a mailbox of theirs, when absent; `link-by-text`, the same by a text message; `told`, a temporary one that the agent is told; `sent-by-text`, one that goes to the caller by a text message. Of several roles all must allow a way, except `link`.',
    ),
  over: z
    .strictObject({ directories, places, groups })
    .optional()
    .describe(
      'For whom it may be used: all conditions that are given must be met. A role of direct managers can do without, and one about the installation has none.',
    ),
});

export const rolesSchema = z
  .array(roleSchema)
  .max(100)
  .default([])
  .describe('Who may do what for whom. Nobody may do anything for others without a role.');

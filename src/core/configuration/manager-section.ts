import { z } from 'zod';

/** Who may vouch for the people of a directory in the place of their managers. */
const deputiesSchema = z.strictObject({
  directory: z.string().describe('Whose people it is about, and which has the group: the id of a directory.'),
  group: z.string().min(1).describe('Its members may vouch (DN or common name, nested memberships count).'),
  mail: z.email().describe('Where they are told that somebody waits. The mail holds no secret.'),
});

/** Settings of the kind `manager`. */
export const managerFactorSchema = z.strictObject({
  requestMinutes: z.int().min(5).max(1440).default(60).describe('How long a person waits at most who has asked their manager.'),
  mailsPerHour: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe(
      'Requests of which one manager, or the deputies of a directory, hear by mail within an hour. Later ones are on their page when they sign in.',
    ),
  deputies: z
    .array(deputiesSchema)
    .max(50)
    .default([])
    .describe('Who may vouch as well, and where there is no manager who could be asked.'),
});
export type Deputies = z.infer<typeof deputiesSchema>;

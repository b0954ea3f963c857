import { z } from 'zod';

/** How people come to what proves them. */
export const enrolmentSchema = z.strictObject({
  invitations: z
    .strictObject({
      days: z.int().min(1).max(60).default(7).describe('How long an invitation is good for.'),
      coolDownHours: z
        .int()
        .min(0)
        .max(720)
        .default(0)
        .describe(
          'How long what an invited person sets up waits before it counts, in place of factors.coolDownHours: the mailbox that got the invitation has proven them besides the password.',
        ),
    })
    .prefault({})
    .describe('Invitations to set up what proves one: `keyturn enrolment invite`.'),
});

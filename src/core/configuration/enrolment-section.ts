import { z } from 'zod';
import { conditionsSchema } from './proof-rule-section.ts';

const { directories, places, groups } = conditionsSchema.shape;

const days = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);

const requiredSchema = z.strictObject({
  name: z.string().min(1).max(60).describe('For operators: in lists and warnings.'),
  when: z
    .strictObject({ directories, places, groups })
    .prefault({})
    .describe('Whom the rule applies to. All conditions that are given must be met; everybody, without any.'),
  ask: z
    .enum(['never', 'remind', 'force'])
    .default('remind')
    .describe(
      'What happens when somebody signs in who could not recover their account: nothing; they are reminded and may put it off; or the same until the deadline, and from then on the session does nothing but enrol until they could.',
    ),
  from: z.iso
    .date()
    .optional()
    .describe('First day on which they are asked, in organisation.timeZone, such as 2026-09-01. At once without it.'),
  deadline: z.iso.date().optional().describe('Last day on which it can be put off, in organisation.timeZone.'),
  days: days(1, 730)
    .optional()
    .describe(
      'So many days after somebody was first asked at a sign-in, and after `from`, it can be put off in any case: with `deadline`, whichever is later.',
    ),
  putOffDays: days(1, 90).default(1).describe('For how many days a reminder is put off.'),
  mails: z
    .strictObject({
      everyDays: days(1, 365).default(14).describe('Days between two mails.'),
      atMost: z.int().min(1).max(100).default(4).describe('So many mails in all; none after them.'),
    })
    .optional()
    .describe('Mails to those who could not recover their account, also to those who never sign in here. None without it.'),
});

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
  required: z
    .array(requiredSchema)
    .max(100)
    .default([])
    .describe(
      'Who is asked to add what proves them until they can give one of the combinations that `recovery` accepts of them. The first rule whose conditions are met counts, and no other; nobody is asked without one.',
    ),
});

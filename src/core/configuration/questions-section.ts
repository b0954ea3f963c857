import { z } from 'zod';

/** A question in the languages that it is offered in; people choose theirs in their own. */
export const questionSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'Lower-case letters, digits and dashes')
    .describe('Stable short name. What people have set up refers to it: do not give it to another question.'),
  en: z.string().min(5).max(200).optional().describe('The question in English.'),
  de: z.string().min(5).max(200).optional().describe('The question in German.'),
  retired: z
    .boolean()
    .default(false)
    .describe('Nobody can choose it any more. Who has set it up goes on being asked it, and its id stays taken.'),
});

export const questionsPoolSchema = z.array(questionSchema).max(200).default([]);

export const questionsFactorSchema = z.strictObject({
  pool: questionsPoolSchema.describe(
    'Questions of which people choose. Empty: nobody can set any up. Ask for what is not found on the web and not known to colleagues.',
  ),
  setUp: z.int().min(3).max(20).default(5).describe('How many a person sets up.'),
  asked: z
    .int()
    .min(2)
    .max(10)
    .default(3)
    .describe('How many of them are asked, all on one page. They stay the same until they were answered: who begins anew gets no others.'),
  minimumAnswerLength: z
    .int()
    .min(2)
    .max(30)
    .default(4)
    .describe('Characters of an answer at least, without spaces and punctuation at its ends.'),
  attempts: z.int().min(1).max(10).default(3).describe('Wrong tries after which the journey ends. Answers are judged all together.'),
});

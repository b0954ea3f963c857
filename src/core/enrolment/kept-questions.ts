import { z } from 'zod';
import { normaliseAnswer } from '../../../shared/question-answer.ts';
import type { FactorRow } from '../ports/store.ts';

/** One question that a person has set up: as it was worded when they answered it, and a slow salted hash of the answer. */
const keptSchema = z.strictObject({ id: z.string(), text: z.string(), language: z.string(), hash: z.string() });
export type KeptQuestion = z.infer<typeof keptSchema>;

/** What is kept of a person's questions, sealed with their row and bound to whom it belongs. */
const questionsSchema = z.strictObject({ questions: z.array(keptSchema).min(1) });

/** The questions of a row of the kind. */
export function questionsKept({ secret }: Pick<FactorRow, 'secret'>): KeptQuestion[] {
  return questionsSchema.parse(JSON.parse(secret)).questions;
}

/** The secret of a row. */
export function keepQuestions(questions: readonly KeptQuestion[]): string {
  return JSON.stringify({ questions });
}

/** What the hash is made of: the answer as it was meant, to this question and no other. */
export function hashedText(question: string, answer: string): string {
  return `${question}\n${normaliseAnswer(answer)}`;
}

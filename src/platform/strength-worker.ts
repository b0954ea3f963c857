import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english, translations } from '@zxcvbn-ts/language-en';
import type { StrengthLevel } from '../../shared/api/journeys.ts';

/** Runs in a thread of its own (see strength-thread.ts): it alone holds the dictionaries, and may calculate for long. */

/** An attacker who has stolen a slow hash: zxcvbn's "offline slow hashing" of 10,000 guesses a second. */
const GUESSES_PER_SECOND = 10_000;
const UPPER_SECONDS = [60, 86_400, 30 * 86_400, 365 * 86_400];
/** The estimate's work grows with the square of the length; beyond this every password is strong or a repetition. */
const LONGEST_JUDGED = 64;
/** Unless told, a hundred letters are tried as other signs, which takes seconds for passwords that are made for it. */
const SUBSTITUTIONS = 4;

export interface StrengthQuestion {
  password: string;
  known: readonly string[];
}

/** What comes back, after one `'ready'`. `milliseconds`: what the estimate took. */
export interface StrengthAnswer {
  level: StrengthLevel;
  milliseconds: number;
}

const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...common, ...english },
  graphs: adjacencyGraphs,
  translations,
  l33tMaxSubstitutions: SUBSTITUTIONS,
});

parentPort?.on('message', ({ password, known }: StrengthQuestion) => {
  const began = performance.now();
  // By code points: half a letter outside of the first plane would be another sign.
  const judged = Array.from(password).slice(0, LONGEST_JUDGED).join('');
  const { guesses } = zxcvbn.check(judged, [...known]);
  const place = UPPER_SECONDS.findIndex((upper) => guesses / GUESSES_PER_SECOND < upper);
  const level = (place === -1 ? UPPER_SECONDS.length : place) as StrengthLevel;
  parentPort?.postMessage({ level, milliseconds: performance.now() - began } satisfies StrengthAnswer);
});
parentPort?.postMessage('ready');

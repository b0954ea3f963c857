import { z } from 'zod';

/**
 * What somebody says in a line: not nothing, and no control characters, which stand for nothing here and for something in a terminal, a
 * file or a mail; nor those that turn the direction of what stands beside it (UAX #9 2).
 * @param longest characters
 */
export const oneLine = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+$/u);

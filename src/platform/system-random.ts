import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from '../core/ports/platform.ts';

/** The operating system's generator. */
export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  integer: (below) => randomInt(below),
};

import { createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { Keys, Work } from '../core/ports/platform.ts';

/**
 * Proof of work by ALTCHA's library (version 2 of its challenge). Making one costs a derivation on libuv's threads, checking one
 * an HMAC: the key that is looked for is signed when the challenge is made.
 */
export function createAltchaWork(keys: Keys): Work {
  const secrets = { hmacSignatureSecret: keys.digest('work', 'challenge'), hmacKeySignatureSecret: keys.digest('work', 'key') };
  return {
    async create({ iterations, counter }) {
      const { parameters, signature } = await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: iterations,
        counter,
        deriveKey,
        ...secrets,
      });
      return { parameters: { ...parameters }, signature: signature ?? '' };
    },
    async isDone(challenge, solution) {
      return (await verifySolution({ challenge, solution, deriveKey, ...secrets })).verified;
    },
  };
}

import { Secret, TOTP } from 'otpauth';
import type { AccountRef } from '../ports/directory.ts';
import { type Factor, type FactorDeps, plainCode } from './factor.ts';

const PERIOD = 30;
const DIGITS = 6;

/**
 * Authenticator app (RFC 6238: SHA-1, six digits, thirty seconds, which is what every app speaks). A time step that was
 * accepted once is never accepted again (5.2), across all nodes.
 */
export function createTotpFactor(deps: FactorDeps): Factor {
  const settings = () => deps.configuration().factors.totp;

  return {
    kind: 'totp',
    length: () => DIGITS,
    maximumAttempts: () => settings().attempts,
    lifetime: () => null,
    resendWait: () => null,
    open: () => ({ expected: '[]', messages: [] }),

    async check({ store, challengeId, answer, enrolled }) {
      const now = deps.clock.now();
      const code = plainCode(answer);
      const factors = enrolled.flatMap(({ candidate, factors: own }) => own.map((factor) => ({ factor, ref: candidate.ref })));
      if (factors.length === 0) matchingTimeStep(decoySeed(deps.keys.digest('decoy', challengeId)), code, now, settings().skewSteps);
      const proven: AccountRef[] = [];
      for (const { factor, ref } of factors) {
        const step = matchingTimeStep(Secret.fromBase32(factor.secret), code, now, settings().skewSteps);
        if (step !== null && (await store.factors.acceptTimeStep(factor.id, step, now))) proven.push(ref);
      }
      return { proven };
    },
  };
}

/** The code an authenticator shows at `now`, and until when: for enrolment pages and the demo. */
export function currentTotp(seedBase32: string, now: number): { code: string; expiresAt: number } {
  const code = totp(Secret.fromBase32(seedBase32)).generate({ timestamp: now });
  return { code, expiresAt: (Math.floor(now / (PERIOD * 1000)) + 1) * PERIOD * 1000 };
}

function totp(secret: Secret): TOTP {
  return new TOTP({ secret, algorithm: 'SHA1', digits: DIGITS, period: PERIOD });
}

/** The number of the time step whose code was given, or null. `validate` compares in constant time. */
function matchingTimeStep(secret: Secret, code: string, now: number, window: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totp(secret).validate({ token: code, timestamp: now, window });
  return delta === null ? null : Math.floor(now / (PERIOD * 1000)) + delta;
}

function decoySeed(digest: string): Secret {
  return new Secret({ buffer: Uint8Array.from(Buffer.from(digest, 'base64url')).slice(0, 20).buffer });
}

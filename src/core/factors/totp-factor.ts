import { timingSafeEqual } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { canBeCode, plainCode } from '../../../shared/plain-code.ts';
import type { Factor, FactorDeps, Proof } from './factor.ts';
import { FACTOR_TRAITS } from './kinds.ts';

const PERIOD = 30;
const DIGITS = 6;
/** How far a device's clock may have been learnt to be off, in steps: two minutes. Each success moves it by `skewSteps` at most. */
const FARTHEST_DRIFT = 4;
/** How far around a code is looked for, in steps: enough to say that a clock is off by up to three minutes. */
const LOOK_AROUND = 6;

/**
 * Authenticator app (RFC 6238: SHA-1, six digits, thirty seconds, which is what every app speaks). A time step that was
 * accepted once is never accepted again (5.2), across all nodes. How far a device's clock is off is learnt from the codes that are
 * accepted (6), so that a clock that drifts slowly goes on being understood; one that is farther off must be set.
 */
export function createTotpFactor(deps: FactorDeps): Factor<'code'> {
  const settings = () => deps.configuration().factors.totp;

  return {
    kind: 'totp',
    prompt: 'code',
    form: 'digits',
    shown: () => ({ length: DIGITS }),
    maximumAttempts: () => settings().attempts,
    canBe: (answer) => canBeCode(answer, DIGITS),
    lifetime: () => null,
    resendWait: () => null,
    ask: () => ({ expected: '[]', messages: [] }),

    judge({ challengeId, answer, enrolled }) {
      const now = deps.clock.now();
      const code = plainCode(answer);
      const factors = enrolled.flatMap(({ candidate, factors: own }) => own.map((factor) => ({ factor, ref: candidate.ref })));
      // Who has none is compared with a seed that nobody has: the same work as for one authenticator.
      const nobodys = decoySeed(deps.keys.digest('decoy', challengeId));
      // Stryker disable next-line all: only the time that it takes is wanted
      for (let missing = FACTOR_TRAITS.totp.usualNumber - factors.length; missing > 0; missing -= 1) nearestTimeStep(nobodys, code, now, 0);
      const proofs: Proof[] = [];
      let clockIsOff = false;
      for (const { factor, ref } of factors) {
        const found = nearestTimeStep(Secret.fromBase32(factor.secret), code, now, factor.driftSteps);
        if (found === null) continue;
        if (Math.abs(found.ahead - factor.driftSteps) > settings().skewSteps) {
          clockIsOff = true;
          continue;
        }
        const drift = Math.max(-FARTHEST_DRIFT, Math.min(FARTHEST_DRIFT, found.ahead));
        const { step } = found;
        const settle: Proof['settle'] = (store) => store.factors.acceptTimeStep(factor.id, step, drift, now);
        proofs.push({ account: ref, factor: factor.id, settle });
      }
      return Promise.resolve({ proofs, clockIsOff });
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

/**
 * The time step whose code was given, and how far it is ahead of ours; of several the one nearest to what is known of the
 * device's clock. null: none within reach. All steps within reach are compared, each in constant time.
 */
export function nearestTimeStep(secret: Secret, code: string, now: number, driftSteps: number): { step: number; ahead: number } | null {
  if (!/^\d{6}$/.test(code)) return null;
  const current = Math.floor(now / (PERIOD * 1000));
  const device = totp(secret);
  const given = Buffer.from(code);
  let nearest: { step: number; ahead: number } | null = null;
  for (let ahead = -LOOK_AROUND; ahead <= LOOK_AROUND; ahead += 1) {
    const step = current + ahead;
    const fits = timingSafeEqual(Buffer.from(device.generate({ timestamp: step * PERIOD * 1000 })), given);
    if (fits && (nearest === null || Math.abs(ahead - driftSteps) < Math.abs(nearest.ahead - driftSteps))) nearest = { step, ahead };
  }
  return nearest;
}

// Stryker disable all: only the time that comparing with it takes is wanted, whatever the seed is
function decoySeed(digest: string): Secret {
  return new Secret({ buffer: Uint8Array.from(Buffer.from(digest, 'base64url')).slice(0, 20).buffer });
}
// Stryker restore all

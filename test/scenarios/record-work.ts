import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const COUNTED = {
  createDecipheriv: 'opened',
  createCipheriv: 'sealed',
  createHmac: 'keyed digests',
  timingSafeEqual: 'comparisons',
} as const;

type Subtle = typeof globalThis.crypto.subtle;

/** What keeps a process busy and asks nobody else. */
export type Work = Record<(typeof COUNTED)[keyof typeof COUNTED] | 'signatures', number>;

const nothing = (): Work => ({ opened: 0, sealed: 0, 'keyed digests': 0, comparisons: 0, signatures: 0 });

/** Counts, from now on, each value that this process opens or seals, each keyed digest, comparison of digests, and signature that it checks. */
export function recordWork(): { readonly done: () => Work; reset(): void; stop(): void } {
  let done = nothing();
  const builtin = crypto as unknown as Record<string, (...given: unknown[]) => unknown>;
  const own = Object.keys(COUNTED).map((name) => [name, builtin[name]] as const);
  for (const [name, counted] of Object.entries(COUNTED)) {
    const plain = builtin[name];
    if (plain === undefined) throw new Error(`no ${name}`);
    builtin[name] = (...given) => {
      done[counted] += 1;
      return plain(...given);
    };
  }
  const subtle = Object.getPrototypeOf(globalThis.crypto.subtle) as Subtle;
  const { verify } = subtle;
  subtle.verify = function (this: Subtle, ...given: Parameters<Subtle['verify']>) {
    done.signatures += 1;
    return verify.apply(this, given);
  };
  syncBuiltinESMExports();
  return {
    done: () => ({ ...done }),
    reset() {
      done = nothing();
    },
    stop() {
      for (const [name, plain] of own) if (plain !== undefined) builtin[name] = plain;
      subtle.verify = verify;
      syncBuiltinESMExports();
    },
  };
}

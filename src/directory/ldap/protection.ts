import { missingNameText, type ProtectedBy, protectedByText } from '../../../shared/protected-by.ts';
import type { ConfiguredName } from '../../core/ports/directory-health.ts';

/** Whether an account is out of reach. */
export interface Protection {
  readonly protected: boolean;
  /** For operators and the audit. */
  readonly reason: string | null;
}

export const unprotected: Protection = { protected: false, reason: null };

export function protectedBecause(because: ProtectedBy): Protection {
  return { protected: true, reason: protectedByText(because) };
}

/** Where the configuration names what cannot be found: nobody can be told to be outside of it. */
export function protectedForMissing(name: ConfiguredName): Protection {
  return { protected: true, reason: missingNameText(name) };
}

/** Whether an account is out of reach. */
export interface Protection {
  readonly protected: boolean;
  /** For operators and the audit. */
  readonly reason: string | null;
}

export const unprotected: Protection = { protected: false, reason: null };

export function protectedBecause(reason: string): Protection {
  return { protected: true, reason };
}

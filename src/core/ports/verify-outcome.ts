/** Why a password did not sign somebody in, as far as the directory told. */
export type VerifyRefusal =
  | 'credentials.wrong'
  | 'credentials.locked'
  | 'credentials.disabled'
  | 'credentials.account-expired'
  | 'credentials.password-expired'
  | 'credentials.must-change'
  | 'credentials.not-allowed-now'
  | 'credentials.not-allowed-here';

/** What a directory said of a password. What it said of itself is thrown. */
export type VerifyOutcome =
  | { valid: true; warning: 'none' | 'expires-soon' | 'grace' | 'must-change' }
  /** `passwordWasRight` is true only where the directory's answer proves it (AD 532, 533, 773). */
  | { valid: false; reason: VerifyRefusal; passwordWasRight: boolean };

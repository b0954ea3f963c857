/**
 * The effective password policy of one account, as far as it can be judged before the directory is asked.
 * `null` means "no such limit".
 */
export interface PasswordPolicy {
  /** Another policy that may not be read may be in force, stricter or laxer: the rules are told, and the directory alone judges. */
  uncertain?: true;
  /** For people: "Default domain policy", name of the PSO or of the policy entry. null: which one is in force, or whether any is, is not told. */
  name: string | null;
  minimumLength: number;
  maximumLength: number | null;
  /** What the directory counts: AD and Samba UTF-16 units, OpenLDAP octets, 389 DS characters, embedded code points. */
  lengthUnit: 'utf16-units' | 'octets' | 'code-points';
  /**
   * `active-directory`: three of five categories as MS-SAMR 3.1.1.7.2 defines them;
   * `categories`: the counts in `categories` below (389 DS syntax checks); `none`.
   */
  complexity: 'none' | 'active-directory' | 'categories';
  /** AD refuses tokens of the display name and the account name (Windows does, Samba 4.17 does not). */
  nameTokensChecked: boolean;
  categories: PasswordCategories | null;
  /** Milliseconds; 0: may be changed at once. */
  minimumAge: number;
  /** Milliseconds; null: passwords do not expire. */
  maximumAge: number | null;
  historyLength: number;
  /** What a reset (not a change) does about the history. */
  historyOnReset: 'enforced' | 'two-step' | 'not-enforced';
  minimumAgeOnReset: 'enforced' | 'not-enforced';
  /** Failed attempts that lock the account; 0: never. */
  lockoutThreshold: number;
  /** Milliseconds; null: until unlocked. */
  lockoutDuration: number | null;
  /** Milliseconds after which a failed attempt counts no more; null: until a right password comes. */
  failuresForgottenAfter: number | null;
}

/** Minimum counts of 389 DS password syntax checking; 0: not required. */
export interface PasswordCategories {
  digits: number;
  letters: number;
  uppercase: number;
  lowercase: number;
  specials: number;
  eightBit: number;
  /** Longest run of one character that is allowed; 0: any. */
  maximumRepeats: number;
  /** How many of the five categories must be present; 0: any. */
  minimumCategories: number;
  /** Tokens of cn, sn, uid, mail ... of at least this length are refused; 0: not checked. */
  tokenLength: number;
}

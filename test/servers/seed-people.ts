/**
 * The people every test directory knows from the start. Tests that change an account create one of their own instead, so that
 * they can run side by side; these are for reading, for demonstrations and for rules that need a prepared account.
 */
export interface SeedPerson {
  readonly login: string;
  readonly givenName: string;
  readonly surname: string;
  readonly mail: string;
  readonly mobile?: string;
  /** A stricter policy applies: 16 characters, lockout after 3 failures. */
  readonly strictPolicy?: boolean;
  /** Nested member of a privileged group (Domain Admins in AD): must be refused by self-service. */
  readonly privileged?: boolean;
  readonly disabled?: boolean;
}

/** The first password of every seed person. */
export const seedPassword = 'Start-Passw0rd-2026';

export const seedPeople: readonly SeedPerson[] = [
  { login: 'alice', givenName: 'Alice', surname: 'Archer', mail: 'alice@example.test', mobile: '+15550100001' },
  { login: 'bruno', givenName: 'Bruno', surname: 'Baker', mail: 'bruno@example.test', mobile: '+15550100002' },
  { login: 'chloe', givenName: 'Chloé', surname: 'Dubois', mail: 'chloe@example.test' },
  { login: 'henrik', givenName: 'Henrik', surname: 'Møller', mail: 'henrik@example.test', mobile: '+15550100004' },
  { login: 'strict', givenName: 'Stella', surname: 'Stern', mail: 'strict@example.test', strictPolicy: true },
  { login: 'domina', givenName: 'Domina', surname: 'Root', mail: 'domina@example.test', privileged: true },
  /** For settings that protect a sign-in name; see Admins below for those that protect a group. */
  { login: 'kept', givenName: 'Karl', surname: 'Kept', mail: 'kept@example.test' },
  { login: 'disabled', givenName: 'Dirk', surname: 'Dormant', mail: 'disabled@example.test', disabled: true },
];

/** Groups and their members: logins, or `group:NAME` for a group within the group. */
export const seedGroups: Readonly<Record<string, readonly string[]>> = {
  Engineering: ['alice', 'bruno'],
  Staff: ['group:Engineering', 'chloe'],
  Helpdesk: ['henrik'],
  'Server Operations': ['domina'],
  Admins: ['domina'],
};

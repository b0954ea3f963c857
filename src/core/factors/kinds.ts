import type { FactorKind } from '../../../shared/api/journeys.ts';

/** What policy and checks need to know of a kind of proof. Nothing else in the product tells kinds apart by their names. */
export interface FactorTraits {
  /** What the proof hangs on: whoever has taken it over gives every proof of that channel. */
  readonly channel: 'mail' | 'phone' | 'device' | 'memory' | 'person';
  /** It cannot be given to a page that only looks like ours (NIST SP 800-63B-4 3.2.5). */
  readonly phishingResistant: boolean;
  /** Allowed only beside something better: codes over the telephone network (3.2.9, 3.1.3.3), and what others can find out. */
  readonly restricted: boolean;
  /** May be the first proof of a journey. What may not is asked only of who has proven something, and so needs no decoy. */
  readonly opens: boolean;
  /**
   * Can be guessed by somebody who has nothing: no message goes out first. Where a combination has another kind as well, that one
   * is asked for first, so that nobody guesses who has not shown a possession, and no outsider uses up an authenticator's tries.
   */
  readonly guessable: boolean;
  /**
   * Asked for before any other kind of its combination. Its guesses are judged by a server that counts them itself and would take them
   * elsewhere too; nothing is sent to anybody for a name alone.
   */
  readonly leads?: true;
  /**
   * It is another account's, and proves every account of the person but that one. Whether it may be asked for is known by the directory of
   * that account alone, which is not asked before somebody has proven something.
   */
  readonly ofAnotherAccount?: true;
  /** Somebody else gives it, who is signed in (`vouching/`): nothing is typed into the journey, which waits for them. */
  readonly byAnother?: true;
  /** Of several that somebody has each is good once: the one that was shown is gone. */
  readonly usedUp?: true;
  /**
   * So many somebody has of it, or fewer, where it may come first. So many are opened and compared with an answer whoever is asked, and
   * also where the name is nobody's: how long it takes says nothing of the name (decision 0126).
   */
  readonly usualNumber: number;
}

/** The traits of every kind that the protocol knows. */
export const FACTOR_TRAITS: Readonly<Record<FactorKind, FactorTraits>> = {
  // What somebody knows; the directory judges it, and no more of it than the account can bear (`accounts/try-password.ts`).
  password: { channel: 'memory', phishingResistant: false, restricted: false, opens: true, guessable: true, leads: true, usualNumber: 0 },
  email: { channel: 'mail', phishingResistant: false, restricted: false, opens: true, guessable: false, usualNumber: 2 },
  sms: { channel: 'phone', phishingResistant: false, restricted: true, opens: true, guessable: false, usualNumber: 1 },
  totp: { channel: 'device', phishingResistant: false, restricted: false, opens: true, guessable: true, usualNumber: 1 },
  passkey: { channel: 'device', phishingResistant: true, restricted: false, opens: true, guessable: false, usualNumber: 2 },
  questions: { channel: 'memory', phishingResistant: false, restricted: true, opens: false, guessable: true, usualNumber: 0 },
  // 120 random bits: NIST SP 800-63B-4 3.1.2 asks for a limit of failures only below 64.
  'recovery-code': {
    channel: 'device',
    phishingResistant: false,
    restricted: false,
    opens: true,
    guessable: false,
    usedUp: true,
    usualNumber: 10,
  },
  'linked-account': {
    channel: 'memory',
    phishingResistant: false,
    restricted: false,
    opens: false,
    guessable: true,
    ofAnotherAccount: true,
    usualNumber: 0,
  },
  // 80 random bits, for some hours.
  'temporary-pass': { channel: 'person', phishingResistant: false, restricted: false, opens: true, guessable: false, usualNumber: 1 },
  manager: {
    channel: 'person',
    phishingResistant: false,
    restricted: false,
    opens: false,
    guessable: false,
    byAnother: true,
    usualNumber: 0,
  },
};

/** Of all kinds together: what is opened when it is looked who somebody is. */
export const USUAL_NUMBER = Object.values(FACTOR_TRAITS).reduce((sum, { usualNumber }) => sum + usualNumber, 0);

/** The kinds that a person, or somebody for them, can enrol: the registry has a factor of each of them. */
export const USABLE_FACTOR_KINDS = [
  'email',
  'sms',
  'totp',
  'recovery-code',
  'temporary-pass',
  'passkey',
  'questions',
] as const satisfies readonly FactorKind[];
export type UsableFactorKind = (typeof USABLE_FACTOR_KINDS)[number];

/** The kinds that are asked for in a recovery, each by its factor. To sign in, one's own password is enough of what people know. */
export const ASKED_FACTOR_KINDS = [...USABLE_FACTOR_KINDS, 'linked-account'] as const satisfies readonly FactorKind[];

/** The kinds that count for a recovery: those, and what somebody else gives. */
export const RECOVERY_FACTOR_KINDS = [...ASKED_FACTOR_KINDS, 'manager'] as const satisfies readonly FactorKind[];

/** The kinds that people can sign in by. Every account has a password; the directory alone knows it. */
export const SIGN_IN_FACTOR_KINDS = ['password', ...USABLE_FACTOR_KINDS] as const;

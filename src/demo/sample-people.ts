/** The demo's people. Passwords are forgotten on purpose; the seeds of their authenticators are for this demo alone. */
export interface SamplePerson {
  login: string;
  givenName: string;
  surname: string;
  mail: string;
  language: 'en' | 'de';
  /** E.164, of a range that the Bundesnetzagentur keeps free for films and books. */
  mobile?: string;
  password: string;
  /** What is enrolled at the start: their mail address, their telephone, an authenticator. */
  enrolled: readonly ('email' | 'sms' | 'totp')[];
  /** Starts locked by wrong passwords. */
  locked: boolean;
  /** Member of an administrative group: self-service refuses the account. */
  protected: boolean;
  /** Sign-in name of who manages them. */
  manager?: string;
  /** Sign-in name of another account of theirs, in the demo's second directory; it has the same password. */
  cloudLogin?: string;
  /** What there is to try. */
  about: string;
}

export const PROTECTED_GROUP = 'Directory Admins';

export const SAMPLE_PEOPLE: readonly SamplePerson[] = [
  {
    login: 'alice',
    givenName: 'Alice',
    surname: 'Archer',
    mail: 'alice@example.test',
    language: 'en',
    mobile: '+491713920001',
    password: 'Forgotten-Passw0rd-1',
    manager: 'frida',
    enrolled: ['email', 'sms', 'totp'],
    locked: false,
    protected: false,
    about: 'Forgot her password. Enrolled with e-mail, a telephone and an authenticator.',
  },
  {
    login: 'bjoern',
    givenName: 'Björn',
    surname: 'Becker',
    mail: 'bjoern@example.test',
    language: 'de',
    mobile: '+491713920002',
    password: 'Forgotten-Passw0rd-2',
    enrolled: ['email', 'sms', 'totp'],
    locked: true,
    protected: false,
    about: 'Locked out after too many wrong passwords. Gets his mail in German.',
  },
  {
    login: 'carol',
    givenName: 'Carol',
    surname: 'Castillo',
    mail: 'carol@example.test',
    language: 'en',
    password: 'Known-Passw0rd-3',
    enrolled: [],
    locked: false,
    protected: false,
    about:
      'Has not enrolled anything yet: a recovery looks the same, and leads nowhere. Signs in with the password Known-Passw0rd-3 and sets something up.',
  },
  {
    login: 'dana',
    givenName: 'Dana',
    surname: 'Duarte',
    mail: 'dana@example.test',
    language: 'en',
    password: 'Forgotten-Passw0rd-4',
    enrolled: ['email', 'totp'],
    locked: false,
    protected: true,
    about: 'An administrator. Protected accounts cannot be recovered by themselves; she is told by mail.',
  },
  {
    login: 'erik',
    givenName: 'Erik',
    surname: 'Eriksen',
    mail: 'erik@example.test',
    language: 'en',
    password: 'Known-Passw0rd-5',
    enrolled: ['totp'],
    locked: false,
    protected: false,
    about:
      'Has an authenticator alone, which is not enough to recover. Signs in with the password Known-Passw0rd-5 and a code of it, and is asked to add what is missing.',
  },
  {
    login: 'frida',
    givenName: 'Frida',
    surname: 'Fischer',
    mail: 'frida@example.test',
    language: 'en',
    password: 'Known-Passw0rd-6',
    enrolled: ['email', 'totp'],
    locked: false,
    protected: false,
    about: 'Manages Alice. Signs in with the password Known-Passw0rd-6 and a code of her authenticator, and helps or vouches for her.',
  },
  {
    login: 'grace',
    givenName: 'Grace',
    surname: 'Greene',
    mail: 'grace@example.test',
    language: 'en',
    password: 'Known-Passw0rd-7',
    enrolled: ['email', 'totp'],
    locked: false,
    protected: false,
    about:
      'Works at the helpdesk. Signs in at /helpdesk with the password Known-Passw0rd-7 and a code, and helps who calls: play the caller at /call in a second window.',
  },
  {
    login: 'henry',
    givenName: 'Henry',
    surname: 'Hale',
    mail: 'henry@example.test',
    language: 'en',
    password: 'Known-Passw0rd-8',
    enrolled: ['email', 'totp'],
    locked: false,
    protected: false,
    about: 'Runs this installation. Signs in at /admin with the password Known-Passw0rd-8 and a code.',
  },
  {
    login: 'irene',
    givenName: 'Irene',
    surname: 'Ibsen',
    mail: 'irene@example.test',
    language: 'en',
    password: 'Known-Passw0rd-9',
    cloudLogin: 'irene.cloud',
    enrolled: ['email', 'totp'],
    locked: false,
    protected: false,
    about:
      'Has a second account, irene.cloud, that is linked. A recovery of irene resets both at once, or the password of one proves the other; signed in with the password Known-Passw0rd-9 she changes both.',
  },
];

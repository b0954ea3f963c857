/**
 * The demo's people. Passwords are forgotten on purpose; the seeds of their authenticators are for this demo alone. What there is to try with
 * each is told by the texts of the demo page (`about.` and the sign-in name).
 */
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
  },
];

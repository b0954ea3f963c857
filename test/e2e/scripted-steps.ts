import type { Step } from '../../shared/api/journeys.ts';

/** Steps as the server sends them, one or more for each kind. */
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

export const SITE = {
  signIn: false,
  organisation: 'Northwind Traders',
  supportContact: 'IT helpdesk, +44 20 7946 0000, helpdesk@northwind.example',
  timeZone: 'UTC',
  languages: ['en', 'de'],
  goalsByPasskey: [],
  openId: null,
  calls: false,
  goals: ['reset-password', 'unlock-account'] as ('reset-password' | 'unlock-account' | 'find-username')[],
  demo: false,
  branding: { logo: null, logoDark: null, links: [] },
};

const account = { id: 'a1', label: 'alice (Northwind)' };
const base = { canGoBack: false };

/** Work that has no end: no try takes less than a second, and no key begins with so many ones. */
const challenge = {
  algorithm: 'PBKDF2/SHA-256',
  nonce: '00'.repeat(16),
  salt: '11'.repeat(16),
  cost: 2_000_000,
  keyLength: 32,
  keyPrefix: 'ff'.repeat(32),
} as const;

export const STEPS = {
  'proof-of-work': { ...base, id: 's0', kind: 'proof-of-work', challenge, difficulty: 400 },
  'proof-of-work-again': {
    ...base,
    canGoBack: true,
    id: 's0',
    kind: 'proof-of-work',
    challenge,
    difficulty: 400,
    message: 'The calculation was not accepted. It is done once more.',
    messageTone: 'error',
  },
  'choose-factor': {
    ...base,
    id: 's1',
    kind: 'choose-factor',
    options: [
      { id: 'f1', kind: 'email', hint: 'a•••e@n•••d.example' },
      { id: 'f2', kind: 'totp', label: 'Authenticator app “Pixel 9”' },
    ],
    accepted: [['email', 'totp']],
    done: [],
  },
  'choose-factor-next': {
    ...base,
    id: 's3',
    kind: 'choose-factor',
    options: [{ id: 'f2', kind: 'totp' }],
    accepted: [['email', 'totp']],
    done: ['email'],
  },
  'code-email': {
    ...base,
    canGoBack: true,
    id: 's2',
    kind: 'code',
    factor: { id: 'f1', kind: 'email' },
    length: 8,
    sentAt: inMinutes(-1),
    resendAt: inMinutes(-0.5),
    expiresAt: inMinutes(10),
    attemptsLeft: 5,
  },
  'code-totp': {
    ...base,
    id: 's4',
    kind: 'code',
    factor: { id: 'f2', kind: 'totp' },
    length: 6,
    sentAt: null,
    resendAt: null,
    expiresAt: inMinutes(10),
    attemptsLeft: 1,
    message: 'This code is not right. Enter the code that your app shows now.',
    messageTone: 'error',
  },
  'linked-password': {
    ...base,
    canGoBack: true,
    id: 's4',
    kind: 'linked-password',
    factor: { id: 'f3', kind: 'linked-account' },
    accounts: [{ id: 'a2', label: 'alice.admin (Northwind Laboratories Directory)' }],
    expiresAt: inMinutes(10),
    attemptsLeft: 5,
  },
  'linked-password-several': {
    ...base,
    id: 's4',
    kind: 'linked-password',
    factor: { id: 'f3', kind: 'linked-account' },
    accounts: [
      { id: 'a2', label: 'alice.admin (Northwind Laboratories Directory)' },
      { id: 'a3', label: 'alice.lab' },
    ],
    expiresAt: inMinutes(10),
    attemptsLeft: 4,
    message: 'That did not count. The password is not right, must be changed first, or the account takes none at the moment.',
    messageTone: 'error',
  },
  'choose-accounts': {
    ...base,
    id: 's5',
    kind: 'choose-accounts',
    accounts: [
      { ...account, locked: true, selected: true },
      { id: 'a2', label: 'alice.admin (Northwind Laboratories Directory)', locked: false, selected: false },
    ],
  },
  'new-password': {
    ...base,
    id: 's6',
    kind: 'new-password',
    accounts: [{ ...account, login: 'alice' }],
    rules: [
      { code: 'password.too-short', params: { minimum: 12, unit: 'code-points' }, text: 'At least 12 characters', source: 'directory' },
      {
        code: 'password.not-complex',
        params: { required: 3, letters: 'unicode' },
        text: 'Three of: capital letters, small letters, digits, other characters',
        source: 'directory',
      },
      {
        code: 'password.contains-name',
        params: { tokens: 'alice\nadams', ignoreCase: 'unicode' },
        text: 'Not your name',
        source: 'directory',
      },
      { code: 'password.in-history', params: { length: 24 }, text: 'None of your last 24 passwords', source: 'server-only' },
    ],
    mayKeepPassword: true,
    changeableAt: null,
  },
  'new-password-rest': {
    ...base,
    id: 's6',
    kind: 'new-password',
    accounts: [{ id: 'a2', label: 'alice.admin (Northwind Laboratories Directory)', login: 'alice.admin' }],
    rules: [
      { code: 'password.too-short', params: { minimum: 12, unit: 'code-points' }, text: 'At least 12 characters', source: 'directory' },
    ],
    mayKeepPassword: false,
    changeableAt: null,
    message: 'Not all of your accounts are done. Try again for those that are left.',
    messageTone: 'error',
    mayFinish: true,
    results: [
      { account, outcome: 'password-reset', message: 'Your new password is set for alice (Northwind).' },
      {
        account: { id: 'a2', label: 'alice.admin (Northwind Laboratories Directory)' },
        outcome: 'failed',
        code: 'password.in-history',
        message: 'You have used that password before. Choose another one.',
      },
    ],
  },
  'confirm-unlock': { ...base, id: 's7', kind: 'confirm-unlock', accounts: [account, { id: 'a2', label: 'alice.admin' }] },
  'waiting-directory': { ...base, id: 's8', kind: 'waiting', for: 'directory', pollAfter: 30 },
  'waiting-manager': {
    ...base,
    id: 's8',
    kind: 'waiting',
    for: 'manager',
    digits: '42',
    pollAfter: 30,
    canGoBack: true,
    expiresAt: inMinutes(60),
  },
  done: {
    ...base,
    id: 's9',
    kind: 'done',
    results: [{ account, outcome: 'password-reset', message: 'The new password works now.' }],
    nextSteps: [
      'Sign in on your computer with the new password.',
      'Phones will ask for it too: update mail and Wi-Fi there, or they will lock the account again.',
    ],
  },
  'done-mixed': {
    ...base,
    id: 's9',
    kind: 'done',
    results: [
      { account, outcome: 'password-reset', message: 'The new password works now.' },
      { account: { id: 'a2', label: 'alice.admin' }, outcome: 'failed', code: 'password.in-history', message: 'It was used before.' },
      {
        account: { id: 'a3', label: 'alice.lab' },
        outcome: 'unknown',
        message: 'The directory did not answer. We keep looking and tell you.',
      },
    ],
  },
  'done-mailed': {
    ...base,
    id: 's9',
    kind: 'done',
    results: [
      { account: { id: '', label: '' }, outcome: 'mailed', message: 'If the address belongs to an account, a mail is on its way.' },
    ],
  },
  refused: {
    ...base,
    id: 's9',
    kind: 'refused',
    code: 'journey.refused',
    message: 'We could not confirm that it is you.',
    contact: 'IT helpdesk, +44 20 7946 0000, weekdays from 8 to 18',
  },
} as const satisfies Record<string, Step>;

export const DEMO_PEOPLE = [
  { account: 'alice', name: 'Alice Adams', authenticator: true },
  { account: 'bjoern', name: 'Björn Becker', authenticator: false },
];

export const DEMO_MESSAGES = [
  {
    id: 'm1',
    at: new Date(Date.now() - 60_000).toISOString(),
    channel: 'email' as const,
    to: 'alice@northwind.example',
    subject: 'Your code: 4821 7730',
    text: 'Hello Alice,\n\nyour code is 48217730. It works for 10 minutes.\n\nIf this was not you: http://127.0.0.1:8080/not-me#abcdefghijklmnopqrstuvwxyz0123456789.',
  },
];

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offeredGoals } from '../journey/what-counts.ts';
import { checkConfiguration } from './check-configuration.ts';
import type { CheckContext } from './check-context.ts';

const production: CheckContext = {
  demo: false,
  secretProblem: (reference) => (reference === 'env:ABSENT' ? 'the environment variable is not set' : null),
  authorityFileProblem: (path) => (path.startsWith('/absent') ? 'the file does not exist' : null),
  sectionProblems: () => [],
};
const demo: CheckContext = { ...production, demo: true };

function openldap(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'main',
    label: 'Main',
    kind: 'openldap',
    servers: [{ url: 'ldaps://ldap.example.com:636' }],
    baseDn: 'dc=example,dc=com',
    serviceAccount: { name: 'cn=keyturn,dc=example,dc=com', password: 'env:LDAP_PASSWORD' },
    ...changes,
  };
}

function documentWith(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: 1,
    organisation: { publicUrl: 'https://password.example.com' },
    directories: [openldap()],
    mail: { kind: 'smtp', from: 'Keyturn <keyturn@example.com>', servers: [{ host: 'mail.example.com' }] },
    ...changes,
  };
}

const rule = (changes: Record<string, unknown>) => ({ name: 'everybody', ...changes });

function found(document: unknown, context = production): string[] {
  return checkConfiguration(document, context).problems.map(({ severity, path, message }) => `${severity} ${path}: ${message}`);
}

describe('checkConfiguration', () => {
  it('accepts a small document and fills in the defaults', () => {
    const { problems, configuration } = checkConfiguration(documentWith(), production);
    expect(problems).toEqual([]);
    expect(configuration?.recovery.rules).toEqual([{ name: 'everybody', when: {}, accepted: [['email', 'totp']] }]);
    expect(configuration?.directories[0]?.protected.privileged).toBe(true);
  });

  it('lists problems of form and of meaning in every section at once', () => {
    const document = {
      version: 2,
      organisation: { publicUrl: 'http://password.example.com', nam: 'x' },
      directories: [
        openldap({ servers: [{ url: 'ldap://ldap.example.com' }], serviceAccount: { name: 'cn=x', password: 'hunter2' } }),
        openldap({ servers: [{ url: 'ldap://ldap.example.com' }], tls: { caFile: '/absent/ca.pem' } }),
        { kind: 'opnldap', id: 'other', label: 'Other' },
      ],
      recovery: { rules: [{ name: 'everybody', accepted: [['email'], ['password']] }], goals: [] },
      guard: { messagesPerAccount: { count: 9, countWithWork: 8 } },
      mail: { kind: 'capture' },
    };
    const lines = found(document);
    expect(lines).toEqual([
      'error version: This is a document of format 2, of a newer release; this one understands format 1. Install that release, or take the document of this one: keyturn config export',
      'error organisation.nam: There is no such setting here; did you mean name?',
      'error directories[0].serviceAccount.password: A secret is a reference: env:NAME or file:/absolute/path',
      'error directories[2].kind: Expected one of active-directory, openldap, 389ds, ldap, embedded',
      'error recovery.goals: At least 1 entries',
      'error recovery.rules[0].accepted[1][0]: Expected one of email, sms, totp, recovery-code, temporary-pass, passkey, questions, linked-account, manager',
      'error directories[1].id: Another directory has this id already; ids must differ',
      'error directories[1].servers[0].url: Passwords would cross the network in clear. Use ldaps://, or set tls.startTls to true',
      'error directories[1].tls.caFile: /absent/ca.pem: the file does not exist',
      'error guard.messagesPerAccount.countWithWork: Lower than count: work would buy less than nothing',
      'error mail.kind: Captured mail is shown to anyone on the demo page: use smtp outside of demo mode',
      'warning directories[1].label: Another directory has this label already; people cannot tell them apart',
    ]);
    expect(lines.join()).not.toContain('hunter2');
  });

  it.each([
    ['a document that is no object', 7, '(document): Expected an object'],
    ['no document', undefined, '(document): This is required'],
    ['nothing in it', {}, 'directories: This is required'],
  ])('refuses %s', (_name, document, line) => {
    expect(found(document)).toContain(`error ${line}`);
  });

  it('never accepts and never throws for any JSON that is not a configuration', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        const { configuration, problems } = checkConfiguration(document, production);
        expect(configuration).toBeNull();
        expect(problems.length).toBeGreaterThan(0);
      }),
    );
  });

  const cases: [string, Record<string, unknown>, string][] = [
    [
      'a range service in clear',
      { passwordRules: { breached: { source: 'range-service', url: 'http://ranges.example.com' } } },
      'error passwordRules.breached.url',
    ],
    [
      'a range service with a query',
      { passwordRules: { breached: { source: 'range-service', url: 'https://ranges.example.com/?mode=ntlm' } } },
      'error passwordRules.breached.url',
    ],
    [
      'passwords that have to be longer than they may be',
      { passwordRules: { minimumLength: 20, maximumLength: 10 } },
      'error passwordRules.maximumLength',
    ],
    ['a short longest password', { passwordRules: { maximumLength: 20 } }, 'warning passwordRules.maximumLength'],
    [
      'more kinds of characters than are named',
      { passwordRules: { characterSets: { required: 3, of: ['upper', 'digit', 'digit'] } } },
      'error passwordRules.characterSets.required',
    ],
    ['a passphrase mode that turns nothing off', { passwordRules: { passphraseLength: 20 } }, 'warning passwordRules.passphraseLength'],
    [
      'a pattern that only backtracking can match',
      { passwordRules: { denyList: { patterns: ['x', '(a)\\1'] } } },
      'error passwordRules.denyList.patterns[1]',
    ],
    [
      'patterns that are large together',
      { passwordRules: { denyList: { patterns: ['\\pL{800}x', '\\pL{900}', '\\pL{950}', '\\pL{970}', '\\pL{980}', '\\pL{990}'] } } },
      'error passwordRules.denyList.patterns',
    ],
    [
      'breached passwords that are let through',
      { passwordRules: { breached: { source: 'file', file: '/var/lib/keyturn/breached.filter', whenNotKnown: 'allow' } } },
      'warning passwordRules.breached.whenNotKnown',
    ],
    [
      'a file of breached passwords that is named from nowhere',
      { passwordRules: { breached: { source: 'file', file: 'breached.filter' } } },
      'error passwordRules.breached.file',
    ],
    [
      'the global catalogue',
      { directories: [openldap({ kind: 'active-directory', servers: [{ url: 'ldaps://dc1.example.com:3269' }] })] },
      'error directories[0].servers[0].url: Port 3269 is the global catalogue, which can be read in part and takes no changes: use port 636',
    ],
    [
      'StartTLS on ldaps',
      { directories: [openldap({ tls: { startTls: true } })] },
      'error directories[0].tls.startTls: No server has an ldap:// address',
    ],
    [
      'a secret that is not there',
      { directories: [openldap({ serviceAccount: { name: 'cn=x', password: 'env:ABSENT' } })] },
      'error directories[0].serviceAccount.password: env:ABSENT: the environment variable is not set',
    ],
    [
      'plain LDAP in a trial',
      { directories: [openldap({ servers: [{ url: 'ldap://h' }], tls: { verify: 'trial-without-verification' } })] },
      'warning directories[0].servers[0].url: Passwords would cross',
    ],
    [
      'a trial outside of the demo',
      { directories: [openldap({ tls: { verify: 'trial-without-verification' } })] },
      'warning directories[0].tls.verify: Any certificate',
    ],
    [
      'a base that is no DN',
      { directories: [openldap({ baseDn: 'example.com' })] },
      'error directories[0].baseDn: Expected a distinguished name',
    ],
    ['a bare LDAP filter', { directories: [openldap({ peopleFilter: 'uid=*' })] }, 'error directories[0].peopleFilter: An LDAP filter'],
    [
      'authorities given twice',
      { directories: [openldap({ tls: { ca: '-----BEGIN CERTIFICATE-----', caFile: '/ca' } })] },
      'error directories[0].tls.ca: Give either',
    ],
    [
      'unprotected administrators',
      { directories: [openldap({ protected: { privileged: false } })] },
      'warning directories[0].protected.privileged: Administrators',
    ],
    [
      'addresses of the directory where e-mail alone is enough',
      {
        directories: [openldap({ contacts: { email: { attributes: ['mail'], exceptDomains: ['example.com'] } } })],
        recovery: { rules: [{ name: 'everybody', accepted: [['email']] }] },
      },
      'warning directories[0].contacts.email.attributes: Whoever may write them takes over accounts',
    ],
    [
      'mailboxes that may open with the forgotten password',
      { directories: [openldap({ contacts: { email: { attributes: ['mail'], exceptDomains: ['other.example.com'] } } })] },
      'warning directories[0].contacts.email.exceptDomains: Addresses of example.com, the domain of mail.from, count',
    ],
    [
      'passwords that expire too early',
      { directories: [{ kind: 'embedded', id: 'e', label: 'E', policy: { minimumAgeHours: 24, maximumAgeDays: 1 } }] },
      'error directories[0].policy.minimumAgeHours: Passwords would expire',
    ],
    [
      'an http address',
      { organisation: { publicUrl: 'http://password.example.com' } },
      'error organisation.publicUrl: Passwords and codes would cross',
    ],
    [
      'an address with a path',
      { organisation: { publicUrl: 'https://example.com/keyturn' } },
      'error organisation.publicUrl: Keyturn is served at the root',
    ],
    [
      'an address with a query',
      { organisation: { publicUrl: 'https://example.com/?a=b' } },
      'error organisation.publicUrl: The address must not have a query',
    ],
    [
      'an address with a password',
      { organisation: { publicUrl: 'https://a:b@example.com' } },
      'error organisation.publicUrl: The address must not hold',
    ],
    [
      'e-mail alone',
      { recovery: { rules: [{ name: 'everybody', accepted: [['email']] }] } },
      'warning recovery.rules[0].accepted[0]: Very weak',
    ],
    [
      'less from one client than from others',
      {
        recovery: {
          rules: [
            { name: 'at Windows', when: { clients: ['windows-logon'] }, accepted: [['totp']] },
            { name: 'everybody', accepted: [['email', 'totp']] },
          ],
        },
      },
      'warning recovery.rules[0].when.clients: authenticator app is not accepted elsewhere, yet any program may say',
    ],
    [
      'an authenticator alone',
      { recovery: { rules: [{ name: 'everybody', accepted: [['totp']] }] } },
      'warning recovery.rules[0].accepted[0]: Weak',
    ],
    [
      'the same proof twice',
      { recovery: { rules: [{ name: 'everybody', accepted: [['email', 'email']] }] } },
      'error recovery.rules[0].accepted[0]: A kind is named twice',
    ],
    [
      'a combination that is never needed',
      { recovery: { rules: [{ name: 'everybody', accepted: [['totp'], ['email', 'totp']] }] } },
      'warning recovery.rules[0].accepted[1]: Never needed: authenticator app is accepted too',
    ],
    [
      'a combination that is there already',
      {
        recovery: {
          rules: [
            {
              name: 'everybody',
              accepted: [
                ['email', 'totp'],
                ['totp', 'email'],
              ],
            },
          ],
        },
      },
      'warning recovery.rules[0].accepted[1]: Never needed: code by e-mail + authenticator app is accepted too',
    ],
    [
      'a rule behind one that takes everybody',
      { recovery: { rules: [rule({ accepted: [['email', 'totp']] }), rule({ name: 'late', when: { goals: ['unlock-account'] } })] } },
      'warning recovery.rules[1]: Never applies: the rule "everybody" takes everybody',
    ],
    [
      'a rule behind one with wider conditions',
      {
        recovery: {
          rules: [
            rule({ name: 'wide', when: { networks: ['10.0.0.0/8'], clients: ['web', 'cli'] } }),
            rule({ name: 'narrow', when: { networks: ['10.1.0.0/16'], clients: ['web'] } }),
            rule({ accepted: [['email', 'totp']] }),
          ],
        },
      },
      'warning recovery.rules[1]: Never applies: the rule "wide" takes everybody',
    ],
    [
      'a rule for a goal that nobody may have',
      {
        recovery: {
          goals: ['reset-password'],
          rules: [rule({ name: 'x', when: { goals: ['unlock-account'] } }), rule({ accepted: [['email', 'totp']] })],
        },
      },
      'warning recovery.rules[0].when.goals: Never applies',
    ],
    [
      'people whom no rule takes',
      { recovery: { rules: [rule({ when: { networks: ['10.0.0.0/8'] }, accepted: [['email', 'totp']] })] } },
      'warning recovery.rules: There is no rule without conditions',
    ],
    [
      'a weak way to sign in',
      { signIn: { rules: [rule({ accepted: [['password']] })] } },
      'warning signIn.rules[0].accepted[0]: Very weak',
    ],
    [
      'people who may never sign in',
      { signIn: { rules: [rule({ when: { networks: ['10.0.0.0/8'] }, accepted: [['password', 'totp']] })] } },
      'warning signIn.rules: There is no rule without conditions: whoever meets those of none of them cannot sign in',
    ],
    [
      'a rule to sign in for a directory that is not there',
      { signIn: { rules: [rule({ name: 'x', when: { directories: ['none'] } }), rule({ accepted: [['password', 'totp']] })] } },
      'error signIn.rules[0].when.directories[0]: No directory',
    ],
    [
      'a code by text message to sign in, where none leave',
      { signIn: { rules: [rule({ accepted: [['password', 'sms']] })] } },
      'error signIn.rules[0]: Asks for a code by text message',
    ],
    [
      'a rule for a directory that is not there',
      { recovery: { rules: [rule({ name: 'x', when: { directories: ['none'] } }), rule({ accepted: [['email', 'totp']] })] } },
      'error recovery.rules[0].when.directories[0]: No directory',
    ],
    [
      'a group that one of several directories may not have',
      {
        directories: [openldap(), { kind: 'embedded', id: 'e', label: 'E' }],
        recovery: { rules: [rule({ name: 'x', when: { groups: ['Managers'] } }), rule({ accepted: [['email', 'totp']] })] },
      },
      'error recovery.rules[0].when.groups: There are several directories',
    ],
    [
      'a network that is none',
      { recovery: { rules: [rule({ when: { networks: ['10.0.0.0/40'] } })] } },
      'error recovery.rules[0].when.networks[0]: A network in CIDR notation',
    ],
    [
      'two rules of one name',
      { recovery: { rules: [rule({ when: { goals: ['reset-password'] } }), rule({ accepted: [['email', 'totp']] })] } },
      'error recovery.rules[1].name: Another rule has this name',
    ],
    [
      'a choice of which one is weak',
      { recovery: { rules: [rule({ choice: { anyOf: ['email', 'totp'], count: 1 } })] } },
      'warning recovery.rules[0].choice: code by e-mail: Very weak',
    ],
    [
      'a choice of more than there is',
      { recovery: { rules: [rule({ choice: { enforced: ['email'], anyOf: ['totp'], count: 2 } })] } },
      'error recovery.rules[0].choice.count: More than anyOf has',
    ],
    [
      'a choice of what is enforced',
      { recovery: { rules: [rule({ choice: { enforced: ['email'], anyOf: ['email', 'totp'], count: 1 } })] } },
      'error recovery.rules[0].choice: A kind is named twice',
    ],
    [
      'more failures than PCI DSS allows',
      { guard: { failuresPerAccount: { count: 11 } } },
      'warning guard.failuresPerAccount.count: PCI DSS',
    ],
    [
      'a share of one network that is the whole',
      { guard: { messagesPerAccount: { countWithWork: 121 } } },
      'warning guard.messagesPerAccount.countWithWork: Higher than that of messagesPerAccountOverall',
    ],
    [
      'a resend after the code is void',
      { factors: { email: { lifetimeSeconds: 60, resendWaitSeconds: 61 } } },
      'warning factors.email.resendWaitSeconds',
    ],
    [
      'a sender that is no address',
      { mail: { kind: 'smtp', from: 'Keyturn', servers: [{ host: 'h' }] } },
      'error mail.from: Expected an address',
    ],
    [
      'a mail password in clear',
      { mail: { kind: 'smtp', from: 'a@b', servers: [{ host: 'h', security: 'none', user: 'u', password: 'env:P' }] } },
      'error mail.servers[0].security: The password of the mail account',
    ],
    [
      'a mail user without a password',
      { mail: { kind: 'smtp', from: 'a@b', servers: [{ host: 'h', user: 'u' }] } },
      'error mail.servers[0].password: This is required together with user',
    ],
    [
      'StartTLS on port 465',
      { mail: { kind: 'smtp', from: 'a@b', servers: [{ host: 'h', port: 465 }] } },
      'warning mail.servers[0].security: Port 465',
    ],
  ];
  it.each(cases)('names %s', (_name, changes, line) => {
    const lines = found(documentWith(changes));
    expect(lines.filter((text) => text.startsWith(line))).toHaveLength(1);
    // A weak combination beside the one that is never needed, a trial beside its plain address: at most one more.
    expect(lines.length).toBeLessThanOrEqual(2);
  });

  it('names addresses of the directory also where e-mail alone is enough at the Windows sign-in screen', () => {
    const directory = { kind: 'embedded', id: 'e', label: 'E', contacts: { email: { attributes: ['mail'] } } };
    const recovery = { rules: [{ name: 'at Windows', when: { clients: ['windows-logon'] }, accepted: [['email']] }] };
    const line = expect.stringContaining('directories[0].contacts.email.attributes: Whoever may write them');
    expect(found(documentWith({ directories: [directory], recovery }))).toContainEqual(line);
    expect(found(documentWith({ directories: [directory] }))).not.toContainEqual(line);
  });

  it('are refused where numbers are to get texts and nothing sends any there, and warned of where a text alone is enough', () => {
    const directories = [openldap({ contacts: { sms: { attributes: ['mobile'], countries: ['DE', 'AT'] } } })];
    const sms = (countries: string[]) => ({
      kind: 'http',
      countries,
      gateways: [{ name: 'g', url: 'https://sms.example.com/', json: { to: '{{number}}', text: '{{text}}' } }],
    });
    expect(found(documentWith({ directories }))).toContainEqual(
      expect.stringContaining('error directories[0].contacts.sms: Nothing sends texts'),
    );
    expect(found(documentWith({ directories, sms: sms(['DE']) }))).toContainEqual(
      expect.stringContaining('error directories[0].contacts.sms.countries: No texts are sent there, see sms.countries: AT'),
    );
    const both = { directories, sms: sms(['DE', 'AT']) };
    expect(found(documentWith(both)).filter((line) => line.includes('contacts'))).toEqual([]);
    const recovery = { rules: [{ name: 'everybody', accepted: [['sms']] }] };
    expect(found(documentWith({ ...both, recovery }))).toContainEqual(
      expect.stringContaining('contacts.sms.attributes: Whoever may write them'),
    );
  });

  it('says nothing of mailboxes that were left out, or that no combination asks for', () => {
    const contacts = { email: { attributes: ['mail'], exceptDomains: ['Example.com'] } };
    expect(found(documentWith({ directories: [openldap({ contacts })] }))).toEqual([]);
    const without = { rules: [{ name: 'elsewhere', when: { clients: ['cli'] }, accepted: [['email', 'totp']] }] };
    expect(
      found(documentWith({ directories: [openldap({ contacts: { email: { attributes: ['mail'] } } })], recovery: without })),
    ).toContainEqual(expect.stringContaining('exceptDomains'));
    const app = { rules: [{ name: 'everybody', accepted: [['totp']] }] };
    expect(
      found(documentWith({ directories: [openldap({ contacts: { email: { attributes: ['mail'] } } })], recovery: app })),
    ).not.toContainEqual(expect.stringContaining('exceptDomains'));
  });

  it('lets the demo do what production must not', () => {
    const document = documentWith({ organisation: { publicUrl: 'http://127.0.0.1:8080' }, mail: { kind: 'capture' } });
    expect(found(document, demo)).toEqual([]);
    expect(found(document)).toHaveLength(2);
  });
});

describe('what directories cannot do or tell', () => {
  const plain = (changes: Record<string, unknown> = {}) => openldap({ id: 'plain', label: 'Plain', kind: 'ldap', ...changes });
  const notTold = plain({ disabledPeople: 'not-told' });

  it('has to be accepted in so many words', () => {
    expect(found(documentWith({ directories: [plain()] }))).toEqual([expect.stringMatching(/^error directories\[0\].disabledPeople: /)]);
    expect(found(documentWith({ directories: [notTold] }))).toEqual([]);
    const filtered = { disabledPeople: 'left-out-by-people-filter' };
    expect(found(documentWith({ directories: [plain(filtered)] }))).toEqual([expect.stringContaining('directories[0].disabledPeople')]);
    expect(found(documentWith({ directories: [plain({ ...filtered, peopleFilter: '(!(loginDisabled=TRUE))' })] }))).toEqual([]);
  });

  it('is refused as a goal when it is named, and left out when it is not', () => {
    const named = { goals: ['reset-password', 'unlock-account'] };
    const errors = [expect.stringMatching(/^error recovery.goals\[1\]: .*unlock/)];
    expect(found(documentWith({ directories: [notTold], recovery: named }))).toEqual(errors);
    const { configuration } = checkConfiguration(documentWith({ directories: [notTold] }), production);
    expect(configuration && offeredGoals(configuration, { client: 'web', address: null })).toEqual(['reset-password', 'find-username']);
  });

  it('is stated of locks, for people who are to sign in', () => {
    const signIn = { enabled: true };
    const ofLocks = (changes: Record<string, unknown>) =>
      found(documentWith({ signIn, directories: [plain({ disabledPeople: 'not-told', ...changes })] })).filter((each) =>
        each.includes('lockout'),
      );
    expect(ofLocks({})).toEqual([expect.stringMatching(/^warning directories\[0\].lockout: Its people cannot sign in/)]);
    expect(ofLocks({ lockout: { failures: 5, minutes: 30 } })).toEqual([]);
    // Of two there is no half that could be tried.
    expect(ofLocks({ lockout: { failures: 2, minutes: 30 } })).toEqual([expect.stringMatching(/^error directories\[0\].lockout.failures/)]);
  });

  it('is a warning beside directories that can', () => {
    expect(found(documentWith({ directories: [openldap(), notTold] }))).toEqual([
      expect.stringMatching(/^warning directories\[1\].kind: /),
    ]);
  });
});

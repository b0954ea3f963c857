import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offeredGoals } from '../journey/accepted-combinations.ts';
import { checkConfiguration } from './check-configuration.ts';
import type { CheckContext } from './check-context.ts';
import { configurationJsonSchema } from './configuration-json-schema.ts';
import type { ConfigurationDocument } from './document.ts';

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

function found(document: unknown, context = production): string[] {
  return checkConfiguration(document, context).problems.map(({ severity, path, message }) => `${severity} ${path}: ${message}`);
}

describe('checkConfiguration', () => {
  it('accepts a small document and fills in the defaults', () => {
    const { problems, configuration } = checkConfiguration(documentWith(), production);
    expect(problems).toEqual([]);
    expect(configuration?.recovery.accepted).toEqual([['email', 'totp']]);
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
      recovery: { accepted: [['email'], ['sms']], goals: [] },
      guard: { messagesPerAccount: { count: 9, countWithWork: 8 } },
      mail: { kind: 'capture' },
    };
    const lines = found(document);
    expect(lines).toEqual([
      'error version: Expected 1',
      'error organisation.nam: There is no such setting here; did you mean name?',
      'error directories[0].serviceAccount.password: A secret is a reference: env:NAME or file:/absolute/path',
      'error directories[2].kind: Expected one of active-directory, openldap, 389ds, ldap, embedded',
      'error recovery.goals: At least 1 entries',
      'error recovery.accepted[1][0]: Expected one of email, totp',
      'error directories[1].id: directories[0] has this id already; ids must differ',
      'error directories[1].servers[0].url: Passwords would cross the network in clear. Use ldaps://, or set tls.startTls to true',
      'error directories[1].tls.caFile: /absent/ca.pem: the file does not exist',
      'error guard.messagesPerAccount.countWithWork: Lower than count: work would buy less than nothing',
      'error mail.kind: Captured mail is shown to anyone on the demo page: use smtp outside of demo mode',
      'warning directories[1].label: directories[0] has this label already; people cannot tell them apart',
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
    ['StartTLS on ldaps', { directories: [openldap({ tls: { startTls: true } })] }, 'error directories[0].servers[0].url: StartTLS is for'],
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
      { directories: [openldap({ contacts: { email: { attributes: ['mail'] } } })], recovery: { accepted: [['email']] } },
      'warning directories[0].contacts.email.attributes: Whoever may write them takes over accounts',
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
    ['e-mail alone', { recovery: { accepted: [['email']] } }, 'warning recovery.accepted[0]: Very weak'],
    [
      'less from one client than from others',
      { recovery: { clients: { 'windows-logon': { accepted: [['totp']] } } } },
      'warning recovery.clients.windows-logon.accepted[0]: Not accepted elsewhere, yet any program may say',
    ],
    ['an authenticator alone', { recovery: { accepted: [['totp']] } }, 'warning recovery.accepted[0]: Weak'],
    ['the same proof twice', { recovery: { accepted: [['email', 'email']] } }, 'error recovery.accepted[0]: A kind is named twice'],
    [
      'a combination that is never needed',
      { recovery: { accepted: [['totp'], ['email', 'totp']] } },
      'warning recovery.accepted[1]: Never needed: recovery.accepted[0]',
    ],
    [
      'a combination that is there already',
      {
        recovery: {
          accepted: [
            ['email', 'totp'],
            ['totp', 'email'],
          ],
        },
      },
      'warning recovery.accepted[1]: Never needed: recovery.accepted[0]',
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
    const recovery = { clients: { 'windows-logon': { accepted: [['email']] } } };
    const line = expect.stringContaining('directories[0].contacts.email.attributes: Whoever may write them');
    expect(found(documentWith({ directories: [directory], recovery }))).toContainEqual(line);
    expect(found(documentWith({ directories: [directory] }))).not.toContainEqual(line);
  });

  it('lets the demo do what production must not', () => {
    const document = documentWith({ organisation: { publicUrl: 'http://127.0.0.1:8080' }, mail: { kind: 'capture' } });
    expect(found(document, demo)).toEqual([]);
    expect(found(document)).toHaveLength(2);
  });
});

describe('configurationJsonSchema', () => {
  it('describes what people write: only the sections without defaults are required', () => {
    const schema = configurationJsonSchema();
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.required).toEqual(['version', 'organisation', 'directories', 'mail'] satisfies (keyof ConfigurationDocument)[]);
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
    const client = { clients: { 'windows-logon': { goals: ['unlock-account'] } } };
    expect(found(documentWith({ directories: [notTold], recovery: client }))).toEqual([
      expect.stringContaining('error recovery.clients.windows-logon.goals[0]'),
    ]);
    const { configuration } = checkConfiguration(documentWith({ directories: [notTold] }), production);
    expect(configuration && offeredGoals(configuration, { kind: 'web' })).toEqual(['reset-password', 'find-username']);
  });

  it('is a warning beside directories that can', () => {
    expect(found(documentWith({ directories: [openldap(), notTold] }))).toEqual([
      expect.stringMatching(/^warning directories\[1\].kind: /),
    ]);
  });
});

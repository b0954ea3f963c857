import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { checkConfiguration } from '../core/configuration/check-configuration.ts';
import { directorySchema } from '../core/configuration/directory-section.ts';
import type { EmbeddedStore } from '../core/ports/embedded-store.ts';
import { createDirectory } from './create-directory.ts';
import type { DirectoryDeps } from './directory-deps.ts';
import { serverAddress } from './ldap/tls-options.ts';
import { sectionProblems } from './section-problems.ts';
import { createUnopenedDirectory } from './unopened-directory.ts';

const context = { demo: false, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems };
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const deps = {
  clock: { now: () => 0, monotonic: () => 0, sleep: async () => {} },
  log: quiet,
  accounts: {} as EmbeddedStore,
} as unknown as DirectoryDeps & {
  accounts: EmbeddedStore;
};

function problemsOf(changes: Record<string, unknown>): string[] {
  const section = {
    kind: 'openldap',
    id: 'main',
    label: 'Main',
    servers: [{ url: 'ldaps://ldap.example.com' }],
    baseDn: 'ou=people,dc=example,dc=com',
    serviceAccount: { name: 'cn=keyturn,dc=example,dc=com', password: 'env:SECRET' },
    ...changes,
  };
  const document = { version: 1, organisation: { publicUrl: 'https://a.example' }, directories: [section], mail: { kind: 'capture' } };
  const { problems } = checkConfiguration(document, context);
  return problems
    .filter(({ severity, path }) => severity === 'error' && path.startsWith('directories[0]'))
    .map(({ path, message }) => `${path}: ${message}`);
}

describe('a section that its adapter cannot open', () => {
  it.each<[string, Record<string, unknown>]>([
    ['peopleFilter', { peopleFilter: '(&(objectClass=person) (ou=x))' }],
    ['peopleFilter', { peopleFilter: '(!(a=b)' }],
    ['peopleFilter', { peopleFilter: '()' }],
    ['peopleFilter', { peopleFilter: '(a=\\c3\\28)' }],
    ['servers[0].url', { servers: [{ url: 'ldaps://host:99999' }] }],
    ['servers[0].url', { servers: [{ url: 'ldaps://host:0' }] }],
    ['servers[0].url', { servers: [{ url: 'ldaps://[:::]' }] }],
    ['baseDn', { baseDn: 'ou=people,,dc=example' }],
    ['groupBaseDn', { groupBaseDn: 'ou=groups,dc' }],
    ['serviceAccount.name', { serviceAccount: { name: 'cn="keyturn,dc=example', password: 'env:SECRET' } }],
    ['defaultPolicyDn', { defaultPolicyDn: 'cn=default,' }],
    ['protected.locations[0]', { protected: { locations: ['ou=a,b'] } }],
    ['tls.ca', { tls: { ca: '-----BEGIN CERTIFICATE-----\nxxxx\n-----END CERTIFICATE-----' } }],
  ])('is refused at %s: %j', (path, changes) => {
    expect(problemsOf(changes)).toEqual([expect.stringContaining(`directories[0].${path}: `)]);
  });

  it('is no other section', () => {
    expect(problemsOf({ peopleFilter: '(&(objectClass=person)(!(ou=x)))', baseDn: 'OU = people ; dc="example"' })).toEqual([]);
  });

  const text = (...examples: string[]) =>
    fc.oneof(fc.constantFrom(...examples), fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 6 }));
  const part: fc.Arbitrary<string> = fc.oneof(
    fc
      .tuple(
        text('uid', '2.5.4.3', 'cn;lang-de', ''),
        fc.constantFrom('=', '>=', '~=', ':=', ':dn:=', ''),
        text('*', 'a*b', '\\2a', '\\c3\\a9', '\\zz', ''),
      )
      .map((pieces) => `(${pieces.join('')})`),
    text('(objectClass=person)', '(!(a=b)', '(', '()', ' '),
  );
  const filter = fc
    .tuple(fc.constantFrom('', '(&', '(|', '(!', '('), fc.array(part, { maxLength: 3 }), fc.constantFrom('', ' '), fc.constantFrom('', ')'))
    .map(([open, parts, space, close]) => open + parts.join(space) + close);
  const anySection = fc.record(
    {
      kind: fc.constantFrom('openldap', 'ldap', '389ds', 'active-directory'),
      disabledPeople: fc.constant('not-told'),
      peopleFilter: filter,
      baseDn: text('ou=people,dc=a', 'dc=a', 'ou="a,b",dc=c', '2.5.4.11=x', ' ', 'ou='),
      groupBaseDn: text('ou=groups,dc=a'),
      servers: fc.array(
        fc.record({ url: text('ldaps://a', 'ldaps://a:70000', 'ldaps://[::1]:636', 'ldaps://[1', 'ldap://a', 'ldaps://..', 'ldaps://-') }),
        { minLength: 1, maxLength: 2 },
      ),
      identifiers: fc.array(text('uid', 'mail'), { maxLength: 2 }),
      protected: fc.record({
        locations: fc.array(text('ou=a'), { maxLength: 2 }),
        groups: fc.array(text('cn=a', 'Admins'), { maxLength: 2 }),
      }),
    },
    { requiredKeys: ['kind'] },
  );

  it('is refused or opens, whatever is written', () => {
    fc.assert(
      fc.property(anySection, ({ disabledPeople, ...changes }) => {
        const ldap = changes.kind === 'ldap' ? { disabledPeople } : {};
        if (problemsOf({ ...changes, ...ldap }).length > 0) return;
        const section = directorySchema.parse({
          id: 'main',
          label: 'Main',
          servers: [{ url: 'ldaps://a' }],
          baseDn: 'dc=a',
          serviceAccount: { name: 'cn=a', password: 'env:A' },
          ...changes,
          ...ldap,
        });
        expect(() => createDirectory(section, deps)).not.toThrow();
        if (section.kind !== 'embedded') for (const { url } of section.servers) expect(serverAddress(url).port).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});

it('a section that could not be opened fails for its own people, with the reason', async () => {
  const reason = new AppError('configuration.invalid', { setting: 'peopleFilter' });
  const directory = createUnopenedDirectory({ id: 'main', kind: 'ldap', label: 'Main' }, reason);
  await expect(directory.findAccounts('alice')).rejects.toBe(reason);
  await expect(directory.health()).rejects.toBe(reason);
  expect(directory.normaliseIdentifier('alice')).toBeNull();
  await directory.close();
});

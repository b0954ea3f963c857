import { describe, expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';
import { createReport } from './check-context.ts';
import { checkOpenIdKept } from './check-open-id.ts';

const context = {
  ...{ demo: true, authorityFileProblem: () => null, sectionProblems: () => [] },
  secretProblem: (reference: string) => (reference === 'env:ABSENT' ? 'the environment variable is not set' : null),
};
const openId = {
  ...{ issuer: 'https://login.example.com/realm', label: 'Company', clientId: 'keyturn', clientSecret: 'env:SECRET', directory: 'people' },
  proofs: [{ amr: ['pwd', 'otp'], kinds: ['password', 'totp'] }],
};
const check = (more: object, signIn: object = { enabled: true }) =>
  checkConfiguration(
    {
      ...{ version: 1, organisation: { name: 'Test', publicUrl: 'https://password.example.com' }, mail: { kind: 'capture' } },
      directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
      signIn: { ...signIn, openIdConnect: { ...openId, ...more } },
    },
    context,
  );
const problems = (more: object, signIn?: object) =>
  check(more, signIn).problems.map(({ severity, path, message }) => `${severity} ${path}: ${message}`);

describe('signing in at a provider, in the configuration', () => {
  it('is taken as it should be', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ issuer: 'http://127.0.0.1:4000' })).toEqual([]);
  });

  it.each([
    ['an issuer without TLS', { issuer: 'http://login.example.com' }, 'signIn.openIdConnect.issuer'],
    ['an issuer that only looks like this machine', { issuer: 'http://127.0.0.1.example.com' }, 'signIn.openIdConnect.issuer'],
    ['an issuer with a query', { issuer: 'https://login.example.com/?a=b' }, 'signIn.openIdConnect.issuer'],
    ['a secret that is written down', { clientSecret: 'hunter2' }, 'signIn.openIdConnect.clientSecret'],
    ['a secret that is not there', { clientSecret: 'env:ABSENT' }, 'signIn.openIdConnect.clientSecret'],
    ['another directory', { directory: 'elsewhere' }, 'signIn.openIdConnect.directory'],
    ['nothing that counts', { proofs: [] }, 'signIn.openIdConnect.proofs'],
    ['what counts whatever the provider says', { proofs: [{ kinds: ['passkey'] }] }, 'signIn.openIdConnect.proofs[0]'],
    ['a proof that is none of signing in', { proofs: [{ amr: ['x'], kinds: ['manager'] }] }, 'signIn.openIdConnect.proofs[0].kinds[0]'],
  ])('is refused with %s', (_what, more, path) => {
    expect(problems(more)).toEqual([expect.stringMatching(new RegExp(`^error ${path.replace(/[.[\]]/g, '\\$&')}: `))]);
  });

  it('says so where nobody may sign in at all', () => {
    expect(problems({}, { enabled: false })).toEqual([expect.stringMatching(/^warning signIn\.openIdConnect: Nobody/)]);
  });

  it('is changed and begun at the console alone; taking it away is no danger', () => {
    const of = (more?: object) => {
      const { configuration } = more === undefined ? checkWithout() : check(more);
      if (configuration === null) throw new Error('not in order');
      return configuration;
    };
    const checkWithout = () =>
      checkConfiguration(
        {
          ...{ version: 1, organisation: { name: 'Test', publicUrl: 'https://password.example.com' }, mail: { kind: 'capture' } },
          ...{ directories: [{ kind: 'embedded', id: 'people', label: 'People' }], signIn: { enabled: true } },
        },
        context,
      );
    const kept = (before: object | undefined, after: object | undefined) => {
      const { problems: found, report } = createReport();
      checkOpenIdKept(of(before), of(after), report);
      return found.map(({ severity }) => severity);
    };
    expect(kept({}, {})).toEqual([]);
    expect(kept(undefined, undefined)).toEqual([]);
    expect(kept({}, undefined)).toEqual([]);
    expect(kept(undefined, {})).toEqual(['error']);
    for (const more of [
      { issuer: 'https://evil.example.com' },
      { claim: 'email' },
      { directory: 'people', proofs: [{ amr: ['pwd'], kinds: ['passkey'] }] },
      { longestAgeMinutes: 1440 },
    ])
      expect(kept({}, more), JSON.stringify(more)).toEqual(['error']);
  });
});

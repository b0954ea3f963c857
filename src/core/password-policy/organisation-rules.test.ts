import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PasswordRulesSettings, passwordRulesSchema } from '../configuration/password-rules-section.ts';
import type { Account } from '../ports/directory.ts';
import { compileDenyList, denyListOf, patternProblem } from './deny-list.ts';
import { judgeNewPassword } from './judge-new-password.ts';
import { organisationRules } from './organisation-rules.ts';

const account: Account = {
  directory: 'main',
  id: '1',
  login: 'zoe.archer',
  principalName: null,
  displayName: 'Archer-Møller, Zoé',
  givenName: 'Zoé',
  surname: 'Archer-Møller',
  mail: [],
  contacts: { email: [], sms: [] },
  mobile: [],
  employeeNumber: null,
  location: '',
  privileged: false,
  language: null,
};

const settingsOf = (document: unknown): PasswordRulesSettings => passwordRulesSchema.parse(document);
async function judged(document: unknown, password: string) {
  const passwordRules = settingsOf(document);
  const deps = { breached: () => null, dictionary: () => null, configuration: () => ({ passwordRules }) } as unknown as Parameters<
    typeof judgeNewPassword
  >[0];
  return judgeNewPassword(deps, password, organisationRules(passwordRules, account));
}
const broken = async (document: unknown, password: string) =>
  (await judged(document, password)).verdicts.filter(({ ok }) => ok === false).map(({ code }) => code);

/** Every rule that needs no source of its own. */
const EVERYTHING = {
  minimumLength: 12,
  maximumLength: 64,
  characterSets: { required: 3 },
  firstCharacter: ['letter'],
  lastCharacter: ['letter', 'special'],
  passphraseLength: 20,
  maximumRepeats: 2,
  minimumDifferentCharacters: 6,
  sequences: {},
  names: {},
  denyList: { equals: ['Letmein'], startsWith: ['Contoso'], endsWith: ['2026'], contains: ['Größe'], patterns: ['(?i)summer[0-9]*'] },
};

describe('the rules of an organisation', () => {
  it('are none when none are configured', () => {
    expect(organisationRules(settingsOf({}), account)).toEqual([]);
  });

  it.each([
    ['Correct4Horse!x', []],
    ['Corr4!x', ['password.too-short']],
    [`Correct4 horse ${'battery '.repeat(7)}`, ['password.too-long']],
    ['correcthorseba', ['password.too-few-sets']],
    ['4Correct-Horse', ['password.first-character']],
    ['Correct-Horse4', ['password.last-character']],
    ['Correct4Hooorse!', ['password.too-many-repeats']],
    ['Aa1!Aa1!Aa1!', ['password.too-few-unique']],
    ['Correct4abcdHo!', ['password.sequence']],
    ['Correct4-4rch3r!', ['password.disguised-name']],
    ['Correct4-r3hcr4!', ['password.disguised-name']],
    ['Contoso4-Horse!', ['password.denied']],
    ['correct horse battery', []],
    ['4 correct horse battery 4', []],
    ['4 correct horse hooorse 4', ['password.too-many-repeats']],
    ['correct horse of archer', ['password.disguised-name']],
  ])('judge %j', async (password, codes) => {
    expect(await broken(EVERYTHING, password)).toEqual(codes);
    expect((await judged(EVERYTHING, password)).acceptable).toBe(codes.length === 0);
  });

  it('look for whole names alone where they say so', async () => {
    const names = { parts: 'whole', disguised: false };
    expect(await broken({ names }, 'x Zoe.Archer x')).toEqual(['password.contains-name']);
    expect(await broken({ names }, 'x archer x')).toEqual([]);
    expect(await broken({ names: { ...names, parts: 'tokens' } }, 'x archer x')).toEqual(['password.contains-name']);
    expect(await broken({ names: { minimumLength: 7 } }, 'x archer x')).toEqual([]);
  });

  it('leave out a display name that is not in the directory', () => {
    const nameless = { ...account, displayName: 'somebody', displayNameInferred: true } as const;
    const [rule] = organisationRules(settingsOf({ names: {} }), nameless);
    expect(rule?.params.tokens).not.toContain('somebody');
  });

  it('refuse no less with one more of them, but for passphrase mode', async () => {
    const keys = Object.keys(EVERYTHING).filter((key) => key !== 'passphraseLength') as (keyof typeof EVERYTHING)[];
    const pick = (chosen: readonly string[]) => Object.fromEntries(Object.entries(EVERYTHING).filter(([key]) => chosen.includes(key)));
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(keys),
        fc.constantFrom(...keys),
        fc.array(fc.constantFrom('archer', 'Abcd', '11', 'Summer', '!', 'é', '😀', 'letmein', ' x', '2026'), { maxLength: 6 }),
        async (some, more, parts) => {
          const password = parts.join('');
          const before = await broken(pick(some), password);
          const after = await broken(pick([...some, more]), password);
          expect(after).toEqual(expect.arrayContaining(before));
        },
      ),
    );
  });
});

describe('a dictionary that cannot be read', () => {
  it.each([
    ['refuse', false],
    ['allow', true],
  ])('with %s', async (whenNotKnown, acceptable) => {
    const told = await judged({ dictionary: { files: ['/nowhere'], whenNotKnown } }, 'anything');
    expect(told.acceptable).toBe(acceptable);
    expect(told.verdicts).toEqual([
      acceptable
        ? { code: 'password.dictionary', params: {}, ok: 'server-decides' }
        : { code: 'password.dictionary', params: { known: false }, ok: false },
    ]);
  });
});

describe('a deny list', () => {
  const list = compileDenyList(settingsOf(EVERYTHING).denyList as NonNullable<PasswordRulesSettings['denyList']>);

  it.each([
    'letmein',
    'LETMEIN',
    'Létmeïn',
    'contoso1',
    'CONTOSO',
    'x2026',
    'xgrößex',
    'XGROSSEX',
    'GRO\u0308SSE',
    'my summer',
    'Summer2025x',
  ])('denies %j', (password) => {
    expect(list.denies(password)).toBe(true);
  });

  it.each(['', 'letmein1', 'xcontoso', '2026x', 'gros', 'sum mer', '😀'])('takes %j', (password) => {
    expect(list.denies(password)).toBe(false);
  });

  it('takes everything when its words fold to nothing', () => {
    const marks = settingsOf({ denyList: { startsWith: ['\u0301'], contains: ['\u0301'], equals: ['\u0301'] } }).denyList;
    expect(compileDenyList(marks as NonNullable<typeof marks>).denies('anything')).toBe(false);
  });

  it('is compiled once for a configuration', () => {
    const { denyList } = settingsOf(EVERYTHING);
    expect(denyListOf(denyList as NonNullable<typeof denyList>)).toBe(denyListOf(denyList as NonNullable<typeof denyList>));
  });

  it('finds a pattern that backtracking engines never end on', () => {
    const hard = settingsOf({ denyList: { patterns: ['^(a+)+$', '^(a|aa)+$', '(.*)*x$'] } }).denyList;
    const compiled = compileDenyList(hard as NonNullable<typeof hard>);
    expect(compiled.denies(`${'a'.repeat(255)}!`)).toBe(false);
    expect(compiled.denies('a'.repeat(256))).toBe(true);
  });

  it.each(['(', '[', 'a{1001}', '(a{100}){100}', '(?=x)', '(a)\\1', '(?<!x)', '*'])('has no pattern %j', (pattern) => {
    expect(patternProblem(pattern)).not.toBeNull();
  });
});

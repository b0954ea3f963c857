import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../../test/manual-clock.ts';
import { factorRow, openTestStore, testKey } from '../../../test/store/fixture.ts';
import { createWebAuthn } from '../../identity/web-authn.ts';
import { createKeys } from '../../platform/derived-keys.ts';
import { systemRandom } from '../../platform/system-random.ts';
import { configurationSchema } from '../configuration/document.ts';
import { recoveryCodeDigest } from '../enrolment/recovery-codes.ts';
import { temporaryPassDigest } from '../enrolment/temporary-pass.ts';
import type { Keys } from '../ports/platform.ts';
import type { FactorRow } from '../ports/store.ts';
import type { EnrolledCandidate, FactorDeps } from './factor.ts';
import { createFactorRegistry } from './registry.ts';

const ALICE = { directory: 'people', id: 'a1' };
const CODES = ['ABCD0123EFGH4567JKMN89PQ', 'BBCD0123EFGH4567JKMN89PQ', 'CBCD0123EFGH4567JKMN89PQ', 'DBCD0123EFGH4567JKMN89PQ'];
const PASS = 'ABCD0123EFGH4567';
const HOUR = 3_600_000;
const keys = createKeys(randomBytes(32));
const configuration = configurationSchema.parse({
  version: 1,
  organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test', defaultLanguage: 'de' },
  directories: [{ id: 'people', kind: 'embedded', label: 'People' }],
  mail: { kind: 'capture' },
  factors: { recoveryCode: { attempts: 7 }, temporaryPass: { attempts: 4 } },
});

let store: Awaited<ReturnType<typeof openTestStore>>;
let clock: ManualClock;

beforeEach(async () => {
  store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
  clock = createManualClock();
});
afterEach(async () => {
  await store.close();
});

/** None of these factors asks a directory. */
const nothingAsked = {} as Pick<FactorDeps, 'store' | 'directories' | 'log' | 'slowHash'>;
const factorOf = (kind: 'recovery-code' | 'temporary-pass', ownKeys: Keys = keys) =>
  createFactorRegistry({
    ...nothingAsked,
    keys: ownKeys,
    clock,
    random: systemRandom,
    configuration: () => configuration,
    webAuthn: createWebAuthn(),
  })(kind);
const candidate = (factors: FactorRow[], ref = ALICE): EnrolledCandidate => ({
  candidate: { ref } as EnrolledCandidate['candidate'],
  factors,
});
async function insert(kind: 'recovery-code' | 'temporary-pass', secret: string): Promise<FactorRow> {
  const row = factorRow({
    directory: ALICE.directory,
    accountId: ALICE.id,
    kind,
    secret,
    seenAt: kind === 'temporary-pass' ? clock.now() : null,
  });
  await store.factors.insert(row);
  return row;
}
async function proves(kind: 'recovery-code' | 'temporary-pass', answer: string, enrolled: EnrolledCandidate[]): Promise<boolean[]> {
  const { proofs } = await factorOf(kind).judge({ challengeId: 'c1', expected: '[]', answer, enrolled });
  const settled: boolean[] = [];
  for (const { account, factor, settle } of proofs) {
    expect(account).toEqual(ALICE);
    expect(enrolled.flatMap(({ factors }) => factors.map(({ id }) => id))).toContain(factor);
    settled.push(await settle(store));
  }
  return settled;
}

describe.each([
  ['recovery-code', CODES[0] as string, 24, 7],
  ['temporary-pass', PASS, 16, 4],
] as const)('a %s', (kind, code, length, attempts) => {
  it('is asked for as letters of its length, sends nothing, and has the attempts that are configured', () => {
    const factor = factorOf(kind);
    expect([factor.kind, factor.prompt, factor.shown('c1'), factor.maximumAttempts()]).toEqual([kind, 'code', { length }, attempts]);
    expect([factor.lifetime(), factor.resendWait()]).toEqual([null, null]);
    expect('form' in factor && factor.form).toBe('letters');
    expect(factor.ask('c1', [])).toEqual({ expected: '[]', messages: [] });
    const form = [code, code.toLowerCase(), code.replace(/(.{4})/g, '$1-'), code.slice(1), `${code}A`, '12345678', ''];
    expect(form.map((text) => factor.canBe(text))).toEqual([true, true, true, false, false, false, false]);
  });

  it('proves nothing where nobody has one, and nothing by what is none', async () => {
    expect(await proves(kind, code, [])).toEqual([]);
    expect(await proves(kind, code, [candidate([])])).toEqual([]);
    expect(await proves(kind, 'nonsense', [candidate([])])).toEqual([]);
  });

  it('of nobody is compared with a digest all the same, which is nobody’s', async () => {
    const digests: string[] = [];
    const watching: Keys = {
      ...keys,
      digest(purpose, value) {
        digests.push(`${purpose} ${value}`);
        return keys.digest(purpose, value);
      },
    };
    const enrolled: EnrolledCandidate[] = [];
    await factorOf(kind, watching).judge({ challengeId: 'c1', expected: '[]', answer: code, enrolled });
    expect(digests).toEqual([`${kind} /c1|${code}`]);
    // Who has one costs one as well.
    const kept = kind === 'recovery-code' ? 'x' : JSON.stringify({ digest: 'x', endsAt: clock.now() + HOUR, once: true });
    digests.length = 0;
    enrolled.push(candidate([await insert(kind, kept), await insert(kind, kept)]));
    await factorOf(kind, watching).judge({ challengeId: 'c1', expected: '[]', answer: code, enrolled });
    expect(digests).toEqual([`${kind} people/a1|${code}`]);
  });
});

describe('a recovery code', () => {
  it('proves once, its own account alone, and tells the owner when three are left', async () => {
    const rows: FactorRow[] = [];
    for (const code of CODES) rows.push(await insert('recovery-code', recoveryCodeDigest(keys, ALICE, code)));
    // Something else that is theirs is none of what is left.
    await store.factors.insert(factorRow({ directory: ALICE.directory, accountId: ALICE.id, kind: 'totp' }));
    const all = [candidate(rows)];
    const told = async () => {
      const due = await store.outbox.take('notice', clock.now(), clock.now() + 1, 10);
      return due.map(({ payload }) => JSON.parse(payload) as { kind: string; count: number; language: string; account: object });
    };
    expect(await proves('recovery-code', `${CODES[1]?.toLowerCase()} `, all)).toEqual([true]);
    expect(await told()).toMatchObject([{ kind: 'recovery-codes-few', count: 3, language: 'de', account: ALICE }]);
    clock.advance(2);
    expect(await proves('recovery-code', CODES[1] ?? '', all), 'of two at once one is let on').toEqual([false]);
    expect(await proves('recovery-code', 'ZBCD0123EFGH4567JKMN89PQ', all)).toEqual([]);
    // The digest of one account is none of another's; those of a linked account are its own.
    const moved = rows.map((row) => ({ ...row, accountId: 'b2' }));
    expect(await proves('recovery-code', CODES[0] ?? '', [candidate(moved)])).toEqual([]);
    const linked = [candidate(rows, { directory: 'people', id: 'b2' })];
    const given = { challengeId: 'c1', expected: '[]', answer: CODES[0] ?? '', enrolled: linked };
    expect((await factorOf('recovery-code').judge(given)).proofs).toMatchObject([{ account: { id: 'b2' }, factor: rows[0]?.id }]);
    expect((await store.factors.ofAccount(ALICE)).length).toBe(4);
  });

  it('tells nobody of more than three', async () => {
    const rows: FactorRow[] = [];
    for (const code of [...CODES, 'EBCD0123EFGH4567JKMN89PQ'])
      rows.push(await insert('recovery-code', recoveryCodeDigest(keys, ALICE, code)));
    expect(await proves('recovery-code', CODES[0] ?? '', [candidate(rows)])).toEqual([true]);
    expect(await store.outbox.take('notice', clock.now(), clock.now() + 1, 10)).toEqual([]);
  });
});

describe('a temporary pass', () => {
  const pass = (once: boolean, endsAt: number) =>
    insert('temporary-pass', JSON.stringify({ digest: temporaryPassDigest(keys, ALICE, PASS), endsAt, once }));

  it('proves once, or until its end, and not from then on', async () => {
    const once = [candidate([await pass(true, clock.now() + HOUR)])];
    expect(await proves('temporary-pass', 'abcd-o123-efgh-4567', once)).toEqual([true]);
    expect(await proves('temporary-pass', PASS, once)).toEqual([false]);
    const often = [candidate([await pass(false, clock.now() + HOUR)])];
    for (let use = 0; use < 2; use += 1) expect(await proves('temporary-pass', PASS, often)).toEqual([true]);
    expect(await proves('temporary-pass', 'ZBCD0123EFGH4567', often)).toEqual([]);
    clock.advance(HOUR);
    expect(await proves('temporary-pass', PASS, often)).toEqual([]);
  });

  it('that ends between the judging and the use is not used', async () => {
    const row = await pass(false, clock.now() + HOUR);
    const { proofs } = await factorOf('temporary-pass').judge({
      challengeId: 'c',
      expected: '[]',
      answer: PASS,
      enrolled: [candidate([row])],
    });
    await store.factors.end(row.id, clock.now());
    expect(await proofs[0]?.settle(store)).toBe(false);
  });
});

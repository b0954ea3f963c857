import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { factorRow, openTestStore, testKey } from '../../../test/store/fixture.ts';
import { argon2Hash } from '../../platform/argon2-hash.ts';
import { createKeys } from '../../platform/derived-keys.ts';
import { configurationSchema } from '../configuration/document.ts';
import { hashedText, keepQuestions } from '../enrolment/kept-questions.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { EnrolledCandidate, FactorDeps, Question } from './factor.ts';
import { createQuestionsFactor } from './questions-factor.ts';

const OWN: AccountRef = { directory: 'people', id: 'own' };
const TWIN: AccountRef = { directory: 'cloud', id: 'twin' };
const keys = createKeys(randomBytes(32));
const clock = createManualClock();
const configuration = configurationSchema.parse({
  version: 1,
  organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
  directories: [{ id: 'people', kind: 'embedded', label: 'People' }],
  mail: { kind: 'capture' },
  factors: { questions: { asked: 2, attempts: 4 } },
});
/** How often an answer was compared: each time takes long. */
let compared = 0;
const slowHash: FactorDeps['slowHash'] = {
  ...argon2Hash,
  matches(hash, text) {
    compared += 1;
    return argon2Hash.matches(hash, text);
  },
};
const factor = createQuestionsFactor({ keys, clock, configuration: () => configuration, slowHash } as unknown as FactorDeps);

const IDS = ['pet', 'street', 'teacher', 'car'] as const;
const answerTo = (id: string) => `The ${id} it was`;
let store: Store;
let row: FactorRow;
beforeAll(async () => {
  store = await openTestStore('sqlite::memory:', testKey('questions-factor'));
  const kept = IDS.map(async (id) => ({
    id,
    text: `Which ${id}?`,
    language: 'en',
    hash: await argon2Hash.hash(hashedText(id, answerTo(id))),
  }));
  const secret = keepQuestions(await Promise.all(kept));
  row = factorRow({ directory: OWN.directory, accountId: OWN.id, kind: 'questions', secret });
  await store.factors.insert(row);
});
afterAll(() => store.close());

const has = (factors: FactorRow[], ref = OWN): EnrolledCandidate => ({ candidate: { ref } as EnrolledCandidate['candidate'], factors });
const ask = (enrolled: EnrolledCandidate[], challengeId = 'c1') => factor.ask(challengeId, enrolled) as Question;
const judge = (expected: string, answer: readonly string[], enrolled = [has([row])]) =>
  factor.judge({ challengeId: 'c1', expected, answer, enrolled });
const asked = ({ questions = [] }: Question) => questions.map(({ id }) => id);
const right = (question: Question) => asked(question).map(answerTo);

describe('questions', () => {
  it('are asked by their own step, send nothing, and have the attempts that are configured', () => {
    expect([factor.kind, factor.prompt, factor.form, factor.shown('c1')]).toEqual(['questions', 'questions', 'letters', {}]);
    expect([factor.maximumAttempts(), factor.lifetime(), factor.resendWait()]).toEqual([4, null, null]);
  });

  it('cannot be answered by nothing, nor by what says nothing', () => {
    const answers = [['a'], ['a', 'b'], [], [''], ['a', ''], [' .\u200b'], ['', '']];
    expect(answers.map((each) => factor.canBe(each))).toEqual([true, true, false, false, false, false, false]);
  });

  it('are put as they were worded, as many as are asked, with what an answer is compared with and no more', () => {
    const question = ask([has([row])]);
    expect(question.messages).toEqual([]);
    expect(question.questions).toHaveLength(2);
    for (const put of question.questions ?? [])
      expect(put).toEqual({ id: put.id, text: `Which ${put.id}?`, language: 'en', directory: 'people' });
    expect(JSON.parse(question.expected)).toEqual({
      factor: row.id,
      questions: asked(question).map((id) => ({ id, hash: expect.stringMatching(/^\$argon2id\$/) })),
    });
  });

  it('are the same ones until they were answered, and others for another set', () => {
    const first = ask([has([row])]);
    expect(ask([has([row])], 'c2')).toEqual(first);
    const orders = (changes: (nth: number) => Partial<FactorRow>) =>
      new Set(Array.from({ length: 40 }, (_, nth) => asked(ask([has([{ ...row, ...changes(nth) }])])).join(' ')));
    // Twelve orders of two of four are possible; nobody can choose among them by beginning anew.
    expect(orders((nth) => ({ lastUsedAt: nth + 1 })).size).toBeGreaterThan(6);
    expect(orders((nth) => ({ id: `row ${nth}` })).size).toBeGreaterThan(6);
    expect(ask([has([{ ...row, lastUsedAt: 0 }])])).toEqual(first);
  });

  it('are put in the order of their keyed ranks, the first of them', () => {
    // Several sets: another order of one of them is the same by chance once in twelve.
    for (const id of Array.from({ length: 10 }, (_, nth) => `row ${nth}`)) {
      const rank = (question: string) => keys.digest('questions-asked', `${id}|0|${question}`);
      const order = [...IDS].toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
      expect(asked(ask([has([{ ...row, id }])]))).toEqual(order.slice(0, 2));
    }
  });

  it('of two of one name are those of the first, and there are none of nobody', () => {
    const other = factorRow({ directory: 'cloud', accountId: 'twin', kind: 'questions', secret: row.secret });
    expect(JSON.parse(ask([has([row]), has([other], TWIN)]).expected)).toMatchObject({ factor: row.id });
    for (const nobody of [[], [has([])]]) {
      expect(ask(nobody)).toEqual({ expected: JSON.stringify({ factor: null, questions: [] }), messages: [], questions: [] });
    }
  });
});

describe('the answers', () => {
  it('prove when all of them are right, however they are written, and are taken while the set is there', async () => {
    const question = ask([has([row])]);
    const loud = right(question).map((answer) => ` ${answer.toUpperCase()}!`);
    const { proofs } = await judge(question.expected, loud);
    expect(proofs.map(({ account, factor: shown }) => [account, shown])).toEqual([[OWN, row.id]]);
    clock.advance(5);
    expect(await proofs[0]?.settle(store)).toBe(true);
    expect((await store.factors.ofAccount(OWN))[0]?.lastUsedAt).toBe(clock.now());
    expect(asked(ask([has(await store.factors.ofAccount(OWN))])).length).toBe(2);
  });

  it('prove every account that has the set, and none that has another one', async () => {
    const question = ask([has([row])]);
    const other = factorRow({ directory: 'cloud', accountId: 'x', kind: 'questions', secret: row.secret });
    const enrolled = [has([other, row], TWIN), has([other], { directory: 'cloud', id: 'x' }), has([row])];
    const { proofs } = await judge(question.expected, right(question), enrolled);
    expect(proofs.map(({ account }) => account)).toEqual([TWIN, OWN]);
  });

  it('prove nothing where one is wrong, or is that of another question, and each is compared in full', async () => {
    const question = ask([has([row])]);
    const [first = '', second = ''] = right(question);
    for (const answers of [
      ['no', second],
      [first, 'no'],
      ['no', 'no'],
      [second, first],
    ]) {
      compared = 0;
      expect(await judge(question.expected, answers), answers.join()).toEqual({ proofs: [] });
      expect(compared).toBe(2);
    }
  });

  it('prove nothing where there are fewer of them, or more', async () => {
    const question = ask([has([row])]);
    const answers = right(question);
    for (const given of [answers.slice(0, 1), [], [...answers, 'more']]) {
      compared = 0;
      expect(await judge(question.expected, given)).toEqual({ proofs: [] });
      expect(compared).toBe(2);
    }
  });

  it('prove nothing of nobody, nor of who has the set no more', async () => {
    const question = ask([has([row])]);
    expect(await judge(question.expected, right(question), [])).toEqual({ proofs: [] });
    expect(await judge(question.expected, right(question), [has([])])).toEqual({ proofs: [] });
    expect(await judge(ask([]).expected, [])).toEqual({ proofs: [] });
    // Questions without a set that they are of.
    const { questions } = JSON.parse(question.expected) as object & { questions: object[] };
    expect(await judge(JSON.stringify({ factor: null, questions }), right(question))).toEqual({ proofs: [] });
    expect(await judge(JSON.stringify({ factor: row.id, questions: [] }), [])).toEqual({ proofs: [] });
  });

  it('are not taken of a set that was ended meanwhile', async () => {
    const ended = { ...row, id: 'ended' };
    await store.factors.insert(ended);
    const question = ask([has([ended])]);
    const { proofs } = await judge(question.expected, right(question), [has([ended])]);
    await store.factors.end('ended', clock.now());
    expect(await proofs[0]?.settle(store)).toBe(false);
  });
});

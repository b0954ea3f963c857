import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OwnFactors } from '../../shared/api/own-factors.ts';
import type { QuestionUses } from '../../shared/api/question-use.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { prepareQuestions } from '../../src/core/enrolment/prepare-questions.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { codeIn, createMovableClock, type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

const question = (id: string) => ({ id, en: `What was the first ${id}?`, de: `Was war das erste (${id})?` });
const POOL = ['street', 'teacher', 'dish'].map(question);
const OF_SCHOOL = [question('desk')];
const EDITOR = newLogin('editor');

let keyturn: Keyturn;
let held: SessionClient;
let editor: Enrolled;
let pupil: Enrolled & { login: string };

beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection(), { ...embeddedSection('school'), questions: OF_SCHOOL }],
    clock: createMovableClock(),
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      recovery: {
        rules: [
          {
            name: 'everybody',
            accepted: [
              ['email', 'questions'],
              ['email', 'totp'],
            ],
          },
        ],
      },
      factors: { questions: { pool: POOL, setUp: 3, asked: 3 } },
      roles: [{ name: 'editors', may: ['manage-configuration'], heldBy: { directories: ['people'], accounts: [EDITOR] } }],
    },
  });
  await addPerson(keyturn, EDITOR);
  editor = await keyturn.enrol(EDITOR);
  held = await signIn(keyturn, EDITOR, editor);
  for (let count = 0; count < 2; count += 1) await withQuestions('people', ['street', 'teacher', 'dish'], 'en');
  pupil = await withQuestions('school', ['street', 'dish', 'desk'], 'de');
});
afterAll(() => keyturn?.close());

async function withQuestions(directory: string, ids: readonly string[], language: string): Promise<Enrolled & { login: string }> {
  const login = newLogin();
  await addPerson(keyturn, login, { directory });
  const person = await keyturn.enrol(login);
  const account = await keyturn.deps.directories.get(directory).readAccount(person.account);
  if (account === null) throw new Error('no account');
  const given = ids.map((id) => ({ question: id, answer: `The answer to ${id}` }));
  const { secret } = await prepareQuestions(keyturn.deps, account, given, language);
  await addFactor(keyturn.deps, keyturn.deps.store, { account: person.account, kind: 'questions', label: 'q', secret, source: 'self' });
  return { ...person, login };
}

async function apply(pool: object[]): Promise<void> {
  const { document = '{}', version = 0 } = (await keyturn.deps.store.configurations.current()) ?? {};
  const before = JSON.parse(document) as { factors: { questions: object } };
  await applyConfiguration(
    {
      ...{ store: keyturn.deps.store, clock: keyturn.clock },
      checkContext: { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] },
    },
    {
      document: { ...before, factors: { ...before.factors, questions: { ...before.factors.questions, pool } } },
      ...{ expectedVersion: version, actor: { kind: 'system' }, author: 'test', comment: 'test' },
    },
  );
  await keyturn.takeUpConfiguration();
}
const ask = async (method: 'GET' | 'POST' = 'GET') =>
  (await held.call(method, '/admin/question-use', method === 'POST' ? {} : undefined)).body as unknown as QuestionUses;
const uses = async (method?: 'GET' | 'POST') => {
  for (let told = await ask(method); ; told = await ask()) {
    if (told.looked === null) return told;
    await new Promise((resolve) => setImmediate(resolve));
  }
};

it('tells how many people have set up which question, and never what they answered', async () => {
  const told = await uses();
  expect(told.people).toBe(3);
  const row = (directory: string, id: string, people: number) => ({ directory, question: id, people, asWordedBefore: 0 });
  expect(told.uses.toSorted((one, other) => (one.directory + one.question < other.directory + other.question ? -1 : 1))).toEqual([
    ...[row('people', 'dish', 2), row('people', 'street', 2), row('people', 'teacher', 2)],
    ...[row('school', 'desk', 1), row('school', 'dish', 1), row('school', 'street', 1)],
  ]);
  expect(JSON.stringify(told)).not.toMatch(/answer|argon2/i);
});

it('counts once and says when, and anew when it is asked to or an hour has passed', async () => {
  const first = await uses();
  await withQuestions('people', ['street', 'teacher', 'dish'], 'en');
  const second = await uses();
  expect(second).toEqual(first);
  // What is worded anew meanwhile shows all the same.
  await apply([{ ...question('street'), en: 'Where did you live?' }, ...POOL.slice(1)]);
  const street = (told: QuestionUses) => told.uses.find((use) => use.directory === 'people' && use.question === 'street');
  expect(street(await uses())).toMatchObject({ people: 2, asWordedBefore: 2 });
  await apply(POOL);
  keyturn.clock.move(60_000);
  const anew = await uses('POST');
  expect(anew.people).toBe(first.people + 1);
  expect(Date.parse(anew.at ?? '')).toBeGreaterThan(Date.parse(first.at ?? ''));
  await withQuestions('people', ['street', 'teacher', 'dish'], 'en');
  keyturn.clock.move(60 * 60_000);
  held = await signIn(keyturn, EDITOR, editor);
  // The old numbers are told while they are counted anew.
  expect((await ask()).people).toBe(anew.people);
  expect((await uses()).people).toBe(anew.people + 1);
});

it('tells of those who answered a question as it was worded before, and asks them so after it was retired or removed', async () => {
  const [street, teacher, dish] = POOL;
  // Worded anew in English alone, retired, and removed.
  await apply([{ ...street, en: 'In which street did you live first?' }, { ...teacher, retired: true }, question('book'), question('pet')]);
  const told = await uses();
  const of = (directory: string, id: string) => told.uses.find((use) => use.directory === directory && use.question === id);
  expect(of('people', 'street')).toMatchObject({ people: 4, asWordedBefore: 4 });
  expect(of('school', 'street')).toMatchObject({ people: 1, asWordedBefore: 0 });
  expect(of('people', 'teacher')).toMatchObject({ people: 4, asWordedBefore: 0 });
  expect(of('people', 'dish')).toMatchObject({ people: 4, asWordedBefore: 4 });

  // Nobody chooses what is retired or gone.
  const someone = newLogin();
  await addPerson(keyturn, someone);
  const own = (await (await signIn(keyturn, someone, await keyturn.enrol(someone))).call('GET', '/me/factors'))
    .body as unknown as OwnFactors;
  expect(own.questions?.pool.map(({ id }) => id)).toEqual(['street', 'book', 'pet']);

  // Who has answered them is asked them: in English now where the words are the same, else as they were.
  const client = await startJourney(keyturn.url, pupil.login);
  await client.answer({ option: 'email' });
  await client.answer({ code: codeIn(await keyturn.waitForMessage(pupil.address)) });
  await client.answer({ option: 'questions' });
  const asked = client.at('questions').questions.map(({ id, text }) => [id, text]);
  expect(asked.toSorted()).toEqual([
    ['desk', 'What was the first desk?'],
    ['dish', dish?.de],
    ['street', 'In which street did you live first?'],
  ]);
  await client.answer({ answers: client.at('questions').questions.map(({ id }) => ({ question: id, answer: `the answer to ${id}` })) });
  client.at('new-password');
  await apply(POOL);
});

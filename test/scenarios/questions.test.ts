import { beforeAll, expect, it } from 'vitest';
import { accountKey } from '../../src/core/accounts/candidate.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { prepareQuestions } from '../../src/core/enrolment/prepare-questions.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { codeIn, createMovableClock, type Enrolled, holdsCode, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const NEW = 'Second-Passw0rd-ever';
const IDS = ['street', 'teacher', 'dish', 'book', 'pet'];
const ANSWERS: Readonly<Record<string, string>> = {
  street: 'Lindenallee 12',
  teacher: 'Frau Vogelsang',
  dish: 'Grünkohl',
  book: 'Die unendliche Geschichte',
  pet: 'Wellensittich',
};
const configuration = {
  recovery: { rules: [{ name: 'everybody', accepted: [['email' as const, 'questions' as const]] }] },
  factors: {
    questions: { attempts: 5, pool: IDS.map((id) => ({ id, en: `What was the first ${id}?`, de: `Was war das erste (${id})?` })) },
  },
  guard: {
    work: { iterations: 10, tries: 20 },
    startsPerAccount: { count: 100 },
    startsPerAccountOverall: { count: 100 },
    messagesPerAccount: { count: 50, countWithWork: 50 },
    messagesPerAccountOverall: { count: 50, countWithWork: 50 },
    failuresPerAccount: { count: 6, countWithWork: 6 },
  },
};

async function withQuestions(keyturn: Keyturn): Promise<Enrolled & { login: string; factor: string }> {
  const login = newLogin();
  await addPerson(keyturn, login);
  const person = await keyturn.enrol(login);
  const account = await keyturn.deps.directories.get(person.account.directory).readAccount(person.account);
  if (account === null) throw new Error('no account');
  const given = IDS.map((question) => ({ question, answer: ANSWERS[question] ?? '' }));
  const { secret } = await prepareQuestions(keyturn.deps, account, given, 'en');
  const row = { account: person.account, kind: 'questions' as const, label: 'questions', secret, source: 'self' };
  return { ...person, login, factor: (await addFactor(keyturn.deps, keyturn.deps.store, row)).id };
}

/** A journey of somebody who has the mailbox: it stands at the questions. Mail is delivered by any of the nodes. */
async function atQuestions(
  nodes: readonly Keyturn[],
  { login, address }: Enrolled & { login: string },
  locale = 'en',
): Promise<JourneyClient> {
  const [keyturn] = nodes;
  if (keyturn === undefined) throw new Error('no node');
  const mailed = () => keyturn.messages(address).filter(holdsCode).map(codeIn);
  const before = new Set(mailed());
  const client = await startJourney(keyturn.url, login, 'reset-password', locale);
  if (client.step.kind === 'choose-factor') await client.answer({ option: 'email' });
  await until(() => mailed().some((code) => !before.has(code)), 'a code');
  await client.answer({ code: mailed().find((code) => !before.has(code)) });
  if (client.step.kind === 'choose-factor') await client.answer({ option: 'questions' });
  client.at('questions');
  return client;
}
const answersTo = (client: JourneyClient, change: (answer: string, index: number) => string = (answer) => answer) =>
  client.at('questions').questions.map(({ id }, index) => ({ question: id, answer: change(ANSWERS[id] ?? '', index) }));
const failuresOf = async ({ deps }: Keyturn, { account, factor }: Enrolled & { factor: string }) =>
  (await deps.store.factors.ofAccount(account)).find(({ id }) => id === factor);

describeEachEngine('security questions on two nodes, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];
  const clock = createMovableClock();
  beforeAll(async () => {
    nodes = await engine.startTwo({ directories: [embeddedSection()], configuration, clock });
  });

  it('are put only after another proof, three of them and the same ones until they were answered', async () => {
    const person = await withQuestions(nodes[0]);
    const first = await atQuestions(nodes, person);
    const asked = first.at('questions').questions;
    expect(asked).toHaveLength(3);
    expect(asked.every(({ id, text, language }) => text === `What was the first ${id}?` && language === 'en')).toBe(true);
    const again = await atQuestions(nodes, person, 'de');
    expect(again.at('questions').questions.map(({ id }) => id)).toEqual(asked.map(({ id }) => id));
    expect(again.at('questions').questions[0]?.text).toContain('Was war das erste');
    // However they are typed.
    await again.answer({ answers: answersTo(again, (answer) => `  ${answer.toUpperCase().replaceAll(' ', ' - ')}! `) });
    await again.answer({ password: NEW });
    again.at('done');
    expect(await signsIn(nodes[0], person.login, NEW)).toBe(true);
    const row = await failuresOf(nodes[0], person);
    expect(row?.lastUsedAt).not.toBeNull();
  });

  it('count against a linked account while they are judged, and a right answer takes only itself back', async () => {
    const person = await withQuestions(nodes[0]);
    const { deps } = nodes[0];
    const login = newLogin();
    await addPerson(nodes[0], login);
    const [other] = await deps.directories.get(person.account.directory).findAccounts(login);
    if (other === undefined) throw new Error('no account');
    const ref = { directory: other.directory, id: other.id };
    const link = { person: login, ids: [`${login}.a`, `${login}.b`] as const, now: 0, by: 'test', countsFrom: 0 };
    expect(await deps.store.people.link(person.account, ref, link)).toBe(true);
    const failures = async () =>
      Promise.all([ref, person.account].map(async (each) => (await deps.guard.failuresOf(accountKey(each))).failures));
    const client = await atQuestions(nodes, { ...person, login });
    await client.answer({ answers: answersTo(client, () => 'wrong') });
    expect(await failures()).toEqual([1, 1]);
    await client.answer({ answers: answersTo(client) });
    client.at('choose-accounts');
    // Its own account has none any more; the other one keeps the wrong one alone.
    expect(await failures()).toEqual([0, 1]);
  });

  it('are judged together: what is told is the same whichever was wrong, and a right answer is no help', async () => {
    const person = await withQuestions(nodes[0]);
    const client = await atQuestions(nodes, person);
    const told: unknown[] = [];
    for (const wrong of [[0], [2], [0, 1, 2]]) {
      await client.answer({ answers: answersTo(client, (answer, index) => (wrong.includes(index) ? 'something else' : answer)) });
      const { message, messageTone, attemptsLeft, questions } = client.at('questions');
      told.push({ message, messageTone, questions });
      expect(attemptsLeft).toBe(5 - told.length);
    }
    expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(JSON.stringify(told[0])).toContain('we do not tell which');
    // The answers of one question are worth nothing to another.
    const ids = client.at('questions').questions.map(({ id }) => id);
    await client.answer({ answers: ids.map((question, index) => ({ question, answer: ANSWERS[ids[(index + 1) % ids.length] ?? ''] })) });
    expect(client.at('questions').attemptsLeft).toBe(1);
    await client.answer({ answers: answersTo(client, () => 'something else') });
    expect(client.at('refused').code).toBe('journey.too-many-attempts');
    const row = await failuresOf(nodes[0], person);
    expect(row?.failures).toBe(5);
  });

  it('what cannot be an answer costs no try, and what answers other questions is refused', async () => {
    const person = await withQuestions(nodes[0]);
    const client = await atQuestions(nodes, person);
    await client.answer({ answers: answersTo(client, (answer, index) => (index === 1 ? ' ?! ' : answer)) });
    expect(client.at('questions')).toMatchObject({ attemptsLeft: 5, message: expect.stringContaining('did not count') });
    const right = answersTo(client);
    const bad = [
      right.slice(1),
      [...right, right[0]],
      [right[0], right[0], right[1]],
      right.map((each) => ({ ...each, question: 'other' })),
    ];
    expect((await client.answer({ answers: [] })).status).toBe(400);
    for (const answers of bad) expect((await client.answer({ answers })).status).toBe(422);
    await client.answer({ answers: right });
    client.at('new-password');
  });

  it('guessed at once on both nodes are compared no more often than counted', async () => {
    const person = await withQuestions(nodes[0]);
    const client = await atQuestions(nodes, person);
    const { id } = client.step;
    const wrong = answersTo(client, () => 'wrong at once');
    const calls = Array.from({ length: 8 }, (_, index) => {
      const node = nodes[index % 2] as Keyturn;
      return fetch(`${node.url}/api/v1/journeys/current/steps/${id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${client.token}` },
        body: JSON.stringify({ answers: wrong }),
      });
    });
    await Promise.all(calls);
    await client.call('GET', '/journeys/current');
    // Of any number of answers to one step one has an effect.
    await until(async () => ((await failuresOf(nodes[0], person))?.failures ?? 0) > 0, 'a failure');
    expect((await failuresOf(nodes[0], person))?.failures).toBe(1);
  });

  it('guessed in many journeys are judged no more often than the account allows, also when the last answer is right', async () => {
    const person = await withQuestions(nodes[0]);
    const clients: JourneyClient[] = [];
    for (let index = 0; index < 3; index += 1) clients.push(await atQuestions(nodes, person));
    const wrong = (client: JourneyClient) => client.answer({ answers: answersTo(client, () => 'wrong again') });
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(clients.filter(({ step }) => step.kind === 'questions' && (step.attemptsLeft ?? 0) > 1).map(wrong));
    }
    const judged = (await failuresOf(nodes[0], person))?.failures ?? 0;
    expect(judged).toBeLessThanOrEqual(6);
    expect(judged).toBeGreaterThan(3);
    const [client] = clients;
    if (client?.step.kind !== 'questions') throw new Error('not at the questions');
    await client.answer({ answers: answersTo(client) });
    expect(client.step.kind).not.toBe('new-password');
  });

  it('ended while a journey waits for them prove nothing', async () => {
    const person = await withQuestions(nodes[0]);
    const client = await atQuestions(nodes, person);
    await nodes[1].deps.store.factors.end(person.factor, clock.now());
    await client.answer({ answers: answersTo(client) });
    expect(client.step.kind).toBe('questions');
  });

  it('stand nowhere in clear: neither answers nor their hashes', async () => {
    const person = await withQuestions(nodes[0]);
    const client = await atQuestions(nodes, person);
    await client.answer({ answers: answersTo(client) });
    const events = (await nodes[0].deps.store.audit.read(0, 100_000)).map(({ data }) => data).join('\n');
    const everything = nodes.flatMap(({ logLines }) => logLines).join('\n') + events;
    for (const answer of [...Object.values(ANSWERS), '$argon2']) expect(everything).not.toContain(answer);
  });
});

it('questions that were worded anew or taken out since are put as they were answered', async () => {
  const keyturn = await startKeyturn({ directories: [embeddedSection()], configuration });
  try {
    const person = await withQuestions(keyturn);
    const { pool } = keyturn.deps.configuration().factors.questions;
    const client = await atQuestions([keyturn], person, 'de');
    expect(client.at('questions').questions.every(({ language }) => language === 'de')).toBe(true);
    for (const [index, question] of pool.entries()) pool[index] = { ...question, en: `${question.en} And why?` };
    const { body } = await client.call('GET', '/journeys/current');
    if (body.step?.kind !== 'questions') throw new Error('no questions');
    expect(body.step.questions.map(({ text }) => text).sort()).toEqual(
      body.step.questions.map(({ id }) => `What was the first ${id}?`).sort(),
    );
    await client.answer({ answers: answersTo(client) });
    client.at('new-password');
  } finally {
    await keyturn.close();
  }
});

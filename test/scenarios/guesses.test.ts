import { beforeAll, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import type { Enrolled, Keyturn } from './start-keyturn.ts';

const LIMIT = 3;

/** However an outsider arranges them, no more guesses at an account are looked at than the guard allows. */
describeEachEngine('guesses at one account, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];
  let people = 0;

  beforeAll(async () => {
    const guard = {
      ...GENEROUS_LIMITS,
      failuresPerAccount: { count: LIMIT, countWithWork: LIMIT, windowSeconds: 60 },
      failuresPerAccountOverall: { windowSeconds: 60 },
    };
    nodes = await engine.startTwo({
      directories: [embeddedSection('people'), embeddedSection('others')],
      configuration: { guard },
    });
  });

  async function newPerson(): Promise<Enrolled & { login: string }> {
    people += 1;
    const login = `guessed${people}`;
    await addPerson(nodes[0], login);
    return { login, ...(await nodes[0].enrol(login)) };
  }
  async function manyAtTheCode(login: string, count: number): Promise<JourneyClient[]> {
    const clients = await Promise.all(Array.from({ length: count }, (_, index) => startJourney((nodes[index % 2] as Keyturn).url, login)));
    await Promise.all(clients.map((client) => client.answer({ option: 'email' })));
    for (const client of clients) client.at('code');
    return clients;
  }
  async function events(type: string, accountId: string): Promise<Record<string, unknown>[]> {
    const rows = await nodes[0].deps.store.audit.read(0, 100_000);
    return rows
      .filter((row) => row.type === type && row.data.includes(accountId))
      .map((row) => JSON.parse(row.data) as Record<string, unknown>);
  }

  it('are counted one by one though they come at the same moment in many journeys', async () => {
    const person = await newPerson();
    const clients = await manyAtTheCode(person.login, 12);
    const replies = await Promise.all(clients.map((client) => client.answer({ code: '00000000' })));
    expect(replies.map(({ status }) => status)).toEqual(clients.map(() => 200));
    const refused = await events('journey.proof-refused', person.account.id);
    expect(refused).toHaveLength(12);
    expect(refused.filter(({ judged }) => judged !== false)).toHaveLength(LIMIT);
    expect(await events('guard.attacked', person.account.id)).toHaveLength(1);
  });

  it('look the same when they are not judged any more, and are not counted then', async () => {
    const person = await newPerson();
    const clients = await manyAtTheCode(person.login, LIMIT + 2);
    for (const client of clients) {
      await client.answer({ code: '00000000' });
      expect(client.at('code')).toMatchObject({ attemptsLeft: 4, messageTone: 'error' });
    }
    expect(await events('guard.attacked', person.account.id)).toHaveLength(1);
    nodes[0].clock.move(61_000);
    const client = await startJourney(nodes[1].url, person.login);
    await prove(nodes[0], client, person);
    client.at('new-password');
  });

  it('at a name that two directories know are counted for both accounts, without a deadlock', async () => {
    people += 1;
    const login = `twice${people}`;
    for (const directory of ['people', 'others']) await addPerson(nodes[0], login, { directory, mail: `${directory}@work.example.test` });
    for (const directory of nodes[0].deps.directories.all()) {
      const [account] = await directory.findAccounts(login);
      if (account === undefined) throw new Error('not there');
      const factor = { account: { directory: account.directory, id: account.id }, label: 'own', source: 'test' };
      await addFactor(nodes[0].deps, nodes[0].deps.store, { ...factor, kind: 'email', secret: `${login}@${directory.id}.example.test` });
      await addFactor(nodes[0].deps, nodes[0].deps.store, { ...factor, kind: 'totp', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' });
    }
    const clients = await manyAtTheCode(login, 10);
    const replies = await Promise.all(clients.map((client) => client.answer({ code: '00000000' })));
    expect(replies.map(({ status }) => status)).toEqual(clients.map(() => 200));
  });

  it('at a mailed code are as few after the code ran out and another one was sent', async () => {
    const person = await newPerson();
    const client = await startJourney(nodes[0].url, person.login);
    await client.answer({ option: 'email' });
    await client.answer({ code: '00000000' });
    nodes[0].clock.move(601_000);
    await client.answer({ code: '00000000' });
    await client.answer({ resend: true });
    expect(client.at('code').attemptsLeft).toBe(4);
  });
});

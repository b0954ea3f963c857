import { beforeAll, expect, it } from 'vitest';
import { verifyChain } from '../../src/core/audit/chain.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, until } from './start-keyturn.ts';

/** Two nodes on one database, hit at the same moment: of any number of answers to one step exactly one has an effect. */
describeEachEngine('two nodes on one %s database', (engine) => {
  let nodes: [Keyturn, Keyturn];
  let people = 0;

  beforeAll(async () => {
    const guard = {
      startsPerAddress: { count: 10_000 },
      startsPerNetwork: { count: 10_000 },
      answersPerJourney: { count: 10_000 },
      strayRequestsPerAddress: { count: 10_000 },
    };
    nodes = await engine.startTwo({ directories: [embeddedSection()], configuration: { guard } });
  });

  async function newPerson(): Promise<Enrolled & { login: string }> {
    people += 1;
    await addPerson(nodes[0], `racer${people}`);
    return { login: `racer${people}`, ...(await nodes[0].enrol(`racer${people}`)) };
  }
  const mailedCode = async (address: string): Promise<string> => codeIn(await nodes[0].waitForMessage(address));
  const post = (node: Keyturn, token: string, stepId: string, body: unknown) =>
    request(node.url, 'POST', `/journeys/current/steps/${stepId}`, body, { authorization: `Bearer ${token}` });

  it('let a right code count once', async () => {
    const person = await newPerson();
    const client = await startJourney(nodes[0].url, person.login);
    await client.answer({ option: 'email' });
    const code = await mailedCode(person.address);
    const { id } = client.step;
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, index) => post(nodes[index % 2] as Keyturn, client.token, id, { code })),
    );
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    expect(replies.filter((reply) => reply.status === 409)).toHaveLength(11);
  });

  it('never allow more guesses than there are attempts', async () => {
    const person = await newPerson();
    const client = await startJourney(nodes[0].url, person.login);
    await client.answer({ option: 'email' });
    const code = await mailedCode(person.address);
    let answered = 0;
    for (let round = 0; round < 8; round += 1) {
      const current = await client.call('GET', '/journeys/current');
      const id = current.body.step?.id ?? '';
      if (current.body.step?.kind !== 'code') break;
      const wrong = (index: number) => String((Number(code) + 1 + round * 10 + index) % 100_000_000).padStart(8, '0');
      const replies = await Promise.all(
        Array.from({ length: 10 }, (_, index) => post(nodes[index % 2] as Keyturn, client.token, id, { code: wrong(index) })),
      );
      answered += replies.filter((reply) => reply.status === 200).length;
    }
    expect(answered).toBe(5);
    expect((await client.call('GET', '/journeys/current')).body.step?.kind).toBe('refused');
  });

  it('accept one authenticator code in one journey', async () => {
    const person = await newPerson();
    const clients = await Promise.all([startJourney(nodes[0].url, person.login), startJourney(nodes[1].url, person.login)]);
    const mails = () => nodes[0].messages(person.address).filter(({ text }) => /^\d{8}$/m.test(text));
    for (const [index, client] of clients.entries()) {
      await client.answer({ option: 'email' });
      await until(() => mails().length > index, 'a code');
      const codes = mails().map(codeIn);
      for (const code of codes) if (client.at('code').factor.kind === 'email') await client.answer({ code });
      expect(client.at('code').factor.kind).toBe('totp');
    }
    const code = person.totp();
    await Promise.all(clients.map((client) => client.answer({ code })));
    const accepted = clients.filter((client) => client.step.kind !== 'code');
    expect(accepted).toHaveLength(1);
  });

  it('write a new password once for a double click', async () => {
    const person = await newPerson();
    const client = await startJourney(nodes[0].url, person.login);
    await prove(nodes[0], client, person);
    const { id } = client.at('new-password');
    const passwords = Array.from({ length: 6 }, (_, index) => `a brand new pass phrase ${index}`);
    const replies = await Promise.all(
      passwords.map((password, index) => post(nodes[index % 2] as Keyturn, client.token, id, { password })),
    );
    const winners = replies.flatMap((reply, index) => (reply.status === 200 && reply.body.step?.kind === 'done' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(await signsIn(nodes[0], person.login, passwords[winners[0] ?? 0] ?? '')).toBe(true);
    const rows = await nodes[0].deps.store.audit.read(0, 10_000);
    const intents = rows.filter((row) => row.type === 'write.intended' && row.data.includes(person.account.id));
    expect(intents).toHaveLength(1);
    expect(await verifyChain(rows)).toMatchObject({ ok: true });
  });

  it('let one of two recoveries of an account write that were both proven, each on its node', async () => {
    for (let round = 0; round < 4; round += 1) {
      const person = await newPerson();
      const clients = [];
      for (const node of nodes) {
        // A code of an authenticator counts once.
        node.clock.move(60_000);
        const client = await startJourney(node.url, person.login);
        await prove(node, client, person);
        client.at('new-password');
        clients.push(client);
      }
      const passwords = clients.map((_, index) => `a brand new pass phrase ${round} ${index}`);
      const replies = await Promise.all(clients.map((client, index) => client.answer({ password: passwords[index] })));
      const done = clients.flatMap((client, index) => (client.step.kind === 'done' ? [index] : []));
      expect(done, JSON.stringify(replies.map(({ status, body }) => [status, body.code, body.step?.kind]))).toHaveLength(1);
      expect(await signsIn(nodes[0], person.login, passwords[done[0] ?? 0] ?? '')).toBe(true);
      const rows = await nodes[0].deps.store.audit.read(0, 10_000);
      const written = rows.filter((row) => row.type === 'write.succeeded' && row.data.includes(person.account.id));
      expect(written).toHaveLength(1);
      // The other one has ended, whatever it is answered.
      const loser = clients[1 - (done[0] ?? 0)];
      await loser?.answer({ password: 'yet another pass phrase' });
      expect(await signsIn(nodes[0], person.login, passwords[done[0] ?? 0] ?? '')).toBe(true);
      expect(await nodes[0].deps.store.intents.openCount()).toBe(0);
    }
  });
});

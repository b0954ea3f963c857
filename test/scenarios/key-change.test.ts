import { afterEach, beforeEach, expect, it } from 'vitest';
import { accountKey } from '../../src/core/accounts/candidate.ts';
import { newPassword } from '../conformance/samples.ts';
import { testKey } from '../store/fixture.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { type JourneyClient, prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { codeIn, createMovableClock, type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

/** What people have in their hands (a page, a code, a link) and what the guard remembers outlive a change of the keys. */
describeEachEngine('a change of the keys on %s', (engine) => {
  let url: string;
  const nodes: Keyturn[] = [];
  const clock = createMovableClock();

  beforeEach(async () => {
    url = await engine.createDatabase();
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
  });
  async function start(...ring: string[]): Promise<Keyturn> {
    const node = await startKeyturn({
      directories: [embeddedSection()],
      // No place is known: every wrong proof is a stranger's.
      configuration: { guard: { knownPlaceDays: 0 } },
      database: url,
      keys: ring.map(testKey),
      clock,
    });
    nodes.push(node);
    return node;
  }
  async function stop(node: Keyturn): Promise<void> {
    nodes.splice(nodes.indexOf(node), 1);
    await node.close();
  }
  async function newPerson(node: Keyturn, login: string): Promise<Enrolled> {
    await addPerson(node, login);
    return node.enrol(login);
  }
  /** The same journey at another node. */
  function continuedAt(node: Keyturn, { token, step }: JourneyClient): JourneyClient {
    const client: JourneyClient = {
      token,
      step,
      call: (method, path, body) => request(node.url, method, path, body, { authorization: `Bearer ${token}` }),
      async answer(body, stepId = client.step.id) {
        const reply = await client.call('POST', `/journeys/current/steps/${stepId}`, body);
        if (reply.body.step !== undefined) client.step = reply.body.step;
        return reply;
      },
      at(kind) {
        expect(client.step.kind).toBe(kind);
        return client.step as never;
      },
    };
    return client;
  }

  it('voids no journey, no code, no link and no counter', async () => {
    const before = await start('old');
    const [alice, bjoern] = [await newPerson(before, 'alice'), await newPerson(before, 'bjoern')];
    // A link in a notice.
    const reset = await startJourney(before.url, 'bjoern');
    await prove(before, reset, bjoern);
    await reset.answer({ password: newPassword() });
    reset.at('done');
    const notice = await before.waitForMessage('bjoern@work.example.test');
    const token = /\/not-me#(\S+)$/m.exec(notice.text)?.[1] ?? '';
    // Three wrong proofs, then a code that was mailed.
    const open = await startJourney(before.url, 'alice');
    await open.answer({ option: 'email' });
    const code = codeIn(await before.waitForMessage(alice.address));
    for (let time = 0; time < 3; time += 1) await open.answer({ code: code === '00000000' ? '11111111' : '00000000' });
    const failures = await before.deps.guard.failuresOf(accountKey(alice.account));
    expect(failures.failures).toBe(3);
    await stop(before);

    // As the handbook says: second place, first place, and the old one goes.
    for (const ring of [
      ['old', 'new'],
      ['new', 'old'],
    ])
      await stop(await start(...ring));
    const after = await start('new', 'old');
    expect(await after.deps.guard.failuresOf(accountKey(alice.account))).toEqual(failures);
    const client = continuedAt(after, open);
    await client.answer({ code });
    await client.answer({ code: alice.totp() });
    const password = newPassword();
    client.at('new-password');
    await client.answer({ password });
    client.at('done');
    expect(await signsIn(after, 'alice', password)).toBe(true);
    expect(await request(after.url, 'POST', '/notices/not-me', { token })).toMatchObject({ status: 200 });
    expect(await after.deps.store.freezes.isFrozen(bjoern.account)).toBe(true);
  });

  it('lets nodes that are not equally far share journeys and counters', async () => {
    const behind = await start('old', 'new');
    const ahead = await start('new', 'old');
    const alice = await newPerson(behind, 'alice');
    for (const [first, second] of [
      [behind, ahead],
      [ahead, behind],
    ] as const) {
      clock.move(60_000);
      const before = first.messages(alice.address).length;
      const here = await startJourney(first.url, 'alice');
      await here.answer({ option: 'email' });
      const message = await first.waitForMessage(alice.address, before);
      const there = continuedAt(second, here);
      await there.answer({ code: '00000000' });
      const count = await first.deps.guard.failuresOf(accountKey(alice.account));
      expect(count.failures).toBe(1);
      expect(await second.deps.guard.failuresOf(accountKey(alice.account))).toEqual(count);
      await there.answer({ code: codeIn(message) });
      const back = continuedAt(first, there);
      await back.answer({ code: alice.totp() });
      back.at('new-password');
      expect(await second.deps.guard.failuresOf(accountKey(alice.account))).toMatchObject({ failures: 0 });
    }
  });
});

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordEvent } from '../../src/core/audit/record-event.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { liftThreat, raiseThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { openForMaintenance } from '../../src/store/postgres.ts';
import { newLogin } from '../conformance/samples.ts';
import { quietLog } from '../store/fixture.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, atCall, HELPDESK_ROLES, newAgent, newCaller, opened, verified } from './helpdesk.ts';
import { type LiveClient, listen } from './live-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Keyturn, until } from './start-keyturn.ts';

function bothMail(here: Keyturn, there: Keyturn): void {
  const own = here.messages;
  Object.assign(here, { messages: (to?: string) => [...own(to), ...there.messages(to)] });
}

const inPeople = { directories: ['people'] };
const SEERS = { name: 'seers', may: ['see-people' as const], heldBy: { groups: ['Seers'] }, over: { groups: ['Staff'] } };
const roles = [...HELPDESK_ROLES, SEERS].map((role) => ({
  ...role,
  heldBy: { ...role.heldBy, ...inPeople },
  over: { ...role.over, ...inPeople },
}));

describeEachEngine('live notices on %s', (engine) => {
  /** On PostgreSQL `there` is another node; agents listen there and things happen here. */
  let here: Keyturn;
  let there: Keyturn;
  let seer: Agent;
  const opens: LiveClient[] = [];
  beforeAll(async () => {
    here = await engine.start({
      directories: [embeddedSection('people'), embeddedSection('cloud')],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles,
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'], directories: ['people'] } }] },
      },
    });
    there = await engine.startAnother();
    // Codes are mailed by either node.
    if (there !== here) bothMail(here, there);
    seer = await newAgent(here, 'Seers');
  });
  afterAll(() => {
    for (const client of opens) client.leave();
  });

  const watch = async (agent: Agent, id?: string): Promise<LiveClient> => {
    const client = await listen(there.url, agent.held.token, id);
    opens.push(client);
    return client;
  };
  async function person(groups: string[] = ['Staff'], directory = 'people'): Promise<AccountRef & { login: string }> {
    const login = newLogin();
    await addPerson(here, login, { directory, groups });
    const [account] = await here.deps.directories.get(directory).findAccounts(login);
    if (account === undefined) throw new Error('no account');
    return { directory, id: account.id, login };
  }
  const happen = (ref: AccountRef, id = 'x', at = here) =>
    at.deps.store.transaction((store) =>
      recordEvent(store, at.deps.clock, {
        type: 'factor.ended',
        ...{
          account: { directory: ref.directory, id: ref.id },
          actor: { kind: 'operator' },
          author: 'root',
          factor: 'totp',
          id,
          reason: 'x',
        },
      }),
    );
  const loginsOf = ({ events }: LiveClient) => events.flatMap(({ notice }) => notice?.accounts.map(({ login }) => login) ?? []);

  it('tells of people in scope at once, and of nobody else', async () => {
    const [one, outside, elsewhere] = [await person(), await person(['Board']), await person(['Staff'], 'cloud')];
    const client = await watch(seer);
    for (const ref of [outside, elsewhere]) await happen(ref);
    // Something of several accounts tells of those in scope alone.
    await here.deps.store.transaction((store) =>
      recordEvent(store, here.deps.clock, {
        ...{ type: 'journey.proof-refused', journey: 'j', actor: { kind: 'self' }, factor: 'totp', attemptsLeft: 2 },
        accounts: [outside, one, elsewhere].map(({ directory, id }) => ({ directory, id })),
      }),
    );
    const begun = performance.now();
    await happen(one);
    const told = await client.waitFor(({ notice }) => notice?.kind === 'proof-ended', 'the notice');
    // Woken, and not found by looking every five seconds.
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(told.notice).toMatchObject({
      kind: 'proof-ended',
      factor: 'totp',
      accounts: [{ directory: 'people', id: one.id, login: one.login, displayName: expect.any(String) }],
    });
    expect(loginsOf(client)).toEqual([one.login, one.login]);
    expect(JSON.stringify(client.events)).not.toContain(outside.id);
    client.leave();
  });

  it('loses and repeats nothing, wherever the connection breaks', { timeout: 120_000 }, async () => {
    const [one, outside] = [await person(), await person(['Board'])];
    const step = fc.constantFrom('seen', 'seen', 'hidden', 'break', 'away', 'other-node');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const factor = randomBytes(6).toString('hex');
        let client = await watch(seer);
        const heard: LiveClient[] = [client];
        let expected = 0;
        let isAway = false;
        const back = async () => {
          const id = client.lastId();
          client.leave();
          client = await watch(seer, id);
          heard.push(client);
          isAway = false;
        };
        for (const what of steps) {
          if (what === 'break') await back();
          else if (what === 'away') {
            client.leave();
            isAway = true;
          } else {
            await happen(what === 'hidden' ? outside : one, factor, what === 'other-node' ? there : here);
            if (what !== 'hidden') expected += 1;
          }
        }
        if (isAway) await back();
        const count = () => heard.flatMap(loginsOf).length;
        await until(() => count() >= expected, 'all of them', 20_000);
        // What would come twice would come before this.
        const last = await person();
        await happen(last);
        await client.waitFor(({ notice }) => notice?.accounts[0]?.id === last.id, 'the last one');
        expect(heard.flatMap(loginsOf)).toEqual([...Array.from({ length: expected }, () => one.login), last.login]);
        expect(heard.flatMap(({ events }) => events).filter(({ missed }) => missed)).toEqual([]);
        client.leave();
      }),
      { numRuns: 20 },
    );
  });

  it('tells an agent how their own case goes, and others in scope only that it was no call', async () => {
    const [agent, other] = [await newAgent(here), await newAgent(here)];
    const caller = await newCaller(here);
    const [own, others, seers] = [await watch(agent), await watch(other), await watch(seer)];
    const { id, numbers } = await opened(agent, caller);
    const first = await atCall(here, caller);
    await first.answer({ number: numbers?.spoken });
    await own.waitFor((event) => event.case === id, 'the case');
    const second = await newCaller(here);
    const denied = await opened(agent, second);
    await (await atCall(here, second)).answer({ notMine: true });
    await own.waitFor((event) => event.case === denied.id, 'the other case');
    const { notice } = await seers.waitFor((event) => event.notice?.kind === 'not-my-call', 'the alarm');
    expect(notice?.accounts).toMatchObject([{ id: second.ref.id }]);
    // These roles see nobody in lists.
    expect(own.events.every((event) => Object.keys(event).join() === 'case')).toBe(true);
    expect(others.events).toEqual([]);
    expect(seers.events.filter((event) => event.case !== undefined)).toEqual([]);
    for (const client of [own, others, seers]) client.leave();
  });

  it('says to whoever works there that a second agent is wanted, whom they may see, and that a threat was raised or lifted', async () => {
    const [agent, board] = [await newAgent(here), await newCaller(here, { groups: ['Staff', 'Board'] })];
    const elsewhere = await newAgent(here, 'Unlockers');
    const [seers, others] = [await watch(seer), await watch(elsewhere)];
    const { id } = await verified(here, agent, board);
    expect((await act(agent, id)).body.code).toBe('case.approval-needed');
    const { notice } = await seers.waitFor((event) => event.notice?.kind === 'approval-asked', 'the question');
    expect(notice?.accounts).toMatchObject([{ id: board.ref.id }]);
    await raiseThreat(here.deps, consoleAuthor('root'), 'impostors');
    for (const client of [seers, others]) await client.waitFor((event) => event.threat === true, 'the threat');
    for (const name of ['one', 'two']) await liftThreat(here.deps, consoleAuthor(name));
    await until(() => others.events.filter((event) => event.threat === true).length === 3, 'its end');
    // Only that it is to be asked for: why is for those who ask.
    expect(others.events.every((event) => Object.keys(event).join() === 'threat')).toBe(true);
    for (const client of [seers, others]) client.leave();
  });

  it('says that something may be missing to whoever was away for too long, or comes with a mark of no use', async () => {
    const one = await person();
    const client = await watch(seer);
    const id = client.lastId();
    client.leave();
    for (const mark of ['', 'x', 'A'.repeat(20), `${id?.slice(0, 12)}AAAAAAAA`]) {
      const again = await watch(seer, mark);
      await again.waitFor(({ missed }) => missed === true, 'the warning');
      again.leave();
    }
    const { clock, store } = here.deps;
    const { at, type, data } = (await store.audit.search({ terms: [], limit: 1 })).rows[0] ?? { at: clock.now(), type: '', data: '' };
    const entry = { at, type, data };
    for (let nth = 0; nth < 11; nth += 1) await store.audit.append(entry, ...Array.from({ length: 499 }, () => entry));
    const late = await watch(seer, id);
    await late.waitFor(({ missed }) => missed === true, 'the warning');
    await happen(one);
    await late.waitFor(({ notice }) => notice?.accounts[0]?.id === one.id, 'what follows');
    late.leave();
  });

  it('ends when its session does, and tells nothing after it', async () => {
    const [leaver, one] = [await newAgent(here, 'Seers'), await person()];
    const client = await watch(leaver);
    expect((await leaver.held.call('DELETE', '/session')).status).toBe(204);
    await happen(one);
    await until(() => client.isOver(), 'the end', 20_000);
    expect(client.events).toEqual([]);
    await expect(watch(leaver)).rejects.toThrow('401');
  });

  it('ends when the role is lost, and when nobody has moved for as long as a session may rest', async () => {
    const [loser, idler] = [await newAgent(here, 'Seers'), await newAgent(here, 'Seers')];
    const [lost, idle] = [await watch(loser), await watch(idler)];
    const row = await here.deps.store.embedded.find('people', loser.account.id);
    if (row === null) throw new Error('no account');
    await here.deps.store.embedded.update({ ...row, groups: [] });
    const one = await person();
    here.clock.move(11_000);
    await happen(one);
    await until(() => lost.isOver(), 'the end', 20_000);
    expect(loginsOf(lost)).toEqual([]);
    // Coming back by itself is not being there.
    for (let minute = 0; minute < 14; minute += 7) {
      here.clock.move(7 * 60_000);
      (await watch(idler, idle.lastId())).leave();
    }
    here.clock.move(2 * 60_000);
    await until(() => idle.isOver(), 'the end', 20_000);
    await expect(watch(idler)).rejects.toThrow('session.ended');
  });

  it('is refused beyond so many windows, and to whom no role lets help or see anybody', async () => {
    const agent = await newAgent(here, 'Seers');
    const windows = await Promise.all(Array.from({ length: 6 }, () => watch(agent)));
    await expect(watch(agent)).rejects.toThrow('live.too-many');
    windows[0]?.leave();
    const comesIn = () =>
      watch(agent).then(
        () => true,
        () => false,
      );
    await until(comesIn, 'a place');
    for (const each of windows) each.leave();
    const nobody = await newAgent(here, 'Nobody');
    await expect(watch(nobody)).rejects.toThrow('access.refused');
  });

  it('goes on at another node where the one is gone, which does not wait for who looks on', async () => {
    const [agent, one] = [await newAgent(here, 'Seers'), await person()];
    const node = engine.name === 'postgres' ? await engine.startAnother() : null;
    const from = node ?? there;
    const client = await listen(from.url, agent.held.token);
    await happen(one, 'before');
    await client.waitFor(({ notice }) => notice?.accounts[0]?.id === one.id, 'the first');
    const begun = performance.now();
    if (node === null) client.leave();
    else await node.close();
    expect(performance.now() - begun).toBeLessThan(10_000);
    await until(() => client.isOver(), 'the end');
    await happen(one, 'meanwhile');
    const again = await watch(agent, client.lastId());
    await again.waitFor(({ notice }) => notice?.accounts[0]?.id === one.id, 'what happened meanwhile');
    expect(again.events).toHaveLength(1);
    again.leave();
  });

  // SQLite has one node, which is woken in the process.
  if (engine.name === 'postgres')
    it('is heard of again, and missed by nobody, where the server has dropped who listens', async () => {
      const [agent, one] = [await newAgent(here, 'Seers'), await person()];
      const client = await watch(agent);
      const database = openForMaintenance(engine.databaseUrl(), quietLog);
      const drops = async () =>
        (
          await sql<{ dropped: boolean }>`select pg_terminate_backend(pid) as dropped from pg_stat_activity
            where datname = current_database() and application_name = 'keyturn-listen'`.execute(database)
        ).rows.length;
      try {
        await until(async () => (await drops()) > 0, 'who listens');
        await happen(one, 'unheard');
        await client.waitFor(({ notice }) => notice?.accounts[0]?.id === one.id, 'what nobody was woken for');
        expect(there.logLines.some((line) => line.includes('store.appends-not-heard'))).toBe(true);
        await until(async () => (await drops()) > 0, 'who listens again');
      } finally {
        await database.destroy();
      }
      client.leave();
    });
});

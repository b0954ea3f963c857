import { beforeAll, expect, it } from 'vitest';
import { liftThreat, raiseThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const TYPED = 'A harbour at 7, quite quiet';
const roles = [{ name: 'managers', may: ['reset-password' as const, 'unlock-account' as const], heldBy: { directManager: true } }];

interface Manager extends Enrolled {
  login: string;
  held: SessionClient;
}
interface Report {
  login: string;
  ref: { directory: string; id: string };
}

describeEachEngine('help by who may, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection('people', { lockoutThreshold: 3, lockoutMinutes: null })],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles, threat: { withoutKinds: ['totp'] } },
    });
  });

  const directory = () => keyturn.deps.directories.get('people');
  async function manager(): Promise<Manager> {
    const login = newLogin('boss');
    await addPerson(keyturn, login);
    const person = await keyturn.enrol(login);
    return { ...person, login, held: await signIn(keyturn, login, person) };
  }
  async function reportOf(boss: Manager | null, more: Record<string, unknown> = {}): Promise<Report> {
    const login = newLogin();
    await addPerson(keyturn, login, { ...(boss === null ? {} : { managerId: boss.account.id }), ...more });
    const [account] = await directory().findAccounts(login);
    if (account === undefined) throw new Error(`no ${login}`);
    return { login, ref: { directory: 'people', id: account.id } };
  }
  const row = async ({ ref }: Report) => {
    const found = await keyturn.deps.store.embedded.find('people', ref.id);
    if (found === null) throw new Error('gone');
    return found;
  };
  const events = async (type: string, id: string) =>
    (await keyturn.deps.store.audit.read(0, 100_000))
      .filter((event) => event.type === type && event.data.includes(id))
      .map(({ data }) => JSON.parse(data) as Record<string, unknown>);
  const find = (boss: Manager, account: string) => boss.held.call('POST', '/help/find', { account });
  const reset = (boss: Manager, { ref }: { ref: Report['ref'] }, password?: string) =>
    boss.held.call('POST', '/help/reset', { account: ref, ...(password === undefined ? {} : { password }) });
  const unlock = (boss: Manager, { ref }: { ref: Report['ref'] }) => boss.held.call('POST', '/help/unlock', { account: ref });

  it('is given by no manager whose session rests on what does not count while a threat is raised', async () => {
    const boss = await manager();
    const [alice, other] = [await reportOf(boss), await reportOf(null)];
    expect((await find(boss, alice.login)).status).toBe(200);
    await raiseThreat(keyturn.deps, consoleAuthor('one'), 'a test');
    await keyturn.takeUpConfiguration();
    try {
      // Who helps nobody is no manager by this.
      expect((await find(boss, other.login)).body.code).toBe('access.refused');
      expect((await reset(boss, alice)).body.code).toBe('session.ended');
      expect((await boss.held.call('GET', '/session')).body.code).toBe('session.ended');
      expect(await signsIn(keyturn, alice.login, OLD_PASSWORD)).toBe(true);
    } finally {
      for (const name of ['one', 'two']) await liftThreat(keyturn.deps, consoleAuthor(name));
      await keyturn.takeUpConfiguration();
    }
  });

  it('resets a password that is made and must be changed; the owner is told by whom, and it is written down', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    const own = await keyturn.enrol(alice.login);
    const hers = await signIn(keyturn, alice.login, own);
    const found = await find(boss, alice.login);
    expect(found).toMatchObject({
      status: 200,
      body: { account: { ...alice.ref, login: alice.login, locked: false }, may: ['reset-password', 'unlock-account'] },
    });
    const { status, body } = await reset(boss, alice);
    expect([status, body]).toEqual([200, { outcome: 'done', mustChange: true, password: expect.stringMatching(/^Kt-.{19}-x7$/) }]);
    const { password } = body as unknown as { password: string };
    const verdict = await directory().verifyPassword(alice.ref, password);
    expect(verdict).toEqual({ valid: false, reason: 'credentials.must-change', passwordWasRight: true });
    expect((await hers.call('GET', '/session')).body.code).toBe('session.ended');
    expect((await boss.held.call('GET', '/session')).status).toBe(200);

    const work = `${alice.login}@work.example.test`;
    const told = () => keyturn.messages(work).find(({ subject }) => subject === 'Your password was reset for you');
    await until(() => told() !== undefined, 'word to the owner');
    expect(told()?.text).toContain(boss.login);
    expect(told()?.text).toMatch(/not-me#/);
    const actor = { kind: 'delegate', account: `people/${boss.account.id}`, login: boss.login, address: '127.0.0.1' };
    expect(await events('write.intended', alice.ref.id)).toMatchObject([{ verb: 'reset-password', actor, account: alice.ref }]);
    expect(await events('write.succeeded', alice.ref.id)).toMatchObject([{ actor }]);
    // In no log, no event, no mail.
    const everything = JSON.stringify([await keyturn.deps.store.audit.read(0, 100_000), keyturn.logLines, keyturn.messages()]);
    expect(everything).not.toContain(password);
  });

  it('sets one that was typed, where it meets the rules', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    const weak = await reset(boss, alice, 'short');
    expect(weak.body).toMatchObject({ outcome: 'refused', verdicts: expect.any(Array) });
    expect(await signsIn(keyturn, alice.login, OLD_PASSWORD)).toBe(true);
    expect((await reset(boss, alice, TYPED)).body).toEqual({ outcome: 'done', mustChange: true });
    expect(await directory().verifyPassword(alice.ref, TYPED)).toMatchObject({ passwordWasRight: true });
  });

  it('unlocks and leaves the password alone', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    for (let times = 0; times < 3; times += 1) await directory().verifyPassword(alice.ref, 'wrong');
    expect((await find(boss, alice.login)).body).toMatchObject({ account: { locked: true } });
    expect(await unlock(boss, alice)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await signsIn(keyturn, alice.login, OLD_PASSWORD)).toBe(true);
    const told = () => keyturn.messages(`${alice.login}@work.example.test`).map(({ subject }) => subject);
    await until(() => told().includes('Your account was unlocked for you'), 'word to the owner');
  });

  it('asks for a fresh proof, and does nothing without', async () => {
    const boss = await manager();
    const alice = await reportOf(boss);
    keyturn.clock.move(5 * 60_000 + 1000);
    for (const act of [() => reset(boss, alice), () => unlock(boss, alice)]) {
      expect(await act()).toMatchObject({ status: 403, body: { code: 'session.step-up-needed' } });
    }
    expect(await events('write.intended', alice.ref.id)).toEqual([]);
  });

  it('gives one refusal, whyever: nobody, somebody else’s, oneself, protected', async () => {
    const boss = await manager();
    const others: Report[] = [
      await reportOf(null),
      await reportOf(await manager()),
      { login: boss.login, ref: { directory: 'people', id: boss.account.id } },
      await reportOf(boss, { groups: [PROTECTED_GROUP] }),
      { login: newLogin('nobody'), ref: { directory: 'people', id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' } },
      { login: newLogin('nobody'), ref: { directory: 'elsewhere', id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' } },
    ];
    const seen = new Set<string>();
    for (const other of others) {
      for (const { status, body } of [await find(boss, other.login), await reset(boss, other), await unlock(boss, other)]) {
        seen.add(JSON.stringify([status, { ...body, id: '', requestId: '', instance: '' }]));
      }
      expect(await events('write.intended', other.ref.id)).toEqual([]);
    }
    expect([...seen]).toHaveLength(1);
    expect([...seen][0]).toContain('"access.refused"');
    const reasons = (await events('access.refused', boss.account.id)).flatMap((event) => event.reasons as { reason: string }[]);
    expect(new Set(reasons.map(({ reason }) => reason))).toEqual(new Set(['no-role', 'oneself', 'protected']));
  });

  it('goes by the directory of this moment', async () => {
    const [boss, next] = [await manager(), await manager()];
    const alice = await reportOf(boss);
    expect((await find(boss, alice.login)).status).toBe(200);
    await keyturn.deps.store.embedded.update({ ...(await row(alice)), managerId: next.account.id });
    expect((await reset(boss, alice)).body.code).toBe('access.refused');
    expect((await unlock(next, alice)).body).toEqual({ outcome: 'done' });
    const self = { login: next.login, ref: { directory: 'people', id: next.account.id } };
    await keyturn.deps.store.embedded.update({ ...(await row(self)), disabled: true });
    expect((await unlock(next, alice)).body.code).toBe('access.refused');
  });

  it('stops at "this was not me", of the one and of the other', async () => {
    const boss = await manager();
    const [alice, bob] = [await reportOf(boss), await reportOf(boss)];
    const freeze = (account: Report['ref']) => keyturn.deps.store.freezes.freeze(account, 'not-me', keyturn.clock.now());
    await freeze(alice.ref);
    expect((await reset(boss, alice)).body.code).toBe('account.frozen');
    expect(await events('access.refused', alice.ref.id)).toMatchObject([{ reasons: [{ reason: 'recovery-frozen' }] }]);
    expect((await reset(boss, bob)).body).toMatchObject({ outcome: 'done' });
    await freeze(boss.account);
    expect((await unlock(boss, bob)).body.code).toBe('access.refused');
    expect(await events('write.intended', alice.ref.id)).toEqual([]);
  });
});

it('is counted where it is refused, so that names cannot be tried out', async () => {
  const keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: { ...GENEROUS_LIMITS, strayRequestsPerAddress: { count: 3, windowSeconds: 600 } },
      signIn: { enabled: true },
      roles,
    },
  });
  try {
    await addPerson(keyturn, 'boss');
    const held = await signIn(keyturn, 'boss', await keyturn.enrol('boss'));
    const statuses: number[] = [];
    for (let times = 0; times < 5; times += 1) statuses.push((await held.call('POST', '/help/find', { account: `guess${times}` })).status);
    expect(statuses).toEqual([403, 403, 403, 429, 429]);
  } finally {
    await keyturn.close();
  }
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResetChoice } from '../../shared/api/cases.ts';
import type { Reminded, RemindRequest } from '../../shared/api/reminders.ts';
import { verifyStored } from '../../src/cli/audit/verify-log.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, type Caller, caseNow, eventsAbout, openCase, opened, verified } from './helpdesk.ts';
import { atBegun, request } from './journey-client.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };
const NEW = 'A harbour at 7, quite quiet';
const REMINDER = 'Please set up how you get back into your account';
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };
const refused = { status: 403, body: { code: 'access.refused' } };

describe.each(REAL_KINDS)('what else the helpdesk does, kind %s', (kind) => {
  const groups = { texters: newLogin('texters'), carers: newLogin('carers'), callers: newLogin('callers'), staff: newLogin('staff') };
  const family = newLogin('fam').slice(0, 10);
  type Person = Caller & { person: RealPerson };
  let real: RealDirectory;
  let keyturn: Keyturn;
  let texter: Agent;
  let carer: Agent;
  let reminder: Agent;
  let staff: Person[];
  /** Those who have nothing enrolled: in scope, in scope and locked, and out of scope. */
  let bare: Record<'inside' | 'locked' | 'outside', RealPerson>;

  let numbers = 0;
  const number = () => `+49151${String(34_000_000 + ++numbers).padStart(8, '0')}`;
  const enrolled = async (): Promise<Person> => {
    const person = await real.createPerson();
    const known = await keyturn.enrol(person.login);
    return { ...known, login: person.login, ref: known.account as AccountRef, person };
  };
  const agentOf = async (who: Person): Promise<Agent> => ({ ...who, held: await signIn(keyturn, who.login, who, who.person.password) });
  const add = (who: Person, of: 'sms' | 'recovery-code', secret: string) =>
    addFactor(keyturn.deps, keyturn.deps.store, { account: who.ref, kind: of, label: secret, secret, source: 'test' });
  const refOf = async ({ login }: RealPerson): Promise<AccountRef> => {
    const [found] = await keyturn.deps.directories.get('people').findAccounts(login);
    return { directory: 'people', id: found?.id ?? '' };
  };

  beforeAll(async () => {
    real = await reachRealDirectory(kind, { contacts: { email: { attributes: ['mail'] } } });
    const over = { groups: [groups.staff] };
    keyturn = await startKeyturn({
      directories: [real.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        sms: { kind: 'capture', countries: ['DE'] },
        roles: [
          {
            ...{ name: 'texters', may: ['reset-password'], heldBy: { groups: [groups.texters] }, over },
            resetBy: ['link-by-text', 'sent-by-text'],
          },
          {
            name: 'carers',
            may: ['issue-pass', 'remove-proofs', 'end-sessions', 'release-recovery'],
            heldBy: { groups: [groups.carers] },
            over,
          },
          { name: 'callers', may: ['see-people', 'remind-people'], heldBy: { groups: [groups.callers] }, over },
        ],
      },
    });
    const server = await servers[kind]();
    const people: Person[] = [];
    for (let nth = 0; nth < 8; nth += 1) people.push(await enrolled());
    const [first, second, third, ...called] = people as [Person, Person, Person, ...Person[]];
    // Their address of the directory would do for nobody alone.
    bare = {
      inside: await real.createPerson({ login: `${family}-a` }),
      locked: await real.createPerson({ login: `${family}-b` }),
      outside: await real.createPerson({ login: `${family}-c` }),
    };
    await server.createGroup(groups.texters, [first.person.dn]);
    await server.createGroup(groups.carers, [second.person.dn]);
    await server.createGroup(groups.callers, [third.person.dn]);
    await server.createGroup(groups.staff, [...called.map(({ person }) => person.dn), bare.inside.dn, bare.locked.dn]);
    [texter, carer, reminder] = [await agentOf(first), await agentOf(second), await agentOf(third)];
    staff = called;
  }, 180_000);
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });
  const choiceOf = async (id: string) => (await texter.held.call('GET', `/helpdesk/cases/${id}/reset`)).body as unknown as ResetChoice;

  it('sends a link by text message, by which the person sets a password with which they sign in there', async () => {
    const [caller] = staff as [Person];
    const own = number();
    await add(caller, 'sms', own);
    const { id } = await verified(keyturn, texter, caller);
    const { channels } = await choiceOf(id);
    expect(channels.map(({ over: way }) => way)).toEqual(['sms']);
    // No mailbox by this role, the directory's neither.
    expect((await act(texter, id)).body.code).toBe('case.reset-way-refused');
    const sent = await act(texter, id, { linkTo: channels[0]?.id });
    expect(sent).toMatchObject({ status: 200, body: { outcome: 'done', link: { number: expect.stringMatching(/^\d{4}$/) } } });
    const link = () => keyturn.messages(own).flatMap(({ text }) => /helpdesk-link#(\S+)/.exec(text)?.[1] ?? [])[0];
    await until(() => link() !== undefined, 'the link');
    const { number: heard } = (sent.body as unknown as { link: { number: string } }).link;
    const wrong = heard === '0000' ? '0001' : '0000';
    expect((await request(keyturn.url, 'POST', '/helpdesk-link', { link: link(), number: wrong })).status).toBe(422);
    expect(await real.realClientSignsIn(caller.person, caller.person.password)).toBe(true);
    const page = atBegun(keyturn.url, await request(keyturn.url, 'POST', '/helpdesk-link', { link: link(), number: heard }));
    const now = async () => {
      page.step = (await page.call('GET', '/journeys/current')).body.step ?? page.step;
      return page.step.kind;
    };
    await until(async () => (await now()) !== 'waiting', 'the page of the new password');
    await page.answer({ password: NEW });
    await until(async () => (await now()) !== 'waiting', 'the end');
    page.at('done');
    expect(await real.realClientSignsIn(caller.person, NEW)).toBe(true);
    expect(await real.signsIn(caller.person, caller.person.password)).toBe(false);
    expect(await caseNow(texter, id)).toMatchObject({ state: 'closed', because: 'acted' });
    expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toMatchObject([{ backing: { case: id } }]);
  }, 120_000);

  it('sends a temporary password by text message, once, which has to be changed there and which no agent sees', async () => {
    const [, caller, victim] = staff as [Person, Person, Person];
    const own = number();
    await add(caller, 'sms', own);
    const young = await addFactor(keyturn.deps, keyturn.deps.store, {
      ...{
        account: victim.ref,
        kind: 'sms',
        label: 'young',
        secret: number(),
        source: 'self',
        countsFrom: keyturn.clock.now() + 3_600_000,
      },
    });
    const { id } = await verified(keyturn, texter, caller);
    const { numbers: choice } = await choiceOf(id);
    expect(await act(texter, id, { sendTo: young.id })).toMatchObject({ status: 422, body: { code: 'case.channel-unknown' } });
    const replies = await Promise.all([0, 1].map(() => act(texter, id, { sendTo: choice[0]?.id })));
    const done = replies.filter(({ status }) => status === 200);
    expect(done.map(({ body }) => body)).toEqual([{ outcome: 'done', mustChange: true, sentTo: choice[0]?.to }]);
    const password = () => keyturn.messages(own).flatMap(({ text }) => /Kt-\S+-x7/.exec(text)?.[0] ?? []);
    await until(() => password().length > 0, 'the password');
    expect(password()).toHaveLength(1);
    const directory = keyturn.deps.directories.get('people');
    const verdict = await directory.verifyPassword(caller.ref, password()[0] ?? '');
    expect(verdict.valid ? verdict.warning : verdict.reason).toContain('must-change');
    expect(await real.signsIn(caller.person, caller.person.password)).toBe(false);
    const everything = JSON.stringify([await keyturn.deps.store.audit.read(0, 1_000_000), keyturn.logLines, replies]);
    expect(everything).not.toContain(password()[0]);
    // Without a receipt none is sent.
    const waiting = await opened(texter, victim);
    expect(await act(texter, waiting.id, { sendTo: young.id })).toMatchObject(receiptNeeded);
    expect(await real.signsIn(victim.person, victim.person.password)).toBe(true);
    expect(await eventsAbout(keyturn, 'write.intended', victim.ref.id)).toEqual([]);
  }, 120_000);

  it('removes proofs that the caller has seen named, and neither what the directory has nor anything in it', async () => {
    const [, , , caller] = staff as [Person, Person, Person, Person];
    await add(caller, 'recovery-code', newLogin('digest'));
    const removing = { action: 'remove-proofs', kinds: ['recovery-code', 'email'] };
    const before = await real.read(caller.person, ['mail', 'whenChanged', 'modifyTimestamp']);
    expect(await openCase(texter, caller, removing)).toMatchObject(refused);
    const waiting = await opened(carer, caller, removing);
    expect(await act(carer, waiting.id)).toMatchObject(receiptNeeded);
    const { id } = await verified(keyturn, carer, caller, removing);
    expect(await act(carer, id)).toMatchObject({ status: 200, body: { outcome: 'done', removed: 2 } });
    expect(await act(carer, id)).toMatchObject({ status: 409, body: { code: 'case.passed' } });
    const left = (await keyturn.deps.store.factors.ofAccount(caller.ref)).map(({ kind: of }) => of);
    expect(left).toEqual(['totp']);
    expect(await real.read(caller.person, ['mail', 'whenChanged', 'modifyTimestamp'])).toEqual(before);
    expect(await real.signsIn(caller.person, caller.person.password)).toBe(true);
    // The address of the directory was told as well as the one that is gone.
    const told = (to: string) => keyturn.messages(to).filter(({ subject }) => subject === 'A way to recover your account was removed');
    for (const to of [caller.address, caller.person.mail]) await until(() => told(to).length >= 2, `both notices at ${to}`);
    expect(await eventsAbout(keyturn, 'case.acted', id)).toMatchObject([{ action: 'remove-proofs', kinds: ['email', 'recovery-code'] }]);
  }, 120_000);

  it('issues a pass, ends sessions and releases, each by a receipt of its own, once', async () => {
    const [, , , , caller] = staff as [Person, Person, Person, Person, Person];
    const hers = await signIn(keyturn, caller.login, caller, caller.person.password);
    const done = { status: 200, body: { outcome: 'done' } };
    for (const action of ['issue-pass', 'end-sessions', 'release-recovery']) {
      const waiting = await opened(carer, caller, { action, reason: 'they called' });
      expect(await act(carer, waiting.id)).toMatchObject(receiptNeeded);
      carer = await agentOf(carer as unknown as Person);
      const { id } = await verified(keyturn, carer, caller, { action, reason: 'they called' });
      expect(await act(carer, id)).toMatchObject(done);
      expect(await act(carer, id)).toMatchObject({ status: 409, body: { code: 'case.passed' } });
      expect(await eventsAbout(keyturn, 'case.acted', id)).toMatchObject([{ action, backing: { receipt: { receipt: { action } } } }]);
    }
    expect((await hers.call('GET', '/session')).body.code).toBe('session.ended');
    expect((await keyturn.deps.store.factors.ofAccount(caller.ref)).map(({ kind: of }) => of)).toContain('temporary-pass');
    expect(await eventsAbout(keyturn, 'recovery.released', caller.ref.id)).toHaveLength(1);
    expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toEqual([]);
    expect(await real.signsIn(caller.person, caller.person.password)).toBe(true);
    expect(await verifyStored(keyturn.deps.store)).toMatchObject({ ok: true });
  }, 120_000);

  it('reminds people who are named, and those whom a search with a filter finds, in scope alone', async () => {
    reminder = await agentOf(reminder as unknown as Person);
    const remind = async (whom: RemindRequest) =>
      (await reminder.held.call('POST', '/helpdesk/reminders', whom)).body as unknown as Reminded;
    const mails = ({ mail }: RealPerson) => keyturn.messages(mail).filter(({ subject }) => subject === REMINDER);
    const passed = (because: string) => ({ reminded: 0, passed: [{ because, count: 1 }], cursor: null });
    await real.lock(bare.locked);
    // By the filter the one who is locked, and nobody else of that name.
    const wanted = { directory: 'people', text: family };
    expect(await remind({ wanted: { ...wanted, filter: 'locked' } })).toMatchObject({ reminded: 1, passed: [] });
    await until(() => mails(bare.locked).length === 1, 'the mail of who is locked');
    expect(await remind({ people: [await refOf(bare.outside)] })).toEqual(passed('not-there'));
    expect(await remind({ people: [(staff[0] as Person).ref] })).toEqual(passed('can-recover'));
    const all = await remind({ wanted });
    expect([all.reminded, all.passed]).toEqual([1, [{ because: 'lately', count: 1 }]]);
    await until(() => mails(bare.inside).length === 1, 'the mail of who is not');
    expect(await remind({ people: [await refOf(bare.inside)] })).toEqual(passed('lately'));
    expect([mails(bare.outside), mails(bare.locked).length]).toEqual([[], 1]);
    for (const each of [bare.inside, bare.locked])
      expect(await eventsAbout(keyturn, 'enrolment.reminded', (await refOf(each)).id)).toMatchObject([
        { actor: { kind: 'delegate', login: reminder.login } },
      ]);
    expect(await eventsAbout(keyturn, 'enrolment.reminded', (await refOf(bare.outside)).id)).toEqual([]);
    expect(await texter.held.call('POST', '/helpdesk/reminders', { people: [await refOf(bare.inside)] })).toMatchObject({ status: 403 });
  }, 120_000);
});

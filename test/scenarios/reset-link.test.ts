import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { Case } from '../../shared/api/cases.ts';
import type { Step } from '../../shared/api/journeys.ts';
import { verifyStored } from '../../src/cli/audit/verify-log.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { exportConfiguration } from '../../src/core/configuration/export-configuration.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import {
  type Agent,
  act,
  answer,
  ask,
  type Caller,
  caseNow,
  eventsAbout,
  HELPDESK_ROLES,
  mailedCode,
  newAgent,
  newCaller,
  openCase,
  opened,
  verified,
} from './helpdesk.ts';
import { prove, type Reply, request, startJourney } from './journey-client.ts';
import { embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, signsIn } from './sample-directory.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const MINUTE = 60_000;
const NEW = 'A harbour at 7, quite quiet';
const gone = { status: 410, body: { code: 'helpdesk-link.invalid' } };
const SUBJECT = 'Set your new password';

/** What stands in the mail, and the number that the agent reads out. */
interface Sent {
  id: string;
  link: string;
  number: string;
}

describeEachEngine('a link by which a caller sets their own password, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [
        {
          ...embeddedSection('people'),
          contacts: { email: { attributes: ['mail'], exceptDomains: ['Shut.example.test', 'work.example.test'] } },
        },
      ] as never,
      configuration: {
        organisation: { name: 'Test', publicUrl: 'http://localhost' },
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: HELPDESK_ROLES,
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'] } }] },
      },
    });
  });

  const choice = (agent: Agent, id: string) => agent.held.call('GET', `/helpdesk/cases/${id}/reset`);
  const channelOf = async (agent: Agent, id: string): Promise<string> =>
    (((await choice(agent, id)).body.channels ?? []) as { id: string }[])[0]?.id ?? 'none';
  const links = (caller: Caller) => keyturn.messages(caller.address).filter(({ subject }) => subject === SUBJECT);

  async function sendAgain(agent: Agent, caller: Caller, id: string): Promise<Sent> {
    const before = links(caller).length;
    const reply = await act(agent, id, { linkTo: await channelOf(agent, id) });
    expect(reply).toMatchObject({ status: 200, body: { outcome: 'done', link: { number: expect.stringMatching(/^\d{4}$/) } } });
    await until(() => links(caller).length > before, 'the mail with the link');
    const link = /http:\/\/localhost\/helpdesk-link#(\S+)/.exec(links(caller).at(-1)?.text ?? '')?.[1] ?? '';
    return { id, link, number: (reply.body as unknown as { link: { number: string } }).link.number };
  }
  async function sent(agent: Agent, caller: Caller): Promise<Sent> {
    return sendAgain(agent, caller, (await verified(keyturn, agent, caller)).id);
  }
  const opening = ({ link, number }: Pick<Sent, 'link' | 'number'>) => request(keyturn.url, 'POST', '/helpdesk-link', { link, number });

  /** Somebody at the page of the new password. */
  async function atPage(by: Sent) {
    const { status, body } = await opening(by);
    expect([status, body.step]).toMatchObject([201, { kind: 'waiting' }]);
    return pageOf(String(body.token));
  }
  async function pageOf(token: string) {
    const call = (method: string, path: string, given?: unknown) =>
      request(keyturn.url, method, `/journeys/current${path}`, given, { authorization: `Bearer ${token}` });
    const step = async () => (await call('GET', '')).body.step as Step;
    const set = async (password: string): Promise<Step> => {
      const { id } = await step();
      const reply: Reply = await call('POST', `/steps/${id}`, { password });
      return (reply.body.step ?? (await step())) as Step;
    };
    return { step, set };
  }
  const keeps = async (caller: Caller) => {
    expect(await signsIn(keyturn, caller.login, OLD_PASSWORD)).toBe(true);
    expect(await eventsAbout(keyturn, 'write.succeeded', caller.ref.id)).toEqual([]);
  };
  const change = async (id: string, to: object) => {
    const row = await keyturn.deps.store.embedded.find('people', id);
    if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, ...to }))) throw new Error('not changed');
  };
  const wrong = (number: string) => (number === '0000' ? '0001' : '0000');

  it('is sent to a mailbox of theirs, opened with the number that the agent hears, and tells nobody a password', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Senders'), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller);
    expect((await choice(agent, id)).body).toEqual({
      ways: ['link'],
      channels: [{ id: expect.any(String), to: expect.stringMatching(/•/), over: 'email' }],
      numbers: [],
    });
    // By a role that says nothing else no password is told.
    expect(await act(agent, id)).toMatchObject({ status: 403, body: { code: 'case.reset-way-refused' } });
    expect(await act(agent, id, { linkTo: 'elsewhere' })).toMatchObject({ status: 422, body: { code: 'case.channel-unknown' } });
    const by = await sendAgain(agent, caller, id);
    expect(links(caller)[0]?.text).not.toContain(by.number);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'sent', link: { number: by.number, opened: 0 } });

    const page = await atPage(by);
    const step = await page.step();
    expect(step).toMatchObject({ kind: 'new-password', mayKeepPassword: false, accounts: [{ login: caller.login }] });
    // Neither a scanner that opens it nor a second tab uses anything up.
    const second = await atPage(by);
    expect((await second.step()).kind).toBe('new-password');
    expect(await page.set(NEW)).toMatchObject({ kind: 'done', results: [{ outcome: 'password-reset' }] });
    expect(await signsIn(keyturn, caller.login, NEW)).toBe(true);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'acted' });
    expect(await second.set('Another harbour at 8, quiet')).toMatchObject({ kind: 'refused' });
    expect(await opening(by)).toMatchObject(gone);
    expect(await signsIn(keyturn, caller.login, NEW)).toBe(true);

    const [intended, ...more] = await eventsAbout(keyturn, 'write.intended', caller.ref.id);
    expect(more).toEqual([]);
    expect(intended).toMatchObject({ actor: { kind: 'self' }, backing: { case: id, receipt: { receipt: { account: caller.ref } } } });
    expect(await eventsAbout(keyturn, 'case.link-opened', id)).toHaveLength(2);
    expect(await verifyStored(keyturn.deps.store)).toMatchObject({ ok: true });
    const everything = JSON.stringify([await keyturn.deps.store.audit.read(0, 1_000_000), keyturn.logLines]);
    for (const secret of [NEW, by.link.split('.')[1] ?? '', `"${by.number}"`, caller.address]) expect(everything).not.toContain(secret);
  });

  it('lets nobody in without the number, however often and at once they try, and no longer than its minutes', async () => {
    const [agent, one, two] = [await newAgent(keyturn), await newCaller(keyturn), await newCaller(keyturn)];
    const tried = await sent(agent, one);
    const replies = await Promise.all(Array.from({ length: 12 }, () => opening({ ...tried, number: wrong(tried.number) })));
    expect(replies.filter(({ status }) => status === 201)).toEqual([]);
    expect(await eventsAbout(keyturn, 'case.link-refused', tried.id)).toHaveLength(5);
    expect(await opening(tried)).toMatchObject(gone);
    await keeps(one);
    const late = await sent(agent, two);
    expect(await opening({ ...late, link: `${late.link.slice(0, -1)}${late.link.endsWith('A') ? 'B' : 'A'}` })).toMatchObject(gone);
    keyturn.clock.move(15 * MINUTE);
    expect(await opening(late)).toMatchObject(gone);
    await keeps(two);
  });

  it('is opened as often as before after slips: what cannot be the number counts as no try', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const by = await sent(agent, caller);
    for (const number of ['123', `${by.number}0`, 'none', '-', '12 3', '12345678'])
      expect(await opening({ ...by, number })).toMatchObject({ status: 422, body: { code: 'request.digits-unlike' } });
    expect(await caseNow(agent, by.id)).toMatchObject({ state: 'sent', link: { opened: 0 } });
    expect((await opening({ ...by, number: [...by.number].join(' - ') })).status).toBe(201);
  });

  it('is written by once, whichever of many pages comes first', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const by = await sent(agent, caller);
    const pages = [await atPage(by), await atPage(by), await atPage(by), await atPage(by)];
    for (const page of pages) expect((await page.step()).kind).toBe('new-password');
    await Promise.all(pages.map((page, nth) => page.set(`${NEW} ${nth}`)));
    expect(await eventsAbout(keyturn, 'write.succeeded', caller.ref.id)).toHaveLength(1);
    expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toHaveLength(1);
  });

  it('keeps its page to what the directory refuses, which uses nothing up for the one who tries', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const page = await atPage(await sent(agent, caller));
    expect(await page.set('short')).toMatchObject({ kind: 'new-password' });
    expect(await page.set(NEW)).toMatchObject({ kind: 'done' });
  });

  it('is worth nothing once anything has changed that it rests on: at the door and on a page that was open', async () => {
    const { store, clock } = keyturn.deps;
    const threat = { id: newLogin(), version: 1, author: 'root', reason: 'calls by impostors', lift: null, liftedAt: null };
    type World = { agent: Agent; caller: Caller; by: Sent };
    const meanwhile: Record<string, (world: World) => Promise<unknown>> = {
      'another link': ({ agent, caller, by }) => sendAgain(agent, caller, by.id),
      'the agent closes the case': ({ agent, by }) => agent.held.call('DELETE', `/helpdesk/cases/${by.id}`),
      'another agent takes over': async ({ caller }) =>
        openCase(await newAgent(keyturn), caller, { replace: true, reason: 'colleague is away' }),
      'this was not me': ({ caller }) => store.freezes.freeze(caller.ref, 'test', clock.now()),
      'the account is protected': ({ caller }) => change(caller.ref.id, { groups: ['Staff', PROTECTED_GROUP] }),
      'the account is disabled': ({ caller }) => change(caller.ref.id, { disabled: true }),
      'the account is out of scope': ({ caller }) => change(caller.ref.id, { groups: [] }),
      'the mailbox is theirs no more': async ({ caller }) => {
        const [mail] = (await store.factors.ofAccount(caller.ref)).filter(({ kind }) => kind === 'email');
        await store.factors.end(mail?.id ?? '', clock.now());
      },
      'the agent has lost the role': ({ agent }) => change(agent.account.id, { groups: [] }),
      'the agent is disabled': ({ agent }) => change(agent.account.id, { disabled: true }),
      'the owner recovers by themselves': async ({ caller }) => {
        keyturn.clock.move(31_000);
        const client = await startJourney(keyturn.url, caller.login);
        await prove(keyturn, client, caller);
        await client.answer({ password: 'The owner has chosen this 1' });
        client.at('done');
      },
      // By a node whose clock is an hour behind.
      'a threat is raised': () => store.threats.insert({ ...threat, raisedAt: clock.now() - 3_600_000 }),
    };
    for (const [name, happens] of Object.entries(meanwhile)) {
      const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
      const by = await sent(agent, caller);
      const page = await atPage(by);
      expect((await page.step()).kind).toBe('new-password');
      await happens({ agent, caller, by });
      const after = await page.set(NEW);
      expect([name, after.kind]).toEqual([name, 'refused']);
      expect([name, await signsIn(keyturn, caller.login, NEW)]).toEqual([name, false]);
      // What is opened now comes to no write either.
      const again = await opening(by);
      if (again.status === 201) expect([name, (await (await pageOf(String(again.body.token))).set(NEW)).kind]).toEqual([name, 'refused']);
      expect([name, await signsIn(keyturn, caller.login, NEW)]).toEqual([name, false]);
      if (name === 'a threat is raised')
        await store.threats.change({ ...threat, raisedAt: clock.now() - 3_600_000 }, { liftedAt: clock.now() + 2 });
    }
  });

  it('is sent for a verified caller alone, to nobody else’s mailbox, and to none that does not count', async () => {
    const [agent, caller, other] = [await newAgent(keyturn), await newCaller(keyturn), await newCaller(keyturn)];
    const open = (await openCase(agent, caller)).body.case as Case;
    const own = await channelOf(agent, open.id);
    expect(await act(agent, open.id, { linkTo: own })).toMatchObject({ status: 403, body: { code: 'case.receipt-needed' } });
    expect(await act(agent, open.id, { linkTo: own, unverified: true })).toMatchObject({ status: 403 });
    const theirs = await verified(keyturn, agent, other);
    expect(await act(agent, theirs.id, { linkTo: own })).toMatchObject({ status: 422, body: { code: 'case.channel-unknown' } });
    const trusted = await newAgent(keyturn, 'Trusted');
    const told = await openCase(trusted, await newCaller(keyturn), { reason: 'x' });
    expect((await choice(trusted, told.body.case?.id ?? '')).body).toEqual({ ways: ['told'], channels: [], numbers: [] });
    const stranger = await newAgent(keyturn);
    expect(await choice(stranger, open.id)).toMatchObject({ status: 404, body: { code: 'case.unknown' } });
    const unlocking = await openCase(agent, await newCaller(keyturn), { action: 'unlock-account' });
    expect(await choice(agent, unlocking.body.case?.id ?? '')).toMatchObject({ status: 409, body: { code: 'case.passed' } });
    for (const domain of ['shut.example.test', 'SHUT.example.test']) {
      const shut = await newCaller(keyturn);
      const { id } = await verified(keyturn, agent, shut);
      const [mail] = (await keyturn.deps.store.factors.ofAccount(shut.ref)).filter(({ kind }) => kind === 'email');
      expect((await choice(agent, id)).body.channels).toHaveLength(1);
      if (mail === undefined) throw new Error('no mailbox');
      await keyturn.deps.store.factors.end(mail.id, keyturn.clock.now());
      await keyturn.deps.store.factors.insert({ ...mail, id: newLogin(), secret: `x@${domain}`, label: `x@${domain}` });
      expect((await choice(agent, id)).body.channels).toEqual([]);
      await keyturn.deps.store.factors.insert({ ...mail, id: newLogin(), countsFrom: keyturn.clock.now() + MINUTE });
      expect((await choice(agent, id)).body.channels).toEqual([]);
    }
  });

  it('is worth nothing once who approved it may not any more', async () => {
    const [agent, other] = [await newAgent(keyturn, 'Senders'), await newAgent(keyturn, 'Senders')];
    const board = await newCaller(keyturn, { groups: ['Staff', 'Board'] });
    const { id } = await verified(keyturn, agent, board);
    expect(await act(agent, id, { linkTo: await channelOf(agent, id) })).toMatchObject({ body: { code: 'case.approval-needed' } });
    expect((await other.held.call('POST', `/helpdesk/approvals/${id}`, { approve: true })).status).toBe(204);
    const by = await sendAgain(agent, board, id);
    const page = await atPage(by);
    expect((await page.step()).kind).toBe('new-password');
    await change(other.account.id, { groups: [] });
    expect((await page.set(NEW)).kind).toBe('refused');
    expect(await opening(by)).toMatchObject(gone);
    await keeps(board);
  });

  it('is worth nothing once the role does not name the way any more in which its caller was verified', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Listeners'), await newCaller(keyturn)];
    const { id } = await opened(agent, caller);
    await ask(agent, id, 'email');
    await answer(agent, id, { code: await mailedCode(keyturn, caller) });
    keyturn.clock.move(31_000);
    await ask(agent, id, 'totp');
    await answer(agent, id, { code: caller.totp() });
    const by = await sendAgain(agent, caller, id);
    const page = await atPage(by);
    expect((await page.step()).kind).toBe('new-password');
    const { deps } = keyturn;
    const { document } = await exportConfiguration(deps.store, {});
    const without = (document as { roles: { otherWays?: string[] }[] }).roles.map(({ otherWays: _, ...role }) => role);
    const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
    const about = { expectedVersion: 1, actor: { kind: 'system' as const }, author: 'test', comment: '' };
    await applyConfiguration({ ...deps, checkContext }, { document: { ...(document as object), roles: without }, ...about });
    await keyturn.takeUpConfiguration();
    expect(deps.configuration().roles.every(({ otherWays }) => otherWays === undefined)).toBe(true);
    expect((await page.set(NEW)).kind).toBe('refused');
    expect(await opening(by)).toMatchObject(gone);
    await keeps(caller);
  });

  it('is opened by nothing but itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 20, maxLength: 128 }), fc.string({ minLength: 1, maxLength: 16 }), async (link, number) => {
        const { status } = await opening({ link, number });
        expect([400, 410]).toContain(status);
      }),
      { numRuns: 30 },
    );
  });
});

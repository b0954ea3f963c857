import { beforeAll, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, atCall, type CaseReply, caseNow, eventsAbout, HELPDESK_ROLES, newAgent, newCaller, opened } from './helpdesk.ts';
import { prove, startJourney } from './journey-client.ts';
import { embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const MINUTE = 60_000;
const tooOften = { status: 429, body: { code: 'case.too-often' } };
const unknown = { status: 404, body: { code: 'case.unknown' } };
const passed = { status: 409, body: { code: 'case.passed' } };
const nothing = { body: { code: 'case.nothing-enrolled' } };

describeEachEngine('the address of the page for callers, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: HELPDESK_ROLES,
        sms: { kind: 'capture', countries: ['DE'] },
      },
    });
  });
  const send = (agent: Agent, id: string, over = 'email') =>
    agent.held.call('POST', `/helpdesk/cases/${id}/page`, { over }) as Promise<CaseReply>;
  const pagesTo = (address: string) => keyturn.messages(address).filter(({ text }) => text.includes('/call'));

  it('goes to what is enrolled, and holds nothing that verifies anybody', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id, numbers } = await opened(agent, caller);
    expect(await send(agent, id)).toMatchObject({ status: 200, body: { case: { state: 'open', page: { over: 'email' }, triesLeft: 3 } } });
    await until(() => pagesTo(caller.address).length === 1, 'the address');
    const [mail] = pagesTo(caller.address);
    expect(mail?.text).toContain(`Agent ${agent.login}`);
    expect(mail?.text).toMatch(/https?:\/\/[^\s#?]+\/call\n/);
    for (const secret of [numbers?.spoken, numbers?.shown, id]) expect(mail?.text).not.toContain(secret);
    expect(await eventsAbout(keyturn, 'case.page-sent', id)).toMatchObject([{ factor: 'email', account: caller.ref }]);
    // A scanner opens it, and nothing comes of that; the caller proves who they are as ever.
    expect((await fetch(`${keyturn.url}/call`, { headers: { accept: 'text/html' } })).status).toBeLessThan(500);
    expect((await caseNow(agent, id)).state).toBe('open');
    const client = await atCall(keyturn, caller);
    await client.answer({ number: numbers?.spoken });
    expect((await caseNow(agent, id)).state).toBe('verified');
    expect(await send(agent, id)).toMatchObject(passed);
  });

  it('goes to a number as a text that fits into one message', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await opened(agent, caller);
    expect(await send(agent, id, 'sms')).toMatchObject(nothing);
    const number = '+4930123456789';
    await addFactor(keyturn.deps, keyturn.deps.store, { account: caller.ref, kind: 'sms', label: number, secret: number, source: 'self' });
    expect(await send(agent, id, 'sms')).toMatchObject({ status: 200, body: { case: { page: { over: 'sms' } } } });
    await until(() => pagesTo(number).length === 1, 'the text');
    expect(pagesTo(number)[0]?.text.length).toBeLessThanOrEqual(160);
  });

  it('is sent three times in a case, a minute apart, however many ask at once', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await opened(agent, caller);
    const replies = await Promise.all(Array.from({ length: 6 }, () => send(agent, id)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const status of [200, 200, 429, 429]) {
      keyturn.clock.move(MINUTE);
      expect((await send(agent, id)).status).toBe(status);
      expect(await send(agent, id)).toMatchObject(tooOften);
    }
    await until(() => pagesTo(caller.address).length === 3, 'the address');
    expect(await eventsAbout(keyturn, 'case.page-sent', id)).toHaveLength(3);
  });

  it('is sent by the agent of the case alone, and for nobody who may not be helped any more', async () => {
    const [agent, other, caller] = [await newAgent(keyturn), await newAgent(keyturn), await newCaller(keyturn)];
    const { id } = await opened(agent, caller);
    expect(await send(other, id)).toMatchObject(unknown);
    expect(await eventsAbout(keyturn, 'case.refused', id)).toMatchObject([{ code: 'case.unknown' }]);
    await keyturn.deps.store.freezes.freeze(caller.ref, 'not me', keyturn.clock.now());
    expect(await send(agent, id)).toMatchObject({ status: 409, body: { code: 'account.frozen' } });
    await keyturn.deps.store.freezes.lift(caller.ref);
    await agent.held.call('DELETE', `/helpdesk/cases/${id}`);
    expect(await send(agent, id)).toMatchObject(passed);
    expect(pagesTo(caller.address)).toEqual([]);
  });

  it('leaves what the owner has for their own codes', async () => {
    const strict = await startKeyturn({
      directories: [embeddedSection()],
      configuration: { signIn: { enabled: true }, roles: HELPDESK_ROLES },
    });
    try {
      const [agent, caller] = [await newAgent(strict), await newCaller(strict)];
      for (let nth = 0; nth < 12; nth += 1) {
        strict.clock.move(MINUTE);
        const { id } = await opened(agent, caller);
        await send(agent, id);
        await agent.held.call('DELETE', `/helpdesk/cases/${id}`);
      }
      const client = await startJourney(strict.url, caller.login);
      await prove(strict, client, caller);
      client.at('new-password');
    } finally {
      await strict.close();
    }
  });
});

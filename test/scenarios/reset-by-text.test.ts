import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ResetChoice } from '../../shared/api/cases.ts';
import type { Step } from '../../shared/api/journeys.ts';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { raiseThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, type Caller, caseNow, eventsAbout, newAgent, newCaller, verified } from './helpdesk.ts';
import { request } from './journey-client.ts';
import { embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const NEW = 'A harbour at 7, quite quiet';
const HOUR = 3_600_000;
const over = { groups: ['Staff'] };
const may = ['reset-password' as const];
const roles: NonNullable<ConfigurationDocument['roles']> = [
  { name: 'texters', may, heldBy: { groups: ['Texters'] }, over, resetBy: ['link', 'link-by-text', 'sent-by-text'] },
  { name: 'linkers', may, heldBy: { groups: ['Linkers', 'Both'] }, over, resetBy: ['link-by-text'] },
  { name: 'mailers', may, heldBy: { groups: ['Mailers', 'Both'] }, over, resetBy: ['link'] },
  { name: 'tellers', may, heldBy: { groups: ['Tellers'] }, over, resetBy: ['told'] },
];
const unknown = { status: 422, body: { code: 'case.channel-unknown' } };
const wayRefused = { status: 403, body: { code: 'case.reset-way-refused' } };

describe('a password that is set by way of a text message', () => {
  let gateway: SmsGatewayServer;
  let keyturn: Keyturn;
  beforeAll(async () => {
    gateway = await startSmsGateway(answers(200, { status: 'queued' }));
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: {
        organisation: { name: 'Test', publicUrl: 'http://localhost' },
        ...{ guard: { ...GENEROUS_LIMITS, textsOverall: { count: 30, windowSeconds: 86_400 } }, signIn: { enabled: true }, roles },
        threat: { withoutKinds: ['sms'] },
        sms: {
          kind: 'http',
          countries: ['DE'],
          gateways: [
            {
              name: 'g',
              url: gateway.url,
              json: { to: '{{number}}', text: '{{text}}' },
              success: { pointer: '/status', equals: ['queued'] },
            },
          ],
        },
      },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await gateway?.stop();
  });
  beforeEach(() => keyturn.clock.move(25 * HOUR));

  let numbers = 0;
  const number = () => `+49151${34_560_000 + ++numbers}`;
  const addNumber = (caller: Caller, secret: string, more: { countsFrom?: number } = {}) =>
    addFactor(keyturn.deps, keyturn.deps.store, { account: caller.ref, kind: 'sms', label: secret, secret, source: 'test', ...more });
  const texts = (to: string) =>
    gateway.calls
      .map(({ body }) => JSON.parse(body) as { to: string; text: string })
      .filter((each) => each.to === to)
      .map(({ text }) => text);
  const choiceOf = async (agent: Agent, id: string) =>
    (await agent.held.call('GET', `/helpdesk/cases/${id}/reset`)).body as unknown as ResetChoice;
  async function withNumber(): Promise<Caller & { number: string }> {
    const caller = await newCaller(keyturn);
    const own = number();
    await addNumber(caller, own);
    return { ...caller, number: own };
  }

  it('is their own, by a link, with the number that the agent reads out', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Texters'), await withNumber()];
    const { id } = await verified(keyturn, agent, caller);
    const { channels, numbers: forPasswords } = await choiceOf(agent, id);
    const masked = `+49 ••• ${caller.number.slice(-2)}`;
    // Both were enrolled at the same moment: none of them comes first.
    expect(channels.map(({ over: way, to }) => [way, to]).toSorted()).toEqual([
      ['email', expect.stringContaining('•••@')],
      ['sms', masked],
    ]);
    expect(forPasswords).toMatchObject([{ over: 'sms', to: masked }]);
    const sent = await act(agent, id, { linkTo: channels.find(({ over: way }) => way === 'sms')?.id });
    expect(sent).toMatchObject({ status: 200, body: { outcome: 'done', link: { to: masked, number: expect.stringMatching(/^\d{4}$/) } } });
    await until(() => texts(caller.number).length === 1, 'the text');
    const [text = ''] = texts(caller.number);
    const { link: shown } = sent.body as unknown as { link: { number: string } };
    expect(text).toContain(`Agent ${agent.login}`.slice(0, 20));
    const link = /http:\/\/localhost\/helpdesk-link#(\S+)/.exec(text)?.[1] ?? '';
    expect(text.replace(link, '')).not.toContain(shown.number);
    const begun = await request(keyturn.url, 'POST', '/helpdesk-link', { link, number: shown.number });
    expect(begun.status).toBe(201);
    const call = (method: string, path: string, body?: unknown) =>
      request(keyturn.url, method, `/journeys/current${path}`, body, { authorization: `Bearer ${begun.body.token}` });
    const step = async () => (await call('GET', '')).body.step as Step;
    await until(async () => (await step()).kind === 'new-password', 'the page of the new password');
    await call('POST', `/steps/${(await step()).id}`, { password: NEW });
    await until(async () => (await step()).kind === 'done', 'the end');
    expect(await signsIn(keyturn, caller.login, NEW)).toBe(true);
    const events = await eventsAbout(keyturn, 'case.link-sent', id);
    expect(events).toMatchObject([{ to: masked }]);
    expect(JSON.stringify([events, keyturn.logLines])).not.toContain(link.split('.')[1]);
  });

  it('is a temporary one that nobody of the helpdesk sees', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Texters'), await withNumber()];
    const { id } = await verified(keyturn, agent, caller);
    expect(await act(agent, id)).toMatchObject(wayRefused);
    const { numbers: choice } = await choiceOf(agent, id);
    const replies = await Promise.all([0, 1, 2].map(() => act(agent, id, { sendTo: choice[0]?.id, password: NEW })));
    const [done, ...more] = replies.filter(({ status }) => status === 200);
    expect([more, done?.body]).toEqual([[], { outcome: 'done', mustChange: true, sentTo: choice[0]?.to }]);
    await until(() => texts(caller.number).length > 0, 'the text');
    expect(texts(caller.number)).toHaveLength(1);
    const password = /Kt-\S+-x7/.exec(texts(caller.number)[0] ?? '')?.[0] ?? '';
    const directory = keyturn.deps.directories.get('people');
    expect(await directory.verifyPassword(caller.ref, password)).toMatchObject({ reason: 'credentials.must-change' });
    expect(JSON.stringify([await keyturn.deps.store.audit.read(0, 1_000_000), keyturn.logLines, replies])).not.toContain(password);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'closed', because: 'acted' });
  });

  it('goes to numbers alone that count, by a role that says so; of several roles all must', async () => {
    const [texter, linker, mailer, teller, both] = await Promise.all(
      ['Texters', 'Linkers', 'Mailers', 'Tellers', 'Both'].map((group) => newAgent(keyturn, group)),
    );
    const caller = await withNumber();
    const young = await addNumber(caller, number(), { countsFrom: keyturn.clock.now() + 400 * HOUR });
    const counting = (await keyturn.deps.store.factors.ofAccount(caller.ref)).find(({ secret }) => secret === caller.number)?.id;
    for (const [agent, ways] of [
      [texter, { email: true, sms: true, numbers: 1 }],
      [linker, { email: false, sms: true, numbers: 0 }],
      [mailer, { email: true, sms: false, numbers: 0 }],
      [teller, { email: false, sms: false, numbers: 0 }],
      [both, { email: true, sms: false, numbers: 0 }],
    ] as const) {
      if (agent === undefined) throw new Error('no agent');
      const { id } = await verified(keyturn, agent, caller, { replace: true, reason: 'test' });
      const choice = await choiceOf(agent, id);
      expect(choice.channels.some(({ over: way }) => way === 'email')).toBe(ways.email);
      expect(choice.channels.some(({ over: way }) => way === 'sms')).toBe(ways.sms);
      expect(choice.numbers).toHaveLength(ways.numbers);
      expect(choice.channels.filter(({ over: way }) => way === 'sms').length).toBeLessThanOrEqual(1);
      const withYoung = [await act(agent, id, { linkTo: young.id }), await act(agent, id, { sendTo: young.id })];
      for (const reply of withYoung) expect([unknown.body.code, wayRefused.body.code]).toContain(reply.body.code);
      if (!ways.sms) expect((await act(agent, id, { linkTo: counting })).status).not.toBe(200);
      if (ways.numbers === 0) expect(await act(agent, id, { sendTo: counting })).toMatchObject(wayRefused);
      expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
    }
    expect(texts(caller.number)).toEqual([]);
    expect(await signsIn(keyturn, caller.login, OLD_PASSWORD)).toBe(true);
  });

  it('counts among the texts of the installation, a long one as several, and sets nothing where none is left', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Texters'), await withNumber()];
    const { id } = await verified(keyturn, agent, caller);
    const { channels, numbers: choice } = await choiceOf(agent, id);
    const to = channels.find(({ over: way }) => way === 'sms')?.id;
    let sent = 0;
    for (; sent < 40; sent += 1) if ((await act(agent, id, { linkTo: to })).status !== 200) break;
    // Each is two.
    expect(sent).toBe(15);
    expect(await act(agent, id, { linkTo: to })).toMatchObject({ status: 429, body: { code: 'case.too-often' } });
    expect(await act(agent, id, { sendTo: choice[0]?.id })).toMatchObject({ status: 429, body: { code: 'case.too-often' } });
    expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toEqual([]);
    expect(await signsIn(keyturn, caller.login, OLD_PASSWORD)).toBe(true);
  });

  it('is not while a threat is raised for which texts do not count, nor by a link that was sent before', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Texters'), await withNumber()];
    const { id } = await verified(keyturn, agent, caller);
    const { channels, numbers: choice } = await choiceOf(agent, id);
    const to = channels.find(({ over: way }) => way === 'sms')?.id;
    const sent = await act(agent, id, { linkTo: to });
    await until(() => texts(caller.number).length === 1, 'the text');
    const link = /#(\S+)/.exec(texts(caller.number)[0] ?? '')?.[1] ?? '';
    await raiseThreat(keyturn.deps, consoleAuthor('root'), 'test');
    await keyturn.takeUpConfiguration();
    const after = await choiceOf(agent, id);
    expect([after.channels.map(({ over: way }) => way), after.numbers]).toEqual([['email'], []]);
    expect(await act(agent, id, { sendTo: choice[0]?.id })).toMatchObject(wayRefused);
    const { number: heard } = (sent.body as unknown as { link: { number: string } }).link;
    expect(await request(keyturn.url, 'POST', '/helpdesk-link', { link, number: heard })).toMatchObject({ status: 410 });
    expect(await signsIn(keyturn, caller.login, OLD_PASSWORD)).toBe(true);
  });
});

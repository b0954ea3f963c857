import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { CaseApproval } from '../../shared/api/cases.ts';
import { partAccount } from '../../src/core/people/unlink-account.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import {
  type Agent,
  act,
  answer,
  ask,
  atCall,
  type Caller,
  caseNow,
  eventsAbout,
  HELPDESK_ROLES,
  newAgent,
  newCaller,
  opened,
  verified,
} from './helpdesk.ts';
import { addQuestions, answersOf, answerTo, QUESTION_POOL } from './known-answers.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import type { Keyturn } from './start-keyturn.ts';

const needed = { status: 409, body: { code: 'case.approval-needed' } };
const own = { status: 403, body: { code: 'case.approval-own' } };
const passed = { status: 409, body: { code: 'case.passed' } };
const unknown = { status: 404, body: { code: 'case.unknown' } };
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };
const nothing = { status: 409, body: { code: 'case.nothing-enrolled' } };

describeEachEngine('agents who mean ill, on %s', (engine) => {
  let keyturn: Keyturn;
  let answers: string;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection(), embeddedSection('cloud')],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [
          ...HELPDESK_ROLES.map((role) => ({ ...role, heldBy: { directories: ['people'], ...role.heldBy } })).map((role) => ({
            ...role,
            over: { directories: ['people'], ...role.over },
          })),
          {
            ...{ name: 'seers', may: ['see-people', 'remind-people'], heldBy: { directories: ['people'], groups: ['Seers'] } },
            over: { directories: ['people'], groups: ['Staff'] },
          },
        ],
        helpdesk: { approvals: [{ name: 'board', when: { directories: ['people'], groups: ['Board'] } }] },
        factors: { questions: { pool: QUESTION_POOL } },
      },
    });
  });

  const newBoard = () => newCaller(keyturn, { groups: ['Staff', 'Board'] });
  const keepsPassword = (caller: Caller) => signsIn(keyturn, caller.login, OLD_PASSWORD);
  const decide = (agent: Agent, id: string) => agent.held.call('POST', `/helpdesk/approvals/${id}`, { approve: true });
  const again = async (agent: Agent): Promise<Agent> => ({ ...agent, held: await signIn(keyturn, agent.login, agent) });
  const setGroups = async ({ account }: { account: Caller['ref'] }, groups: string[]) => {
    const row = await keyturn.deps.store.embedded.find(account.directory, account.id);
    if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, groups }))) throw new Error('not changed');
  };
  /** Links two accounts, as their owner has proven both; returns the id of the link. */
  async function link(one: Agent, other: Agent): Promise<string> {
    const ids = [randomUUID(), randomUUID()] as const;
    const now = keyturn.clock.now();
    const made = await keyturn.deps.store.people.link(one.account, other.account, {
      ...{ person: randomUUID(), ids, now, by: 'test', countsFrom: now },
    });
    expect(made).toBe(true);
    return ids[1];
  }
  const part = (one: Agent, id: string) => {
    const by = { author: one.login, reason: 'test', language: 'en', lane: 'notice' as const };
    return partAccount(keyturn.deps, one.account, id, by);
  };

  it('two of them come to nothing without the caller: not by approving, nor by what the other one has', async () => {
    const [one, other, board] = [await newAgent(keyturn), await newAgent(keyturn), await newBoard()];
    const { id, numbers } = await opened(one, board);
    expect(await decide(other, id)).toMatchObject(passed);
    expect(await act(one, id)).toMatchObject(receiptNeeded);
    expect(await act(one, id, { unverified: true })).toMatchObject(receiptNeeded);
    // Of a caller of the other one there is a receipt, which is that one's.
    const theirs = await newCaller(keyturn);
    const good = await verified(keyturn, other, theirs);
    for (const tried of [good.id, id]) expect(await act(tried === id ? other : one, tried)).toMatchObject(unknown);
    const { receipt } = (await eventsAbout(keyturn, 'case.verified', good.id))[0] as { receipt: object };
    expect((await act(one, id, { receipt })).status).toBe(400);
    expect((await act(one, id, { account: theirs.ref })).status).toBe(400);
    expect(await decide(other, good.id)).toMatchObject({ status: 403, body: { code: 'case.approval-own' } });
    expect(await decide(one, good.id)).toMatchObject(passed);
    // Who asks takes the case over from the other one, and has to begin anew: neither number nor receipt goes with it.
    const taken = await opened(other, board, { replace: true, reason: 'mine' });
    expect(taken.numbers).not.toEqual(numbers);
    expect(await act(one, id)).toMatchObject(passed);
    expect(await act(other, taken.id)).toMatchObject(receiptNeeded);
    for (const caller of [board, theirs]) expect(await keepsPassword(caller)).toBe(true);
    expect((await eventsAbout(keyturn, 'case.refused', id)).length).toBeGreaterThan(0);
  });

  it.each([
    ['before it is asked for', 'early'],
    ['once it was asked for', 'late'],
  ])('one does not approve by an account that was parted %s, nor in a second session', async (_when, when) => {
    const [one, twin, board] = [await newAgent(keyturn), await newAgent(keyturn), await newBoard()];
    const id = await link(one, twin);
    if (when === 'early') await part(one, id);
    const first = await again(one);
    const helpCase = await verified(keyturn, first, board);
    expect(await act(first, helpCase.id)).toMatchObject(needed);
    if (when === 'late') await part(one, id);
    // Parting has ended the sessions of both.
    const [second, later] = [await again(one), await again(twin)];
    const { approvals } = (await later.held.call('GET', '/helpdesk/approvals')).body as unknown as { approvals: CaseApproval[] };
    expect(approvals.some((each) => each.case === helpCase.id)).toBe(false);
    expect(await decide(later, helpCase.id)).toMatchObject(own);
    expect(await decide(second, helpCase.id)).toMatchObject(own);
    expect(await act(await again(one), helpCase.id)).toMatchObject(needed);
    expect(await keepsPassword(board)).toBe(true);
    expect((await eventsAbout(keyturn, 'case.approval-own', helpCase.id)).length).toBeGreaterThan(0);
  });

  it('one does not type once more what a caller has answered to their questions', async () => {
    const [agent, colleague, caller] = [
      await newAgent(keyturn, 'Listeners'),
      await newAgent(keyturn, 'Listeners'),
      await newCaller(keyturn),
    ];
    answers ??= await answersOf(keyturn, caller.ref);
    await addQuestions(keyturn, caller.ref, answers);
    const unlock = { action: 'unlock-account' };
    const typed = async (by: Agent, id: string) => {
      const asked = await ask(by, id, 'questions');
      const right = (asked.body.case?.asked?.questions ?? []).map(({ text }) => answerTo(text));
      return asked.status === 200 ? answer(by, id, { answers: right }) : asked;
    };
    const first = await opened(agent, caller, unlock);
    const right = { status: 200, body: { case: { state: 'verified', verified: { way: 'questions' } } } };
    expect(await typed(agent, first.id)).toMatchObject(right);
    expect(await answer(agent, first.id, { answers: ['a', 'b', 'c'] })).toMatchObject(passed);
    // Without a caller: the same answers, in another case.
    const next = await opened(agent, caller);
    expect(await typed(agent, next.id)).toMatchObject(nothing);
    expect(await act(agent, next.id)).toMatchObject(receiptNeeded);
    expect(await keepsPassword(caller)).toBe(true);
    // Nor by another account of theirs, linked since, and parted again.
    const twin = await newAgent(keyturn, 'Listeners');
    await part(agent, await link(agent, twin));
    const more = { ...unlock, replace: true, reason: 'takes the call' };
    const other = await again(twin);
    expect(await typed(other, (await opened(other, caller, more)).id)).toMatchObject(nothing);
    // A colleague has not heard them; and others are new to everybody.
    const theirs = await opened(colleague, caller, more);
    expect(await typed(colleague, theirs.id)).toMatchObject(right);
    const { store } = keyturn.deps;
    const old = (await store.factors.ofAccount(caller.ref)).find(({ kind }) => kind === 'questions');
    await store.factors.end(old?.id ?? '', keyturn.clock.now());
    keyturn.clock.move(1000);
    await addQuestions(keyturn, caller.ref, answers);
    const renewed = await again(agent);
    const last = await opened(renewed, caller, more);
    expect(await typed(renewed, last.id)).toMatchObject(right);
  });

  it('one whose role was taken away in the middle of a call goes on with nothing, and nobody is told that it is a call', async () => {
    const [agent, caller, other] = [await newAgent(keyturn), await newCaller(keyturn), await newCaller(keyturn)];
    const begun = await opened(agent, caller);
    const before = await opened(agent, other);
    const page = await atCall(keyturn, caller);
    expect(page.at('confirm-call').call).toMatchObject({ agent: `Agent ${agent.login}` });
    await setGroups(agent, ['Nobody']);
    // The page that is open verifies nobody, and one that is opened now shows no call.
    await page.answer({ number: begun.numbers?.spoken });
    expect(page.at('confirm-call').call).toBeNull();
    const late = await atCall(keyturn, other);
    expect(late.at('confirm-call').call).toBeNull();
    expect((await late.answer({ number: before.numbers?.spoken })).status).toBe(422);
    for (const [id, called] of [
      [begun.id, caller],
      [before.id, other],
    ] as const) {
      expect(await eventsAbout(keyturn, 'case.verified', id)).toEqual([]);
      const reply = await act(agent, id);
      expect([reply.status, reply.body.outcome]).toEqual([expect.toSatisfy((status: number) => status >= 401), undefined]);
      expect(await keepsPassword(called)).toBe(true);
    }
    // Where the role comes back, the same call goes on.
    await setGroups(agent, ['Agents']);
    await page.answer({ look: true });
    expect(page.at('confirm-call').call).not.toBeNull();
    await page.answer({ number: begun.numbers?.spoken });
    page.at('done');
    const held = await again(agent);
    expect(await caseNow(held, begun.id)).toMatchObject({ state: 'verified' });
    expect(await act(held, begun.id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
  });

  it('one takes no list of people out of scope away, however it is asked for', async () => {
    const mark = newLogin('mark');
    const seer = await newAgent(keyturn, 'Seers');
    for (const directory of ['people', 'cloud'])
      for (const group of ['Staff', 'Others'])
        await addPerson(keyturn, `${mark}-${directory}-${group.toLowerCase()}`, {
          directory,
          groups: [group],
          displayName: `${mark} ${group}`,
        });
    const csv = async (query: string) => {
      const headers = { authorization: `Bearer ${seer.held.token}` };
      const reply = await fetch(`${keyturn.url}/api/v1/helpdesk/people.csv?${query}`, { headers });
      return { status: reply.status, text: await reply.text() };
    };
    const good = await csv(`directory=people&text=${mark}`);
    expect(good).toMatchObject({ status: 200, text: expect.stringContaining(`${mark}-people-staff`) });
    for (const query of [
      ...['', '&text=*', '&text=%25', '&text=_', '&text=', `&text=${mark}`, '&text=)(uid%3D*', '&text=%00', "&text=' OR 1%3D1 --"],
      ...['&enrolled=no-passkey', '&enrolled=no', '&enrolled=yes', '&filter=locked', '&filter=disabled', '&filter=must-change'],
      ...['&filter=*', '&filter=locked&filter=disabled', '&place=people', '&place=', '&cursor=AAAA', '&over=everybody', '&pageSize=100000'],
      ...['&directory=cloud', '&directory=*', `&text=${mark}&text=other`, '&groups=Others', '&text[]=x', '&__proto__=x'],
    ].flatMap((rest) => [`directory=people${rest}`, `directory=cloud${rest}`, `directory=people%2Fcloud${rest}`])) {
      const { status, text } = await csv(query);
      for (const hidden of [`${mark}-people-others`, `${mark}-cloud-staff`, `${mark}-cloud-others`])
        expect([query, status, text.includes(hidden)]).toEqual([query, status, false]);
      if (!query.startsWith('directory=people&') && query !== 'directory=people')
        expect([query, status]).toEqual([query, status === 400 ? 400 : 403]);
    }
    // Nor has anybody reminded of whom they are to know nothing.
    const reminded = async (asked: object) => (await seer.held.call('POST', '/helpdesk/reminders', asked)).body;
    const [hidden] = await keyturn.deps.directories.get('people').findAccounts(`${mark}-people-others`);
    const [elsewhere] = await keyturn.deps.directories.get('cloud').findAccounts(`${mark}-cloud-staff`);
    const nobody = await reminded({ people: [{ directory: 'people', id: randomUUID() }] });
    for (const account of [hidden, elsewhere])
      expect(await reminded({ people: [{ directory: account?.directory, id: account?.id }] })).toEqual(nobody);
    const taken = (await keyturn.deps.store.audit.read(0, 100_000)).filter(({ type }) => type.startsWith('people.export'));
    const begun = taken.filter(({ type }) => type === 'people.export-begun');
    expect(begun.length).toBeGreaterThan(0);
    expect(taken).toHaveLength(2 * begun.length);
    expect(taken.every(({ data }) => JSON.parse(data).directory === 'people' && !data.includes(mark))).toBe(true);
  });
});

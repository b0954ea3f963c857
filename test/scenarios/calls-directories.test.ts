import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStored } from '../../src/cli/audit/verify-log.ts';
import type { SignedReceipt } from '../../src/core/helpdesk/receipt.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import {
  type Agent,
  act,
  answer,
  ask,
  atCall,
  type Caller,
  type CaseReply,
  caseNow,
  eventsAbout,
  mailedCode,
  openCase,
  opened,
  verified,
} from './helpdesk.ts';
import { startJourney } from './journey-client.ts';
import { addQuestions, answerTo, QUESTION_POOL } from './known-answers.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };
const refused = { status: 403, body: { code: 'access.refused' } };
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };

describe.each(REAL_KINDS)('a call, kind %s', (kind) => {
  const [agentsGroup, listenersGroup, staffGroup] = [newLogin('agents'), newLogin('listeners'), newLogin('staff')];
  const [placedGroup, boardGroup] = [newLogin('placed'), newLogin('board')];
  let real: RealDirectory;
  let keyturn: Keyturn;
  let agent: Agent;
  let other: Agent;
  let listener: Agent;
  /** Whose role is over a place. */
  let placed: Agent;
  let place: string;
  let staff: Person[];
  let board: Person;
  let guarded: Person;
  let agentsDn: string;

  type Person = Caller & { person: RealPerson };
  const enrolled = async (more: { login?: string; parentDn?: string } = {}): Promise<Person> => {
    const person = await real.createPerson(more);
    const known = await keyturn.enrol(person.login);
    return { ...known, login: person.login, ref: known.account as AccountRef, person };
  };
  const agentOf = async (who: Person): Promise<Agent> => ({ ...who, held: await signIn(keyturn, who.login, who, who.person.password) });
  const keepsPassword = ({ person }: Person) => real.signsIn(person, person.password);

  beforeAll(async () => {
    const guardedLogin = newLogin('guarded');
    real = await reachRealDirectory(kind, { protected: { logins: ['domina', guardedLogin] } });
    const server = await servers[kind]();
    const over = { groups: [staffGroup] };
    place = await server.createOrganizationalUnit(newLogin('place'));
    keyturn = await startKeyturn({
      directories: [real.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        helpdesk: { approvals: [{ name: 'board', when: { groups: [boardGroup] } }] },
        roles: [
          {
            name: 'placed',
            may: ['reset-password'],
            heldBy: { groups: [placedGroup] },
            over: { places: [place] },
            resetBy: ['told'],
          },
          {
            name: 'agents',
            may: ['reset-password', 'unlock-account'],
            heldBy: { groups: [agentsGroup] },
            over,
            resetBy: ['link', 'told'],
          },
          {
            name: 'listeners',
            may: ['reset-password'],
            heldBy: { groups: [listenersGroup] },
            over,
            otherWays: ['read-back', 'questions', 'manager'],
            resetBy: ['told'],
          },
        ],
        factors: {
          questions: { pool: QUESTION_POOL },
        },
      },
    });
    const people: Person[] = [];
    for (let nth = 0; nth < 14; nth += 1) people.push(await enrolled());
    const [first, second, third, fourth, ...called] = people as [Person, Person, Person, Person, ...Person[]];
    guarded = await enrolled({ login: guardedLogin });
    board = called.at(-1) as Person;
    agentsDn = await server.createGroup(agentsGroup, [first.person.dn, second.person.dn]);
    await server.createGroup(listenersGroup, [third.person.dn]);
    await server.createGroup(placedGroup, [fourth.person.dn]);
    await server.createGroup(boardGroup, [board.person.dn]);
    await server.createGroup(
      staffGroup,
      [...called, guarded].map(({ person }) => person.dn),
    );
    [agent, other, listener] = [await agentOf(first), await agentOf(second), await agentOf(third)];
    placed = await agentOf(fourth);
    staff = called;
  }, 120_000);
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  it('resets and unlocks for who has confirmed it, and for nobody else', async () => {
    const [caller, locked, victim] = staff as [Person, Person, Person];
    const { id } = await verified(keyturn, agent, caller);
    // Another agent's, another person's, another act's: none of it is worth anything.
    expect((await act(other, id)).status).toBe(404);
    const strange = await opened(agent, victim);
    expect(await act(agent, strange.id)).toMatchObject(receiptNeeded);
    for (const path of ['/help/reset', '/help/unlock']) {
      for (const whom of [caller, victim]) expect(await agent.held.call('POST', path, { account: whom.ref })).toMatchObject(receiptNeeded);
    }
    expect(await openCase(agent, { ref: other.account })).toMatchObject(refused);
    expect(await openCase(agent, { ref: agent.account })).toMatchObject(refused);
    expect(await openCase(agent, await enrolled())).toMatchObject(refused);
    expect(await keepsPassword(caller)).toBe(true);

    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done', mustChange: true } });
    expect(await keepsPassword(caller)).toBe(false);
    expect(await act(agent, id)).toMatchObject({ status: 409, body: { code: 'case.passed' } });
    expect(await eventsAbout(keyturn, 'case.refused', id)).toContainEqual(expect.objectContaining({ code: 'case.passed' }));
    expect(await eventsAbout(keyturn, 'write.intended', caller.ref.id)).toHaveLength(1);

    await real.lock(locked.person);
    const unlocking = await verified(keyturn, agent, locked, { action: 'unlock-account' });
    expect(await act(agent, unlocking.id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keepsPassword(locked)).toBe(true);
    expect(await keepsPassword(victim)).toBe(true);
    expect(await eventsAbout(keyturn, 'write.intended', victim.ref.id)).toEqual([]);
  }, 120_000);

  it('keeps its receipt while the directory does not answer', async () => {
    const victim = staff[2] as Person;
    const { id } = await verified(keyturn, agent, victim, { replace: true, reason: 'test' });
    real.proxy.setMode('refuse');
    real.proxy.cutAll();
    const while_ = await act(agent, id);
    expect(while_.body.code ?? while_.body.outcome).toMatch(/^directory\.|^failed$/);
    expect(await caseNow(agent, id)).toMatchObject({ state: 'verified' });
    real.proxy.setMode('forward');
    expect(await act(agent, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await keepsPassword(victim)).toBe(false);
  }, 120_000);

  it('verifies a caller in each way, and the directory hears of each once', async () => {
    const [, , , byCodes, byQuestions, byManager] = staff as [Person, Person, Person, Person, Person, Person];
    const done = { status: 200, body: { outcome: 'done' } };
    const wayOf = async ({ ref }: Person) => {
      const [intended, ...more] = await eventsAbout(keyturn, 'write.intended', ref.id);
      expect(more).toEqual([]);
      return (intended as { backing: { receipt: SignedReceipt } }).backing.receipt.receipt.method.way;
    };

    const codes = await opened(listener, byCodes);
    await ask(listener, codes.id, 'email');
    await answer(listener, codes.id, { code: await mailedCode(keyturn, byCodes) });
    await ask(listener, codes.id, 'totp');
    keyturn.clock.move(31_000);
    await answer(listener, codes.id, { code: byCodes.totp() });
    expect(await act(listener, codes.id)).toMatchObject(done);

    await addQuestions(keyturn, byQuestions.ref);
    const questions = await opened(listener, byQuestions);
    const put = (await ask(listener, questions.id, 'questions')).body.case?.asked?.questions ?? [];
    await answer(listener, questions.id, { answers: put.map(({ text }) => answerTo(text)) });
    expect(await act(listener, questions.id)).toMatchObject(done);

    const boss = staff[6] as Person;
    await (await servers[kind]()).modify(byManager.person.dn, { manager: boss.person.dn });
    const held = await signIn(keyturn, boss.login, boss, boss.person.password);
    const vouching = await opened(listener, byManager);
    const asked = (await listener.held.call('POST', `/helpdesk/cases/${vouching.id}/vouch`, {})) as CaseReply;
    const [request] = (await held.call('GET', '/me/vouch')).body.requests as { id: string }[];
    expect((await held.call('POST', `/me/vouch/${request?.id}`, { digits: asked.body.case?.vouch?.digits })).status).toBe(204);
    expect(await act(listener, vouching.id)).toMatchObject(done);

    expect([await wayOf(byCodes), await wayOf(byQuestions), await wayOf(byManager)]).toEqual(['read-back', 'questions', 'manager']);
    for (const person of [byCodes, byQuestions, byManager]) expect(await keepsPassword(person)).toBe(false);
    expect(await verifyStored(keyturn.deps.store)).toMatchObject({ ok: true });
  }, 120_000);

  it('lets no attack reach it, and writes each of them down', async () => {
    const victim = staff[7] as Person;
    agent = await agentOf(agent as unknown as Person);
    const server = await servers[kind]();
    const written = async () => (await eventsAbout(keyturn, 'write.intended', victim.ref.id)).length;
    const noted = async (type: string, id: string, expected: object) =>
      expect(await eventsAbout(keyturn, type, id), type).toContainEqual(expect.objectContaining(expected));
    const actor = (who: Agent) => expect.objectContaining({ kind: 'delegate', login: who.login });
    const before = await written();

    // An impostor who has nothing of the victim's, and who guesses at what is asked.
    const { id } = await opened(agent, victim);
    const impostor = await startJourney(keyturn.url, victim.login, 'confirm-call');
    if (impostor.step.kind === 'choose-factor') await impostor.answer({ option: 'email' });
    await impostor.answer({ code: '00000000' });
    await noted('journey.proof-refused', victim.ref.id, { factor: 'email' });
    expect(await act(agent, id)).toMatchObject(receiptNeeded);
    await noted('case.refused', id, { code: 'case.receipt-needed', actor: actor(agent) });

    // A code relayed by a caller in the middle, to an agent whose role has no such way.
    expect(await ask(agent, id, 'email')).toMatchObject({ status: 403, body: { code: 'case.way-refused' } });
    keyturn.clock.move(31_000);
    expect(await answer(agent, id, { code: victim.totp() })).toMatchObject({ status: 403, body: { code: 'case.way-refused' } });
    await noted('case.refused', id, { code: 'case.way-refused', actor: actor(agent) });

    // A forged receipt: the API takes none, whoever sends it.
    const forged = { receipt: { case: id, account: victim.ref, action: 'reset-password' }, signature: 'x', publicKey: 'x' };
    expect((await act(agent, id, { receipt: forged })).status).toBe(400);
    expect((await act(agent, id, { verified: true })).status).toBe(400);
    await noted('case.refused', id, { code: 'request.malformed', actor: actor(agent) });

    // A prompt that was pushed without a call: the real person proves who they are, hears no number, and guesses or says no.
    const pushed = await atCall(keyturn, victim);
    const wrong = (await caseNow(agent, id)).numbers?.spoken === '0000' ? '0001' : '0000';
    for (let nth = 0; nth < 3; nth += 1) await pushed.answer({ number: wrong });
    await noted('case.number-refused', id, { triesLeft: 0 });
    await noted('case.closed', id, { because: 'too-many-tries' });
    expect(await act(agent, id)).toMatchObject({ status: 409, body: { code: 'case.passed' } });
    await noted('case.refused', id, { code: 'case.passed', actor: actor(agent) });
    const denied = await opened(agent, victim);
    await (await atCall(keyturn, victim)).answer({ notMine: true });
    await noted('case.denied', denied.id, { state: 'open' });

    // A receipt by somebody else than its agent, and one that has expired.
    const good = await verified(keyturn, agent, victim);
    expect((await act(other, good.id)).status).toBe(404);
    await noted('case.refused', good.id, { code: 'case.unknown', actor: actor(other) });
    for (const path of ['/help/reset', '/help/unlock'])
      expect(await agent.held.call('POST', path, { account: victim.ref })).toMatchObject(receiptNeeded);
    await noted('access.refused', victim.ref.id, { actor: actor(agent), reasons: [expect.objectContaining({ reason: 'receipt-needed' })] });
    // One about another person, and about another act.
    const bystander = staff[8] as Person;
    const strange = await opened(agent, bystander);
    expect(await act(agent, strange.id)).toMatchObject(receiptNeeded);
    await noted('case.refused', strange.id, { code: 'case.receipt-needed', actor: actor(agent) });
    const unlocking = await opened(agent, victim, { action: 'unlock-account' });
    expect(await act(agent, unlocking.id)).toMatchObject(receiptNeeded);
    await noted('case.refused', unlocking.id, { code: 'case.receipt-needed', actor: actor(agent) });
    expect(await act(agent, good.id)).toMatchObject({ status: 409, body: { code: 'case.passed' } });
    await noted('case.refused', good.id, { code: 'case.passed', actor: actor(agent) });
    const expiring = await verified(keyturn, agent, victim);
    keyturn.clock.move(11 * 60_000);
    const fresh = await agentOf(agent as unknown as Person);
    expect(await act(fresh, expiring.id)).toMatchObject(receiptNeeded);
    await noted('case.refused', expiring.id, { code: 'case.receipt-needed', actor: actor(fresh) });

    // Somebody out of scope, oneself, and a protected account.
    const stranger = await enrolled();
    for (const ref of [stranger.ref, agent.account]) {
      expect(await openCase(fresh, { ref })).toMatchObject(refused);
      await noted('access.refused', ref.id, { actor: actor(agent) });
    }
    expect(await openCase(fresh, { ref: guarded.ref })).toMatchObject(refused);
    await noted('access.refused', guarded.ref.id, { reasons: [expect.objectContaining({ reason: 'protected' })] });
    await noted('access.refused', fresh.account.id, { reasons: [expect.objectContaining({ reason: 'oneself' })] });

    // Somebody in another place than the role is over; one within it is helped.
    placed = await agentOf(placed as unknown as Person);
    expect(await openCase(placed, bystander)).toMatchObject(refused);
    await noted('access.refused', bystander.ref.id, {
      ...{ actor: actor(placed), reasons: [expect.objectContaining({ reason: 'out-of-scope' })] },
    });
    expect((await openCase(placed, await enrolled({ parentDn: place }))).status).toBe(201);

    // An agent who approves what they asked for, also in another session of theirs.
    const own = await verified(keyturn, fresh, board);
    expect(await act(fresh, own.id)).toMatchObject({ body: { code: 'case.approval-needed' } });
    const again = await agentOf(fresh as unknown as Person);
    for (const each of [fresh, again])
      expect(await each.held.call('POST', `/helpdesk/approvals/${own.id}`, { approve: true })).toMatchObject({
        ...{ status: 403, body: { code: 'case.approval-own' } },
      });
    await noted('case.approval-own', own.id, { actor: actor(fresh) });
    expect(await act(again, own.id)).toMatchObject({ body: { code: 'case.approval-needed' } });
    expect(await eventsAbout(keyturn, 'write.intended', board.ref.id)).toEqual([]);

    // The role lost between verification and act.
    const last = await verified(keyturn, again, victim);
    const left = staff[1] as Person;
    await server.modify(agentsDn, { member: [left.person.dn] });
    // What the node has looked up of the group counts for half a minute; its own look at who acts by a role may just have done so.
    keyturn.clock.move(31_000);
    expect(await act(again, last.id)).toMatchObject({ status: 401, body: { code: 'session.ended' } });
    // By the act, or by the node itself, which had noticed before.
    await noted('session.all-ended', again.account.id, { because: 'role-lost' });
    expect(await caseNow(again, last.id).catch(() => null)).not.toMatchObject({ because: 'acted' });
    expect(await written()).toBe(before);
    for (const each of [victim, guarded, board, bystander]) expect(await keepsPassword(each)).toBe(true);
  }, 180_000);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallsOnRealDirectory, type Person, startCalls } from './calls-on-real-directory.ts';
import { type Agent, act, answer, ask, atCall, caseNow, eventsAbout, openCase, opened, verified } from './helpdesk.ts';
import { startJourney } from './journey-client.ts';
import { REAL_KINDS } from './real-directories.ts';
import type { Keyturn } from './start-keyturn.ts';

const refused = { status: 403, body: { code: 'access.refused' } };
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };
const passed = { status: 409, body: { code: 'case.passed' } };

describe.each(REAL_KINDS)('nothing reaches the directory, and it is written down, kind %s:', (kind) => {
  let calls: CallsOnRealDirectory;
  let keyturn: Keyturn;
  let staff: readonly Person[];
  beforeAll(async () => {
    calls = await startCalls(kind, 15);
    ({ keyturn, staff } = calls);
  }, 120_000);
  afterAll(() => calls?.close());

  /** Somebody whom nobody has attacked yet. */
  let nth = 0;
  const nextVictim = (): Person => {
    const victim = staff[nth];
    nth += 1;
    if (victim === undefined) throw new Error('too few people to call');
    return victim;
  };
  const agent = () => calls.agentOf(calls.agents.first);
  const actor = (who: Agent) => expect.objectContaining({ kind: 'delegate', login: who.login });
  const noted = async (type: string, id: string, expected: object) =>
    expect(await eventsAbout(keyturn, type, id), type).toContainEqual(expect.objectContaining(expected));
  const because = (reason: string) => ({ reasons: [expect.objectContaining({ reason })] });

  /** Plays an attack on people. The server has afterwards of each of them what it had before, and lets in who was let in. */
  async function attack(people: readonly Person[], play: () => Promise<void>): Promise<void> {
    const look = async () => ({
      entries: await Promise.all(people.map((each) => calls.entryOf(each))),
      writes: await Promise.all(people.map((each) => calls.writesFor(each))),
    });
    const before = await look();
    expect(Object.values(before.entries[0] ?? {}).flat(), 'the server tells what a write would change').not.toEqual([]);
    await play();
    expect(await look()).toEqual(before);
    // Asked last: to sign in is written down as well by some servers.
    for (const each of people) expect(await calls.keepsPassword(each)).toBe(true);
  }

  it('an impostor who has nothing of the victim’s', async () => {
    const [victim, who] = [nextVictim(), await agent()];
    await attack([victim], async () => {
      const { id } = await opened(who, victim);
      const impostor = await startJourney(keyturn.url, victim.login, 'confirm-call');
      if (impostor.step.kind === 'choose-factor') await impostor.answer({ option: 'email' });
      await impostor.answer({ code: '00000000' });
      await noted('journey.proof-refused', victim.ref.id, { factor: 'email' });
      expect(await act(who, id)).toMatchObject(receiptNeeded);
      await noted('case.refused', id, { code: 'case.receipt-needed', actor: actor(who) });
    });
  });

  it('a code that a caller in the middle relays, to an agent who is held to receipts of devices', async () => {
    const [victim, who] = [nextVictim(), await agent()];
    await attack([victim], async () => {
      const { id } = await opened(who, victim);
      for (const kindOfCode of ['email', 'totp'])
        expect(await ask(who, id, kindOfCode)).toMatchObject({ status: 403, body: { code: 'case.way-refused' } });
      keyturn.clock.move(31_000);
      expect(await answer(who, id, { code: victim.totp() })).toMatchObject({ status: 403, body: { code: 'case.way-refused' } });
      await noted('case.refused', id, { code: 'case.way-refused', actor: actor(who) });
      // Nothing was sent that could be relayed.
      expect(keyturn.messages(victim.address).filter(({ text }) => /who called you/.test(text))).toEqual([]);
      expect(await act(who, id)).toMatchObject(receiptNeeded);
    });
  });

  it('a receipt about another person', async () => {
    const [verifiedOne, victim, who] = [nextVictim(), nextVictim(), await agent()];
    await attack([verifiedOne, victim], async () => {
      const { id } = await verified(keyturn, who, verifiedOne);
      const strange = await opened(who, victim);
      expect(await act(who, strange.id)).toMatchObject(receiptNeeded);
      await noted('case.refused', strange.id, { code: 'case.receipt-needed', actor: actor(who) });
      expect((await act(who, id, { account: victim.ref })).status).toBe(400);
      await noted('case.refused', id, { code: 'request.malformed', actor: actor(who) });
      expect(await who.held.call('POST', '/help/reset', { account: victim.ref })).toMatchObject(receiptNeeded);
      await noted('access.refused', victim.ref.id, { actor: actor(who), ...because('receipt-needed') });
      // It was good for whom it is about, all the while.
      expect(await caseNow(who, id)).toMatchObject({ state: 'verified' });
    });
  });

  it('a receipt about another act, on an account that is locked', async () => {
    const [victim, who] = [nextVictim(), await agent()];
    await calls.real.lock(victim.person);
    const before = await calls.entryOf(victim);
    const { id } = await verified(keyturn, who, victim);
    expect(await who.held.call('POST', '/help/unlock', { account: victim.ref })).toMatchObject(receiptNeeded);
    await noted('access.refused', victim.ref.id, { actor: actor(who), ...because('receipt-needed') });
    expect((await act(who, id, { action: 'unlock-account' })).status).toBe(400);
    await noted('case.refused', id, { code: 'request.malformed', actor: actor(who) });
    // A case for the other act takes the place of the first one, and brings nothing of it along.
    const unlocking = await opened(who, victim, { action: 'unlock-account' });
    expect(await act(who, unlocking.id)).toMatchObject(receiptNeeded);
    await noted('case.refused', unlocking.id, { code: 'case.receipt-needed', actor: actor(who) });
    expect(await act(who, id)).toMatchObject(passed);
    await noted('case.refused', id, { code: 'case.passed', actor: actor(who) });
    expect(await calls.entryOf(victim)).toEqual(before);
    expect(await calls.writesFor(victim)).toBe(0);
  });

  it('a receipt of another agent', async () => {
    const [victim, who, other] = [nextVictim(), await agent(), await calls.agentOf(calls.agents.second)];
    await attack([victim], async () => {
      const { id } = await verified(keyturn, who, victim);
      expect((await act(other, id)).status).toBe(404);
      await noted('case.refused', id, { code: 'case.unknown', actor: actor(other) });
      expect(await other.held.call('POST', '/help/reset', { account: victim.ref })).toMatchObject(receiptNeeded);
      await noted('access.refused', victim.ref.id, { actor: actor(other), ...because('receipt-needed') });
      // To put their own case in its place leaves them with one that nobody has confirmed.
      const own = await opened(other, victim, { replace: true, reason: 'test' });
      expect(await act(other, own.id)).toMatchObject(receiptNeeded);
      await noted('case.refused', own.id, { code: 'case.receipt-needed', actor: actor(other) });
    });
  });

  it('a receipt that was used, and one that is past its time', async () => {
    const [helped, victim, who] = [nextVictim(), nextVictim(), await agent()];
    const { id } = await verified(keyturn, who, helped);
    expect(await act(who, id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    const before = [await calls.entryOf(helped), await calls.writesFor(helped)];
    expect(await act(who, id)).toMatchObject(passed);
    expect(await act(who, id, { password: 'Another-Password-4711' })).toMatchObject(passed);
    await noted('case.refused', id, { code: 'case.passed', actor: actor(who) });
    const again = await opened(who, helped);
    expect(await act(who, again.id)).toMatchObject(receiptNeeded);
    await noted('case.refused', again.id, { code: 'case.receipt-needed', actor: actor(who) });
    expect([await calls.entryOf(helped), await calls.writesFor(helped)]).toEqual(before);

    await attack([victim], async () => {
      const expiring = await verified(keyturn, who, victim);
      keyturn.clock.move(11 * 60_000);
      const later = await agent();
      expect(await act(later, expiring.id)).toMatchObject(receiptNeeded);
      await noted('case.refused', expiring.id, { code: 'case.receipt-needed', actor: actor(later) });
    });
  });

  it('a number that is guessed', async () => {
    const [victim, who] = [nextVictim(), await agent()];
    await attack([victim], async () => {
      const { id } = await opened(who, victim);
      const at = await atCall(keyturn, victim);
      const wrong = (await caseNow(who, id)).numbers?.spoken === '0000' ? '0001' : '0000';
      for (let tried = 0; tried < 3; tried += 1) await at.answer({ number: wrong });
      await noted('case.number-refused', id, { triesLeft: 0 });
      await noted('case.closed', id, { because: 'too-many-tries' });
      expect(await act(who, id)).toMatchObject(passed);
      await noted('case.refused', id, { code: 'case.passed', actor: actor(who) });
    });
  });

  it('a call that was never made, which the person sees and denies', async () => {
    const [victim, who] = [nextVictim(), await agent()];
    await attack([victim], async () => {
      const { id } = await opened(who, victim);
      await (await atCall(keyturn, victim)).answer({ notMine: true });
      await noted('case.denied', id, { state: 'open' });
      expect(await act(who, id)).toMatchObject(passed);
      await noted('case.refused', id, { code: 'case.passed', actor: actor(who) });
    });
  });

  it('somebody at another place than the role is over', async () => {
    const [victim, inPlace] = [await calls.enrolled(), await calls.enrolled({ parentDn: calls.place })];
    const [placed, who] = [await calls.agentOf(calls.agents.placed), await agent()];
    await attack([victim], async () => {
      for (const each of [placed, who]) {
        expect(await openCase(each, victim)).toMatchObject(refused);
        expect(await each.held.call('POST', '/help/reset', { account: victim.ref })).toMatchObject(refused);
        await noted('access.refused', victim.ref.id, { actor: actor(each), ...because('out-of-scope') });
      }
      expect((await openCase(placed, inPlace)).status).toBe(201);
    });
  });

  it('a protected account', async () => {
    const who = await agent();
    await attack([calls.guarded], async () => {
      expect(await openCase(who, calls.guarded)).toMatchObject(refused);
      expect(await who.held.call('POST', '/help/reset', { account: calls.guarded.ref })).toMatchObject(refused);
      await noted('access.refused', calls.guarded.ref.id, { actor: actor(who), ...because('protected') });
    });
  });

  it('an agent who helps themselves', async () => {
    const who = await agent();
    await attack([calls.agents.first], async () => {
      for (const action of ['reset-password', 'unlock-account'])
        expect(await openCase(who, { ref: who.account }, { action })).toMatchObject(refused);
      expect(await who.held.call('POST', '/help/reset', { account: who.account })).toMatchObject(refused);
      await noted('access.refused', who.account.id, { actor: actor(who), ...because('oneself') });
    });
  });

  it('an agent who approves what they asked for, in another session too', async () => {
    const who = await agent();
    await attack([calls.board], async () => {
      const { id } = await verified(keyturn, who, calls.board);
      expect(await act(who, id)).toMatchObject({ body: { code: 'case.approval-needed' } });
      const again = await agent();
      for (const each of [who, again])
        expect(await each.held.call('POST', `/helpdesk/approvals/${id}`, { approve: true })).toMatchObject({
          ...{ status: 403, body: { code: 'case.approval-own' } },
        });
      await noted('case.approval-own', id, { actor: actor(who) });
      expect(await act(again, id)).toMatchObject({ body: { code: 'case.approval-needed' } });
    });
  });

  it('a receipt that is made up', async () => {
    const [victim, who] = [nextVictim(), await agent()];
    await attack([victim], async () => {
      const { id } = await opened(who, victim);
      const receipt = { case: id, account: victim.ref, action: 'reset-password', method: { way: 'own-device' } };
      for (const forged of [{ receipt: { receipt, signature: 'x', publicKey: 'x' } }, { verified: true }, { state: 'verified' }])
        expect((await act(who, id, forged)).status).toBe(400);
      await noted('case.refused', id, { code: 'request.malformed', actor: actor(who) });
      expect((await who.held.call('POST', '/help/reset', { account: victim.ref, receipt })).status).toBe(400);
      // A role that may do without is not asked for, it is held.
      expect((await act(who, id, { unverified: true })).status).toBe(403);
      await noted('case.refused', id, { code: 'case.receipt-needed', actor: actor(who) });
    });
  });

  it('an agent whose role was taken away between verification and act', async () => {
    const [victim, left, who] = [nextVictim(), nextVictim(), await agent()];
    await attack([victim], async () => {
      const { id } = await verified(keyturn, who, victim);
      await calls.leaveRoleTo(left);
      // What the node has looked up of the group counts for half a minute; its own look at who acts by a role may just have done so.
      keyturn.clock.move(31_000);
      expect(await act(who, id)).toMatchObject({ status: 401, body: { code: 'session.ended' } });
      await noted('session.all-ended', who.account.id, { because: 'role-lost' });
    });
  });
});

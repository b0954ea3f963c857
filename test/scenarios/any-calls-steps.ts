import fc from 'fast-check';
import { expect } from 'vitest';
import { type OtherWay, PERSON_PERMISSIONS, type PersonPermission, RESET_WAYS, type ResetWay } from '../../shared/permissions.ts';
import { basisOf, groupOf, isApproved, isLink, mayDecide } from './any-calls-foretold.ts';
import { GROUPS, LISTENS, MAY, MINUTE, REMOVED, type Seen, type World } from './any-calls-world.ts';
import { oldestFirst } from './by-time.ts';
import { act, answer, ask, atCall, type Caller, openCase } from './helpdesk.ts';
import { atBegun } from './journey-client.ts';
import { answerTo } from './known-answers.ts';
import { codeIn, type Keyturn, until } from './start-keyturn.ts';

const agentOf = fc.nat(GROUPS.length - 1);
const callerOf = fc.nat(2);
/** Of another agent, or of whose case it is; an old case, or the last one. */
const whose = { agent: fc.option(agentOf, { freq: 3 }), nth: fc.option(fc.nat(20), { freq: 2 }) };

export const step = fc.oneof(
  fc.record({
    what: fc.constant('open' as const),
    agent: agentOf,
    caller: callerOf,
    action: fc.constantFrom(...PERSON_PERMISSIONS),
    hasReason: fc.boolean(),
    replace: fc.boolean(),
  }),
  { weight: 2, arbitrary: fc.record({ what: fc.constant('confirm' as const), caller: callerOf, isRight: fc.boolean() }) },
  // A call that goes well, up to the act.
  { weight: 2, arbitrary: fc.record({ what: fc.constant('call' as const), agent: agentOf, caller: callerOf, nthAct: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('read-out-call' as const), caller: callerOf }) },
  // Codes that are read out to whoever has the case, or to another agent.
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ what: fc.constant('read-out' as const), ...whose },
      ...{ kind: fc.constantFrom('email' as const, 'sms' as const, 'totp' as const), isRight: fc.boolean() },
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('answers' as const), ...whose, isRight: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('vouch' as const), ...whose, isRight: fc.boolean() }) },
  fc.record({ what: fc.constant('deny' as const), caller: callerOf }),
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constant('act' as const), ...whose, unverified: fc.boolean(), way: fc.constantFrom(...RESET_WAYS) }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('use-link' as const), nth: whose.nth, isRight: fc.boolean() }) },
  fc.record({ what: fc.constant('close' as const), agent: agentOf, nth: fc.nat(20) }),
  fc.record({ what: fc.constant('send-page' as const), ...whose, over: fc.constantFrom('email', 'sms') }),
  { weight: 3, arbitrary: fc.record({ what: fc.constant('decide' as const), agent: agentOf, nth: whose.nth, approve: fc.boolean() }) },
  fc.record({ what: fc.constant('directly' as const), agent: agentOf, caller: callerOf, action: fc.constantFrom('reset', 'unlock') }),
  fc.record({ what: fc.constant('remind' as const), agent: agentOf, caller: callerOf }),
  fc.record({ what: fc.constant('wait' as const), minutes: fc.constantFrom(4, 12, 35) }),
);
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What was done at least once, over all worlds: by its name. */
export type Done = Set<PersonPermission | ResetWay | VerifiedBy | 'unverified' | 'second-agent' | 'remind-people'>;
type VerifiedBy = 'own-device' | OtherWay;

const otherDigit = (code: string) => code.replace(/.$/, (last) => (last === '0' ? '1' : '0'));

/** Does one step, and expects of it what a fresh receipt allows and nothing else. */
export async function take(world: World, given: Step, done: Done): Promise<void> {
  const { keyturn } = world;
  switch (given.what) {
    case 'open':
      return open(world, given);
    case 'call': {
      const acts = MAY[groupOf(given.agent)];
      const action = acts[given.nthAct % Math.max(1, acts.length)] ?? 'unlock-account';
      await open(world, { ...given, action, hasReason: true, replace: true });
      return take(world, { what: 'confirm', caller: given.caller, isRight: true }, done);
    }
    case 'read-out-call': {
      const agent = GROUPS.indexOf(LISTENS);
      await open(world, { ...given, agent, action: 'unlock-account', hasReason: true, replace: true });
      for (const kind of ['email', 'totp'] as const)
        await take(world, { what: 'read-out', agent: null, nth: null, kind, isRight: true }, done);
      return;
    }
    case 'confirm':
    case 'deny': {
      const client = await atCall(keyturn, world.caller(given.caller));
      const { call } = client.at('confirm-call');
      const seen = world.openOf(given.caller);
      const isOver = seen === undefined || seen.verifiedAt !== null ? true : world.isPast(seen.openedAt, 30 * MINUTE);
      if (isOver !== null) expect(call === null).toBe(isOver);
      if (call === null || seen === undefined) return;
      if (given.what === 'deny') {
        await client.answer({ notMine: true });
        seen.isClosed = true;
        return;
      }
      await client.answer({ number: given.isRight ? seen.spoken : otherDigit(seen.spoken) });
      seen.tries += 1;
      if (given.isRight) verified(world, seen, 'own-device', done);
      else if (seen.tries >= 3) seen.isClosed = true;
      return;
    }
    case 'read-out':
      return readOut(world, given, done);
    case 'answers':
      return answerQuestions(world, given, done);
    case 'vouch':
      return vouch(world, given, done);
    case 'act':
      return tryToAct(world, given, done);
    case 'use-link':
      return openLink(world, given, done);
    case 'close': {
      const seen = world.any(given.nth);
      if (seen === undefined) return;
      const { status } = await (await world.agent(given.agent)).held.call('DELETE', `/helpdesk/cases/${seen.id}`);
      expect(status).toBe(seen.agent === given.agent ? 204 : 404);
      if (seen.agent === given.agent) seen.isClosed = true;
      return;
    }
    case 'send-page': {
      const seen = world.any(given.nth);
      if (seen === undefined) return;
      const by = given.agent ?? seen.agent;
      const isOver = seen.isClosed || seen.verifiedAt !== null ? true : world.isPast(seen.openedAt, 30 * MINUTE);
      const { status } = await (await world.agent(by)).held.call('POST', `/helpdesk/cases/${seen.id}/page`, { over: given.over });
      if (isOver !== null) expect([200, 429].includes(status)).toBe(by === seen.agent && !isOver);
      return;
    }
    case 'decide': {
      const seen = world.any(given.nth);
      if (seen === undefined) return;
      const may = mayDecide(world, seen, given.agent);
      const decision = given.approve ? { approve: true } : { approve: false, reason: 'because' };
      const { status } = await (await world.agent(given.agent)).held.call('POST', `/helpdesk/approvals/${seen.id}`, decision);
      if (may !== null) expect(status === 204, JSON.stringify({ seen, given, status })).toBe(may);
      if (status !== 204) return expect([403, 409]).toContain(status);
      if (given.approve) seen.approval = { state: 'approved', basis: seen.approval?.basis ?? null };
      else seen.isClosed = true;
      return;
    }
    case 'directly': {
      const agent = await world.agent(given.agent);
      const { status } = await agent.held.call('POST', `/help/${given.action}`, { account: world.caller(given.caller).ref });
      return expect(status).toBe(403);
    }
    case 'remind': {
      const isRight = groupOf(given.agent) === 'Reminders';
      const people = [world.caller(given.caller).ref, world.bare];
      const { status, body } = await (await world.agent(given.agent)).held.call('POST', '/helpdesk/reminders', { people });
      expect(status).toBe(isRight ? 200 : 403);
      if (!isRight) return;
      // Callers could recover their account, and nobody is reminded twice in a day.
      expect(body).toMatchObject({ reminded: world.remindedAt === null ? 1 : 0 });
      world.remindedAt ??= keyturn.clock.now();
      done.add('remind-people');
      return;
    }
    case 'wait':
      keyturn.clock.move(given.minutes * MINUTE);
  }
}

async function open(
  world: World,
  given: { agent: number; caller: number; action: PersonPermission; hasReason: boolean; replace: boolean },
): Promise<void> {
  const agent = await world.agent(given.agent);
  const before = world.openOf(given.caller);
  const isOver = before === undefined ? true : world.isPast(before.openedAt, 30 * MINUTE);
  const removes = given.action === 'remove-proofs';
  if (removes) await world.haveRemovable(world.caller(given.caller));
  const reply = await openCase(agent, world.caller(given.caller), {
    ...{ action: given.action, replace: given.replace, ...(removes ? { kinds: [REMOVED] } : {}) },
    ...(given.hasReason ? { reason: 'because' } : {}),
  });
  if (!MAY[groupOf(given.agent)].includes(given.action)) return expect(reply.status).toBe(403);
  const isFree = isOver === true || given.replace || before?.agent === given.agent;
  const lacksReason = before !== undefined && isOver === false && before.agent !== given.agent && !given.hasReason;
  if (isOver !== null) expect(reply.status).toBe(!isFree ? 409 : lacksReason ? 422 : 201);
  const opened = reply.body.case;
  if (reply.status !== 201 || opened === undefined) return;
  if (before !== undefined) before.isClosed = true;
  const { agent: by, caller, action, hasReason } = given;
  world.seen.push({
    ...{ id: opened.id, agent: by, caller, action, spoken: opened.numbers?.spoken ?? '', hasReason },
    ...{
      openedAt: world.keyturn.clock.now(),
      verifiedAt: null,
      tries: 0,
      readOut: [],
      vouches: 0,
      approval: null,
      link: null,
      isClosed: false,
    },
  });
}

function verified(world: World, seen: Seen, way: VerifiedBy, done: Done): void {
  seen.verifiedAt = world.keyturn.clock.now();
  done.add(way);
}

async function readOut(world: World, given: Extract<Step, { what: 'read-out' }>, done: Done): Promise<void> {
  const { keyturn } = world;
  const seen = world.any(given.nth);
  if (seen === undefined) return;
  const by = given.agent ?? seen.agent;
  const agent = await world.agent(by);
  const caller = world.caller(seen.caller);
  const to = given.kind === 'sms' ? caller.number : caller.address;
  const isOver = seen.isClosed || seen.verifiedAt !== null ? true : world.isPast(seen.openedAt, 30 * MINUTE);
  const may = by === seen.agent && groupOf(by) === LISTENS && isOver === false && !seen.readOut.includes(given.kind);
  const before = callCodes(keyturn, to).length;
  const asked = await ask(agent, seen.id, given.kind);
  // Another code is asked for too soon: the one before is as good.
  if (isOver !== null) expect([200, 429].includes(asked.status), JSON.stringify({ seen, given, asked })).toBe(may);
  if (asked.status !== 200) return;
  keyturn.clock.move(31_000);
  if (given.kind !== 'totp') await until(() => callCodes(keyturn, to).length > before, 'the code to read out');
  const right = given.kind === 'totp' ? caller.totp() : (callCodes(keyturn, to).at(-1) ?? '');
  const { status, body } = await answer(agent, seen.id, { code: given.isRight ? right : otherDigit(right) });
  if (status === 429) return;
  if (!given.isRight) {
    seen.tries += 1;
    if (seen.tries >= 3) seen.isClosed = true;
    return expect(body).toMatchObject({ code: 'case.answer-wrong' });
  }
  expect(status, JSON.stringify({ seen, given, body })).toBe(200);
  seen.readOut.push(given.kind);
  if (seen.readOut.length >= 2) verified(world, seen, 'read-back', done);
}

/** Whoever has the case, or does not, types what the caller answers to their questions. */
async function answerQuestions(world: World, given: Extract<Step, { what: 'answers' }>, done: Done): Promise<void> {
  const seen = world.any(given.nth);
  if (seen === undefined) return;
  const by = given.agent ?? seen.agent;
  const agent = await world.agent(by);
  const isOver = seen.isClosed || seen.verifiedAt !== null ? true : world.isPast(seen.openedAt, 30 * MINUTE);
  // Who has typed right answers of somebody before knows them.
  const known = `${by} ${seen.caller}`;
  const may = by === seen.agent && groupOf(by) === LISTENS && isOver === false && !world.typed.has(known);
  const asked = await ask(agent, seen.id, 'questions');
  if (isOver !== null) expect(asked.status === 200, JSON.stringify({ seen, given, asked })).toBe(may);
  if (asked.status !== 200) return;
  const put = asked.body.case?.asked?.questions ?? [];
  expect(put).toHaveLength(3);
  const answers = put.map(({ text }, index) => (given.isRight || index > 0 ? answerTo(text) : 'Kastanienweg 1'));
  const { status, body } = await answer(agent, seen.id, { answers });
  if (status === 429) return;
  if (!given.isRight) {
    seen.tries += 1;
    if (seen.tries >= 3) seen.isClosed = true;
    return expect(body).toMatchObject({ code: 'case.answer-wrong' });
  }
  expect(status, JSON.stringify({ seen, given, body })).toBe(200);
  world.typed.add(known);
  verified(world, seen, 'questions', done);
}

/** Whoever has the case, or does not, asks the manager, who types digits that are right or wrong. */
async function vouch(world: World, given: Extract<Step, { what: 'vouch' }>, done: Done): Promise<void> {
  const seen = world.any(given.nth);
  if (seen === undefined) return;
  const by = given.agent ?? seen.agent;
  const agent = await world.agent(by);
  const boss = await world.manager();
  const isOver = seen.isClosed || seen.verifiedAt !== null ? true : world.isPast(seen.openedAt, 30 * MINUTE);
  const may = by === seen.agent && groupOf(by) === LISTENS && isOver === false;
  const asked = await agent.held.call('POST', `/helpdesk/cases/${seen.id}/vouch`, {});
  if (isOver !== null) expect([200, 429].includes(asked.status), JSON.stringify({ seen, given, asked })).toBe(may);
  if (asked.status !== 200) return;
  seen.vouches += 1;
  expect(seen.vouches).toBeLessThanOrEqual(2);
  const { digits } = (asked.body as { case: { vouch: { digits: string } } }).case.vouch;
  const { requests } = (await boss.held.call('GET', '/me/vouch')).body as { requests: { id: string; state: string; call?: object }[] };
  const waiting = requests.find(({ state }) => state === 'open');
  const typed = given.isRight ? digits : digits === '99' ? '10' : '99';
  const reply = await boss.held.call('POST', `/me/vouch/${waiting?.id}`, { digits: typed });
  expect(reply.status, JSON.stringify({ seen, given, reply, requests })).toBe(given.isRight ? 204 : 422);
  if (given.isRight) verified(world, seen, 'manager', done);
}

async function tryToAct(world: World, given: Extract<Step, { what: 'act' }>, done: Done): Promise<void> {
  const seen = world.any(given.nth);
  if (seen === undefined) return;
  const by = given.agent ?? seen.agent;
  const agent = await world.agent(by);
  const caller = world.caller(seen.caller);
  const isReset = seen.action === 'reset-password';
  const basis = basisOf(world, seen, by, given);
  const approved = basis === null ? null : isApproved(seen, basis);
  const before = links(world, caller).length;
  const more: Readonly<Record<ResetWay, () => Promise<object>>> = {
    told: async () => ({}),
    link: async () => ({ linkTo: await world.factorOf(caller, 'email') }),
    'link-by-text': async () => ({ linkTo: await world.factorOf(caller, 'sms') }),
    'sent-by-text': async () => ({ sendTo: await world.factorOf(caller, 'sms') }),
  };
  const { status, body } = await act(agent, seen.id, { unverified: given.unverified, ...(isReset ? await more[given.way]() : {}) });
  const isDone = status === 200 && body.outcome === 'done';
  const waits = status === 409 && body.code === 'case.approval-needed';
  const expected = basis === 'nothing' ? 'refused' : approved === null ? null : approved ? 'done' : 'waits';
  const became = isDone ? 'done' : waits ? 'waits' : 'refused';
  if (expected !== null) expect(became, JSON.stringify({ seen, given, status, body })).toBe(expected);
  if (waits) seen.approval = { state: 'waiting', basis: basis === 'nothing' ? null : basis };
  if (!isDone) return;
  if (seen.approval?.state === 'approved') done.add('second-agent');
  if (isLink(seen, given.way)) {
    await until(() => links(world, caller).length > before, 'the link');
    const { number } = (body as unknown as { link: { number: string } }).link;
    seen.link = { link: links(world, caller).at(-1) ?? '', number, sentAt: world.keyturn.clock.now(), opened: 0 };
    return;
  }
  if (seen.verifiedAt === null || world.isPast(seen.verifiedAt, 10 * MINUTE) === true) done.add('unverified');
  finish(world, seen, done);
  if (isReset) done.add(given.way);
}

/** The person opens the newest link of a case, with the number that was read out or with another one, and chooses a password. */
async function openLink(world: World, given: Extract<Step, { what: 'use-link' }>, done: Done): Promise<void> {
  const seen = world.any(given.nth);
  if (seen?.link === undefined || seen.link === null) return;
  const { link } = seen;
  const isOver = seen.isClosed || link.opened >= 5 ? true : world.isPast(link.sentAt, 15 * MINUTE);
  const opened = await world.open(link.link, given.isRight ? link.number : otherDigit(link.number));
  if (isOver !== null) expect(opened.status === 201, JSON.stringify({ seen, given, opened })).toBe(given.isRight && !isOver);
  if (isOver !== true) link.opened += 1;
  if (opened.status !== 201) return;
  const page = atBegun(world.keyturn.url, opened);
  const now = async () => {
    page.step = (await page.call('GET', '/journeys/current')).body.step ?? page.step;
    return page.step.kind;
  };
  await until(async () => (await now()) !== 'waiting', 'the page of the new password');
  await page.answer({ password: `A harbour at ${opened.body.journey}, quite quiet` });
  await until(async () => (await now()) !== 'waiting', 'the end');
  page.at('done');
  finish(world, seen, done);
  done.add(wasText(world, seen) ? 'link-by-text' : 'link');
}

function finish(world: World, seen: Seen, done: Done): void {
  seen.isClosed = true;
  const effects = world.effects[seen.caller];
  if (effects !== undefined) effects[seen.action] += 1;
  done.add(seen.action);
}

const wasText = (world: World, { caller, link }: Seen) =>
  world.keyturn.messages(world.caller(caller).number).some(({ text }) => text.includes(link?.link ?? ''));

/** Links that were sent to a caller, oldest first. */
const links = (world: World, { address, number }: Caller & { number: string }) =>
  oldestFirst([...world.keyturn.messages(address), ...world.keyturn.messages(number)]).flatMap(
    ({ text }) => /helpdesk-link#(\S+)/.exec(text)?.[1] ?? [],
  );

/** Codes that were sent to be read out, oldest first. */
const callCodes = (keyturn: Keyturn, to: string) =>
  oldestFirst(keyturn.messages(to).filter(({ text }) => /who called you|to somebody who called you/.test(text))).map(
    (message) => /\b\d{6,10}\b/.exec(message.text)?.[0] ?? codeIn(message),
  );

import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { NamedTestPerson } from '../../shared/api/first-reset.ts';
import type { SetUpRow } from '../../src/core/ports/set-up-store.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Caller, eventsAbout, HELPDESK_ROLES, newAgent, newCaller } from './helpdesk.ts';
import { atBegun, prove, request, startJourney } from './journey-client.ts';
import { atLastStep, type LastStep, open, opening, set, settle } from './last-step.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, PROTECTED_GROUP, SILENT, signsIn } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

// What whoever holds the browser of a set-up, or a link of its last step, may try against a colleague.

const NEW = 'Quiet-harbour-at-n00n';
const OTHER = 'Loud-mountain-at-midnight-7';
const MINUTE = 60_000;

describeEachEngine('an attack by the last step of the set-up, on %s', (engine) => {
  let keyturn: Keyturn;
  let other: Keyturn;
  let step: LastStep;
  beforeAll(async () => {
    [keyturn, other] = await engine.startTwo({
      directories: [embeddedSection()],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles: HELPDESK_ROLES },
    });
  });
  beforeEach(async () => {
    step = await atLastStep(keyturn);
  });

  const change = async (id: string, to: object) => {
    const row = await keyturn.deps.store.embedded.find('people', id);
    if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, ...to }))) throw new Error('not changed');
  };
  const link = async (one: Caller['ref'], another: Caller['ref']) => {
    const now = keyturn.clock.now();
    const made = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as const, now, by: 'test', countsFrom: now + 60 * MINUTE };
    expect(await keyturn.deps.store.people.link(one, another, made)).toBe(true);
  };
  const writes = (caller: Caller) => eventsAbout(keyturn, 'write.succeeded', caller.ref.id);
  const keeps = async (caller: Caller) => {
    expect(await signsIn(keyturn, caller.login, OLD_PASSWORD)).toBe(true);
    expect(await writes(caller)).toEqual([]);
  };

  it('does not take who holds a role by another account, of whom the link still waits too', async () => {
    const [caller, agent] = [await newCaller(keyturn), await newAgent(keyturn)];
    await link(caller.ref, agent.account);
    expect((await step.name(caller.login)).body).toMatchObject({ unfit: { reason: 'role' } });
    expect((await step.link()).status).toBe(409);
  });

  it.each<[string, (caller: Caller) => Promise<unknown>]>([
    ['is linked with who holds a role', async ({ ref }) => link(ref, (await newAgent(keyturn)).account)],
    ['is given a role', ({ ref }) => change(ref.id, { groups: ['Staff', 'Agents'] })],
    ['is protected', ({ ref }) => change(ref.id, { groups: ['Staff', PROTECTED_GROUP] })],
    ['is disabled', ({ ref }) => change(ref.id, { disabled: true })],
    ['is frozen', ({ ref }) => keyturn.deps.store.freezes.freeze(ref, 'not-me', keyturn.clock.now())],
    ['is named no more', async () => step.name((await newCaller(keyturn)).login)],
    [
      'has set another password',
      async (caller) => {
        const own = await startJourney(keyturn.url, caller.login);
        await prove(keyturn, own, caller);
        expect(await set(own, OTHER)).toBe('done');
      },
    ],
  ])('does not write for a person who %s meanwhile, nor by opening the link anew', async (_what, happens) => {
    const caller = await newCaller(keyturn);
    await step.name(caller.login);
    const { secret } = await step.link();
    const page = await open(keyturn, secret);
    await happens(caller);
    expect(await set(page, NEW)).toBe('refused');
    const again = await opening(other, secret);
    if (again.status === 201) {
      const second = atBegun(other.url, again);
      await settle(second);
      if (second.step.kind === 'new-password') expect(await set(second, NEW)).toBe('refused');
      expect(second.step.kind).toBe('refused');
    }
    expect(await signsIn(keyturn, caller.login, NEW)).toBe(false);
  });

  it('writes once, and makes five links, however many ask at once at two nodes', async () => {
    const caller = await newCaller(keyturn);
    await step.name(caller.login);
    for (let round = 0; round < 4; round += 1) await Promise.all([keyturn, other, keyturn, other].map((node) => step.link(node)));
    const { firstReset } = JSON.parse(((await keyturn.deps.store.setUps.current()) as SetUpRow).facts);
    expect(firstReset.linksMade).toBeLessThanOrEqual(5);
    expect(await eventsAbout(keyturn, 'set-up.reset-link-made', caller.ref.id)).toHaveLength(firstReset.linksMade);

    step = await atLastStep(keyturn);
    await step.name(caller.login);
    const { secret } = await step.link();
    const pages = [await open(keyturn, secret), await open(other, secret), await open(keyturn, secret), await open(other, secret)];
    const [ends] = await Promise.all([Promise.all(pages.map((page, at) => set(page, `${NEW}-${at}`))), opening(other, secret)]);
    expect(ends.filter((kind) => kind === 'done').length).toBeLessThanOrEqual(1);
    expect((await writes(caller)).length).toBe(ends.filter((kind) => kind === 'done').length);
    expect((await step.name((await newCaller(keyturn)).login)).status).toBe((await writes(caller)).length === 1 ? 409 : 200);
  });

  it('ends the sessions, tells the owner, who stops it by that, and is told apart in the log', async () => {
    const caller = await newCaller(keyturn);
    const session = await signIn(keyturn, caller.login, caller);
    expect((await session.call('GET', '/session')).status).toBe(200);
    await step.name(caller.login);
    const { secret } = await step.link();
    const page = await open(keyturn, secret);
    const before = keyturn.messages(caller.address).length;
    expect(await set(page, NEW)).toBe('done');
    expect((await session.call('GET', '/session')).status).toBe(401);
    const { text } = await keyturn.waitForMessage(caller.address, before);
    // Whoever reads that is to know that it was no recovery: nobody proved anything.
    expect(text).toContain('by a link that whoever sets Keyturn up has made to try it');
    const token = /\/not-me#(\S+)/.exec(text)?.[1] ?? '';
    expect((await request(keyturn.url, 'POST', '/notices/not-me', { token })).status).toBeLessThan(300);
    expect(await keyturn.deps.store.freezes.isFrozen(caller.ref)).toBe(true);
    const [made] = await eventsAbout(keyturn, 'set-up.reset-link-made', caller.ref.id);
    const [opened] = await eventsAbout(keyturn, 'set-up.reset-link-opened', caller.ref.id);
    const [written] = await writes(caller);
    expect(made).toMatchObject({ actor: { kind: 'operator', client: 'web' } });
    expect(written).toMatchObject({ journey: (opened as { journey: string }).journey });
  });

  it('gives nothing but the password: no session, no passkey, no phone, no other account', async () => {
    const caller = await newCaller(keyturn);
    await step.name(caller.login);
    const { secret } = await step.link();
    const page = await open(keyturn, secret);
    const nothing = async () => {
      for (const [path, body] of [
        ['/session', {}],
        ['/session/release', {}],
        ['/enrolment/passkey-options', {}],
        ['/journeys/current/phones', {}],
      ] as const) {
        const { status, body: told } = await page.call('POST', path, body);
        expect([status >= 400, told.code], path).toEqual([true, expect.any(String)]);
      }
    };
    await nothing();
    expect((await page.answer({ keepPassword: true })).status).toBeGreaterThanOrEqual(400);
    await settle(page);
    expect(await set(page, NEW)).toBe('done');
    await nothing();
    expect(page.step).not.toHaveProperty('passkey');
    expect(await keyturn.deps.store.factors.ofAccount(caller.ref)).toHaveLength(2);
  });

  it('tells of everybody who was named, whether they are taken or not', async () => {
    const [caller, agent] = [await newCaller(keyturn), await newAgent(keyturn)];
    for (const { login } of [caller, agent]) await step.name(login);
    const actor = { kind: 'operator', client: 'web' };
    expect(await eventsAbout(keyturn, 'set-up.reset-named', caller.ref.id)).toMatchObject([{ actor }]);
    expect(await eventsAbout(keyturn, 'set-up.reset-refused', agent.account.id)).toMatchObject([{ actor, reason: 'role' }]);
  });

  it('looks no more than twenty names up, however many ask at once at two nodes, and is no way to learn who is there', async () => {
    const [caller, agent] = [await newCaller(keyturn), await newAgent(keyturn)];
    const reasons: unknown[] = [];
    for (let round = 0; round < 20; round += 1) {
      const asked = [keyturn, other, keyturn, other].map((node) => step.call('POST', '', { account: agent.login }, node));
      for (const { body } of await Promise.all(asked)) reasons.push((body as unknown as Partial<NamedTestPerson>).unfit?.reason);
    }
    expect(reasons.filter((reason) => reason === 'role').length).toBeLessThanOrEqual(20);
    for (const { login } of [caller, agent])
      for (const node of [keyturn, other])
        expect((await step.call('POST', '', { account: login }, node)).body).toMatchObject({
          unfit: { reason: 'names-used-up', detail: null },
          shown: { person: null },
        });
    expect((await eventsAbout(keyturn, 'set-up.reset-refused', agent.account.id)).length).toBeLessThanOrEqual(20);
    expect(await eventsAbout(keyturn, 'set-up.reset-named', caller.ref.id)).toEqual([]);
  });

  it('keeps whom it has found before its names are used up', async () => {
    const caller = await newCaller(keyturn);
    expect((await step.name(caller.login)).body).toMatchObject({ unfit: null });
    for (let nth = 0; nth < 20; nth += 1) await step.name('nobody-at-all');
    expect((await step.name((await newCaller(keyturn)).login)).body).toMatchObject({ unfit: { reason: 'names-used-up' } });
    const page = await open(keyturn, (await step.link()).secret);
    expect(await set(page, NEW)).toBe('done');
    expect(await signsIn(keyturn, caller.login, NEW)).toBe(true);
  });

  it('does not write once its hour is over, by a page that was opened before', async () => {
    step = await atLastStep(keyturn, 5 * MINUTE);
    const caller = await newCaller(keyturn);
    await step.name(caller.login);
    const { secret } = await step.link();
    const page = await open(keyturn, secret);
    keyturn.clock.move(6 * MINUTE);
    expect((await opening(other, secret)).status).toBe(410);
    expect(await set(page, NEW)).toBe('refused');
    await keeps(caller);
  });

  it('is nothing once it was left out', async () => {
    const caller = await newCaller(keyturn);
    await step.name(caller.login);
    const { secret } = await step.link();
    const page = await open(keyturn, secret);
    expect((await step.call('POST', '/end', {})).status).toBe(200);
    expect((await opening(other, secret)).status).toBe(410);
    expect((await step.name(caller.login)).status).toBe(404);
    expect(await set(page, NEW)).toBe('refused');
    await keeps(caller);
  });
});

it('takes nobody by a name that another directory may know too', async () => {
  const silent = await startKeyturn({ directories: [embeddedSection(), SILENT] });
  try {
    await addPerson(silent, 'single');
    const { name, link: make } = await atLastStep(silent);
    expect((await name('single')).body).toMatchObject({ unfit: { reason: 'directory-trouble' }, shown: { person: null } });
    expect((await make()).status).toBe(409);
  } finally {
    await silent.close();
  }
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endPasses } from '../../src/core/enrolment/end-passes.ts';
import { type ChangedBy, endFactor } from '../../src/core/enrolment/enrol-factors.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { createMovableClock, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const BY: ChangedBy = { author: 'test', language: 'en', lane: 'notice' };
const HOUR = 3_600_000;
const NEW = 'Second-Passw0rd-ever';
const configuration = {
  recovery: { rules: [{ name: 'everybody', accepted: [['temporary-pass' as const, 'totp' as const]] }] },
  guard: {
    work: { iterations: 10, tries: 20 },
    startsPerAccount: { count: 100 },
    startsPerAccountOverall: { count: 100 },
    failuresPerAccount: { count: 10, countWithWork: 10 },
  },
};

/** A person with an authenticator, and a pass. */
async function withPass(keyturn: Keyturn, once = true, hours = 8): Promise<Enrolled & { login: string; pass: string; endsAt: number }> {
  const login = newLogin();
  await addPerson(keyturn, login);
  const person = await keyturn.enrol(login);
  return { ...person, login, ...(await issue(keyturn, person, once, hours)) };
}
function issue(keyturn: Keyturn, { account }: Enrolled, once = true, hours = 8) {
  return issueTemporaryPass(keyturn.deps, account, { hours, longestHours: 24, once }, BY);
}

async function givePass(keyturn: Keyturn, login: string, pass: string): Promise<JourneyClient> {
  const client = await startJourney(keyturn.url, login);
  await client.answer({ option: 'temporary-pass' });
  client.at('code');
  await client.answer({ code: pass });
  return client;
}
/** The step after a right pass asks for the authenticator. */
const isProven = ({ step }: JourneyClient) => step.kind === 'code' && step.factor.kind === 'totp';
const live = async ({ deps }: Keyturn, { account }: Enrolled) =>
  (await deps.store.factors.ofAccount(account)).filter(({ kind }) => kind === 'temporary-pass');

describeEachEngine('a temporary pass on two nodes, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];
  const clock = createMovableClock();
  beforeAll(async () => {
    nodes = await engine.startTwo({ directories: [embeddedSection()], configuration, clock });
  });

  it('recovers its owner once, as it was read out, is told by mail, and stands nowhere in clear', async () => {
    const [keyturn] = nodes;
    const person = await withPass(keyturn);
    const told = () => keyturn.messages(person.address).map(({ text }) => text);
    await until(() => told().length > 0, 'a mail');
    expect(told()[0]).toContain('a temporary pass was issued');
    expect(told()[0]).not.toContain(person.pass);
    const client = await givePass(keyturn, person.login, person.pass.slice(1));
    expect(client.at('code')).toMatchObject({ attemptsLeft: 5, message: expect.stringContaining('16 letters and digits') });
    await client.answer({ code: person.pass.toLowerCase().replaceAll('-', ' ').replaceAll('1', 'l').replaceAll('0', 'o') });
    expect(isProven(client)).toBe(true);
    await client.answer({ code: person.totp() });
    await client.answer({ password: NEW });
    client.at('done');
    expect(await signsIn(keyturn, person.login, NEW)).toBe(true);
    expect(isProven(await givePass(keyturn, person.login, person.pass))).toBe(false);
    const events = (await keyturn.deps.store.audit.read(0, 10_000)).map(({ data }) => data).join('\n');
    for (const secret of [person.pass, person.pass.replaceAll('-', '')]) expect(keyturn.logLines.join('\n') + events).not.toContain(secret);
  });

  it('given to both at once proves in exactly one journey', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { login, pass } = await withPass(nodes[0]);
      const clients = await Promise.all(nodes.map((node) => startJourney(node.url, login)));
      for (const client of clients) await client.answer({ option: 'temporary-pass' });
      await Promise.all(clients.map((client) => client.answer({ code: pass })));
      expect(clients.filter(isProven)).toHaveLength(1);
    }
  });

  it('that is good until its end proves on both, and not from its end on', async () => {
    const person = await withPass(nodes[0], false);
    for (const node of nodes) expect(isProven(await givePass(node, person.login, person.pass))).toBe(true);
    const late = await startJourney(nodes[1].url, person.login);
    await late.answer({ option: 'temporary-pass' });
    clock.move(person.endsAt - clock.now() - 60_000);
    expect(isProven(await givePass(nodes[1], person.login, person.pass))).toBe(true);
    clock.move(60_000);
    expect(isProven(await givePass(nodes[0], person.login, person.pass))).toBe(false);
    // A journey that had begun before is no way around it.
    await late.answer({ code: person.pass });
    expect(isProven(late)).toBe(false);
  });

  it('is ended when a newer one is issued or an operator removes it, also in a journey that waits for it', async () => {
    const person = await withPass(nodes[0]);
    const waiting = await startJourney(nodes[1].url, person.login);
    await waiting.answer({ option: 'temporary-pass' });
    const newer = await issue(nodes[0], person);
    await waiting.answer({ code: person.pass });
    expect(isProven(waiting)).toBe(false);
    const [row, ...others] = await live(nodes[0], person);
    expect(others).toEqual([]);
    await endFactor(nodes[0].deps, person.account, row?.id ?? '', { ...BY, reason: 'test' });
    expect(isProven(await givePass(nodes[1], person.login, newer.pass))).toBe(false);
  });

  it('is ended for good by whoever sees it past its end, once in the log: no clock that is set back revives it', async () => {
    const person = await withPass(nodes[0], false, 1);
    clock.move(HOUR);
    await Promise.all(nodes.map(({ deps }) => endPasses(deps)));
    clock.move(-HOUR);
    expect(isProven(await givePass(nodes[0], person.login, person.pass))).toBe(false);
    const events = (await nodes[0].deps.store.audit.read(0, 100_000)).filter(({ type }) => type === 'factor.ended');
    const own = events.filter(({ data }) => data.includes(person.account.id));
    expect(own.map(({ data }) => (JSON.parse(data) as { reason: string }).reason)).toEqual(['its time is over']);
  });

  it('is worth nothing once the clock was set back, and is ended then', async () => {
    const person = await withPass(nodes[0], false);
    clock.move(2 * HOUR);
    await endPasses(nodes[1].deps);
    expect(isProven(await givePass(nodes[0], person.login, person.pass))).toBe(true);
    clock.move(-HOUR);
    expect(isProven(await givePass(nodes[0], person.login, person.pass))).toBe(false);
    await endPasses(nodes[1].deps);
    expect(await live(nodes[0], person)).toEqual([]);
    clock.move(HOUR);
    expect(isProven(await givePass(nodes[0], person.login, person.pass))).toBe(false);
  });
});

describe('temporary passes', () => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await startKeyturn({ directories: [embeddedSection()], configuration });
  });
  afterAll(() => keyturn?.close());

  it('of others prove nothing, and the page is the same as for nobody and for who has none', async () => {
    const [one, other] = [await withPass(keyturn), await withPass(keyturn)];
    const none = newLogin();
    await addPerson(keyturn, none);
    await keyturn.enrol(none);
    const shown = ({ step }: JourneyClient) => ({ ...step, id: '', expiresAt: '' });
    const nobody = shown(await givePass(keyturn, newLogin(), one.pass));
    for (const [login, pass] of [
      [one.login, other.pass],
      [none, other.pass],
    ] as const) {
      const client = await givePass(keyturn, login, pass);
      expect(isProven(client)).toBe(false);
      expect(shown(client)).toEqual(nobody);
    }
    expect(isProven(await givePass(keyturn, one.login, one.pass))).toBe(true);
  });

  it('are guessed five times in a journey, and then the journey ends; the limit of the account holds over journeys', async () => {
    const person = await withPass(keyturn);
    const wrong = person.pass.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    for (const _ of [1, 2]) {
      const client = await givePass(keyturn, person.login, wrong);
      for (let tries = 1; tries < 5; tries += 1) await client.answer({ code: wrong });
      expect(client.at('refused').code).toBe('journey.too-many-attempts');
    }
    // Ten failures are judged from one place.
    const events = async () =>
      (await keyturn.deps.store.audit.read(0, 100_000)).filter(
        ({ type, data }) => type === 'journey.proof-refused' && data.includes(person.account.id),
      );
    expect(await events()).toHaveLength(10);
    await givePass(keyturn, person.login, wrong);
    await until(async () => (await events()).length === 11, 'the eleventh');
    expect(JSON.parse((await events())[10]?.data ?? '{}')).toMatchObject({ judged: false });
    expect((await live(keyturn, person)).map(({ suspendedAt }) => suspendedAt)).toEqual([null]);
  });

  it.each([0, 1.5, -1, 25, Number.NaN])('are not issued for %s hours', async (hours) => {
    const login = newLogin();
    await addPerson(keyturn, login);
    const person = await keyturn.enrol(login);
    await expect(issue(keyturn, person, true, hours)).rejects.toMatchObject({ code: 'enrolment.hours-invalid' });
    expect(await live(keyturn, person)).toEqual([]);
  });
});

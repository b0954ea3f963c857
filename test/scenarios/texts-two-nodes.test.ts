import { afterAll, beforeAll, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newLogin } from '../conformance/samples.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, until } from './start-keyturn.ts';

const DAY = 24 * 3_600_000;
/** Codes for one person in a day. */
const PERSON = 4;
/** All texts of a day; a fifth of them is for who asks from a place that is known, and nobody here does. */
const ALL = 20;
const OPEN = ALL - ALL / 5;
let numbers = 0;
function newNumber(): string {
  numbers += 1;
  return `+49151${23_600_000 + numbers}`;
}

/** Texts cost money: what one person and what all may bring about holds over all nodes, however the requests meet. */
describeEachEngine('text messages that are asked for at two nodes at once, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];
  let gateway: SmsGatewayServer;
  beforeAll(async () => {
    gateway = await startSmsGateway(answers(200, { status: 'queued' }));
    nodes = await engine.startTwo({
      directories: [embeddedSection()],
      configuration: {
        guard: {
          ...GENEROUS_LIMITS,
          messagesPerAccount: { count: PERSON, countWithWork: PERSON, windowSeconds: DAY / 1000 },
          textsOverall: { count: ALL, windowSeconds: DAY / 1000 },
        },
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['sms', 'totp']] }] },
        sms: { kind: 'http', countries: ['DE'], gateways: [{ name: 'g', url: gateway.url, json: { to: '{{number}}', text: '{{text}}' } }] },
      },
    });
  });
  afterAll(async () => {
    await gateway?.stop();
  });
  const node = (nth: number) => nodes[nth % 2] as Keyturn;

  async function person(telephone = true): Promise<Enrolled & { login: string; number: string }> {
    const [login, number] = [newLogin(), newNumber()];
    await addPerson(nodes[0], login);
    const enrolled = await nodes[0].enrol(login);
    const { deps } = nodes[0];
    if (telephone)
      await addFactor(deps, deps.store, { account: enrolled.account, kind: 'sms', label: number, secret: number, source: 'test' });
    return { login, number, ...enrolled };
  }
  /** Asks for the code of a recovery at one of the nodes. */
  async function ask(login: string, nth: number): Promise<void> {
    const client = await startJourney(node(nth).url, login);
    await client.answer({ option: 'sms' });
    client.at('code');
  }
  const sent = () => gateway.calls.map(({ body }) => (JSON.parse(body) as { to: string }).to);
  const textsTo = (number: string) => sent().filter((to) => to === number).length;
  /** Until all that was queued has left. */
  const left = () =>
    until(
      async () => (await nodes[0].deps.store.outbox.backlog(nodes[0].clock.now())).every(({ waiting }) => waiting === 0),
      'an empty outbox',
    );
  const withheld = async (accountId: string) =>
    (await nodes[0].deps.store.audit.read(0, 1_000_000)).filter(
      ({ type, data }) => type === 'journey.code-withheld' && data.includes(accountId),
    ).length;

  it('are as many for one person as at one node, and each that is not sent is in the log', async () => {
    const { login, number, account } = await person();
    const asked = 3 * PERSON;
    await Promise.all(Array.from({ length: asked }, (_, nth) => ask(login, nth)));
    await left();
    expect(textsTo(number)).toBe(PERSON);
    expect(await withheld(account.id)).toBe(asked - PERSON);
  });

  it('are as many in all, whoever asks, and are begun anew by the next day', async () => {
    nodes[0].clock.move(2 * DAY);
    const before = sent().length;
    const people = await Promise.all(Array.from({ length: OPEN + 6 }, () => person()));
    await Promise.all(people.map(({ login }, nth) => ask(login, nth)));
    await left();
    expect(sent().length - before).toBe(OPEN);
    nodes[0].clock.move(DAY + 1000);
    const late = await person();
    await ask(late.login, 1);
    await left();
    expect(textsTo(late.number)).toBe(1);
  });

  it('are as many to numbers that are being added: three for one person in an hour, three to one number in a day', async () => {
    nodes[0].clock.move(2 * DAY);
    const begin = (token: string, nth: number, number: string) =>
      inSession(node(nth).url, token, 'POST', '/me/factors/sms', { number }).then(({ status }) => status);
    const one = await person(false);
    const held = await signIn(nodes[0], one.login, one);
    const own = await Promise.all(Array.from({ length: 8 }, (_, nth) => begin(held.token, nth, newNumber())));
    expect(own.toSorted()).toEqual([201, 201, 201, 429, 429, 429, 429, 429]);
    const stranger = newNumber();
    const tokens: string[] = [];
    for (let people = 0; people < 4; people += 1) {
      const each = await person(false);
      tokens.push((await signIn(nodes[0], each.login, each)).token);
    }
    const several = await Promise.all(tokens.flatMap((token, nth) => [begin(token, nth, stranger), begin(token, nth + 1, stranger)]));
    expect(several.filter((status) => status === 201)).toHaveLength(3);
    await left();
    expect(textsTo(stranger)).toBe(3);
  });

  it('are counted together, those of a recovery and those to numbers that are being added', async () => {
    nodes[0].clock.move(2 * DAY);
    const before = sent().length;
    const people = await Promise.all(Array.from({ length: OPEN - 2 }, () => person()));
    await Promise.all(people.map(({ login }, nth) => ask(login, nth)));
    const one = await person(false);
    const held = await signIn(nodes[0], one.login, one);
    const added = await Promise.all(
      [0, 1, 2].map((nth) => inSession(node(nth).url, held.token, 'POST', '/me/factors/sms', { number: newNumber() })),
    );
    expect(added.map(({ status }) => status).toSorted()).toEqual([201, 201, 429]);
    await left();
    expect(sent().length - before).toBe(OPEN);
  });
});

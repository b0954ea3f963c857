import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OwnFactors } from '../../shared/api/own-factors.ts';
import { newLogin } from '../conformance/samples.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, until } from './start-keyturn.ts';

const DAY = 24 * 3_600_000;
/** Of all texts; a fifth is for who asks from a place that is known. */
const TEXTS = 40;
let numbers = 0;
/** Of a range that is nobody's. */
function newNumber(): string {
  numbers += 1;
  return `+49151${23_500_000 + numbers}`;
}

describeEachEngine('mobile numbers, added by their owners, on %s', (engine) => {
  let keyturn: Keyturn;
  let gateway: SmsGatewayServer;
  beforeAll(async () => {
    gateway = await startSmsGateway(answers(200, { status: 'queued' }));
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        guard: { ...GENEROUS_LIMITS, textsOverall: { count: TEXTS, windowSeconds: DAY / 1000 } },
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['sms', 'totp']] }] },
        sms: {
          kind: 'http',
          countries: ['DE', 'AT'],
          gateways: [{ name: 'g', url: gateway.url, json: { to: '{{number}}', text: '{{text}}' } }],
        },
      },
    });
  });
  afterAll(async () => {
    await gateway?.stop();
  });

  async function signedIn(): Promise<{ person: Enrolled; login: string; held: SessionClient }> {
    const login = newLogin();
    await addPerson(keyturn, login);
    const person = await keyturn.enrol(login);
    return { login, person, held: await signIn(keyturn, login, person) };
  }
  const begin = (held: SessionClient, number: string) => held.call('POST', '/me/factors/sms', { number });
  const confirm = (held: SessionClient, ceremony: unknown, code: string) => held.call('POST', '/me/factors/confirm', { ceremony, code });
  const mine = async (held: SessionClient) => (await held.call('GET', '/me/factors')).body as unknown as OwnFactors;
  const textsTo = (number: string) =>
    gateway.calls.map(({ body }) => JSON.parse(body) as { to: string; text: string }).filter(({ to }) => to === number);
  async function codeTo(number: string): Promise<string> {
    await until(() => textsTo(number).length > 0, `a text to ${number}`);
    return /\b\d{8}\b/.exec(textsTo(number).at(-1)?.text ?? '')?.[0] ?? '';
  }

  it('adds one by the code that went there, tells its owner, and lets it count after its cool-down', async () => {
    const { person, login, held } = await signedIn();
    expect((await mine(held)).addable).toEqual(['totp', 'email', 'sms', 'recovery-code']);
    const number = newNumber();
    const begun = await begin(held, number.replace('+49151', '+49 (151) '));
    expect(begun).toMatchObject({ status: 201, body: { address: number } });
    const code = await codeTo(number);
    expect(textsTo(number)[0]?.text).toContain('to add this number');
    const wrong = code === '12345678' ? '87654321' : '12345678';
    expect((await confirm(held, begun.body.ceremony, wrong)).body.code).toBe('enrolment.code-wrong');
    expect((await mine(held)).factors.filter(({ kind }) => kind === 'sms')).toEqual([]);
    expect(await confirm(held, begun.body.ceremony, code)).toMatchObject({ status: 201, body: { name: number } });
    expect((await confirm(held, begun.body.ceremony, code)).body.code).toBe('enrolment.ceremony-over');
    expect((await mine(held)).factors.find(({ kind }) => kind === 'sms')).toMatchObject({
      label: number,
      renamable: false,
      removable: true,
    });
    const told = () => keyturn.messages(person.address).find(({ text }) => text.includes('a telephone number was added'));
    await until(() => told() !== undefined, 'the notice');
    expect(told()?.text).toContain('/not-me#');
    const early = await startJourney(keyturn.url, login);
    await early.answer({ option: 'sms' });
    keyturn.clock.move(DAY + 1000);
    const client = await startJourney(keyturn.url, login);
    const before = textsTo(number).length;
    await client.answer({ option: 'sms' });
    await until(() => textsTo(number).length > before, 'a code to the number');
    expect(before).toBe(1);
    await client.answer({ code: await codeTo(number) });
    await client.answer({ code: person.totp() });
    client.at('new-password');
  });

  it('takes no number that texts may not go to', async () => {
    const { held } = await signedIn();
    const before = gateway.calls.length;
    for (const number of ['+1 202 555 0147', '+49 30 123456', '+49 900 1234567', '0151 23456789', 'mine'])
      expect(await begin(held, number), number).toMatchObject({ status: 422, body: { code: 'enrolment.number-invalid' } });
    expect(gateway.calls.length).toBe(before);
  });

  it('asks for fresh proofs, and belongs to its session', async () => {
    const { held } = await signedIn();
    const number = newNumber();
    const begun = await begin(held, number);
    const code = await codeTo(number);
    const other = await signedIn();
    expect((await confirm(other.held, begun.body.ceremony, code)).body.code).toBe('enrolment.ceremony-over');
    keyturn.clock.move(11 * 60_000);
    expect((await begin(held, newNumber())).body.code).toBe('session.step-up-needed');
    expect((await confirm(held, begun.body.ceremony, code)).body.code).toBe('session.step-up-needed');
  });

  it('counts each code before it is compared: of twelve guesses at once five are judged', async () => {
    const { held } = await signedIn();
    const number = newNumber();
    const begun = await begin(held, number);
    const code = await codeTo(number);
    const wrong = code === '12345678' ? '87654321' : '12345678';
    const guesses = await Promise.all(Array.from({ length: 12 }, () => confirm(held, begun.body.ceremony, wrong)));
    expect(guesses.filter(({ body }) => body.code === 'enrolment.code-wrong')).toHaveLength(5);
    expect((await confirm(held, begun.body.ceremony, code)).body.code).toBe('enrolment.ceremony-over');
  });

  it('sends three texts an hour for one person, and three a day to one number, whoever asks at once', async () => {
    keyturn.clock.move(2 * DAY);
    const { held } = await signedIn();
    const own = await Promise.all(Array.from({ length: 6 }, () => begin(held, newNumber())));
    expect(own.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(own.filter(({ status }) => status === 429)).toHaveLength(3);
    const victim = newNumber();
    const statuses: number[] = [];
    for (let people = 0; people < 3; people += 1) {
      const each = await signedIn();
      for (let tries = 0; tries < 2; tries += 1) statuses.push((await begin(each.held, victim)).status);
    }
    expect(statuses).toEqual([201, 201, 201, 429, 429, 429]);
    // Mail costs nothing, and has limits of its own.
    expect((await held.call('POST', '/me/factors/email', { address: 'x@home.example' })).status).toBe(201);
  });

  it('leaves the last part of all texts to people at a place that is known', async () => {
    keyturn.clock.move(2 * DAY);
    const statuses: number[] = [];
    for (let people = 0; people < 12; people += 1) {
      const { held } = await signedIn();
      for (let tries = 0; tries < 3; tries += 1) statuses.push((await begin(held, newNumber())).status);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(TEXTS - TEXTS / 5);
    expect(statuses.slice(TEXTS - TEXTS / 5).every((status) => status === 429)).toBe(true);
    const events = await keyturn.deps.store.audit.read(0, 10_000);
    expect(events.some(({ data }) => data.includes('textsOverall'))).toBe(true);
  });
});

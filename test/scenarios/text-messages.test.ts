import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newSeed } from '../../src/core/enrolment/totp-seed.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { type Keyturn, type KeyturnOptions, startKeyturn, until } from './start-keyturn.ts';

const NEW = 'Second-Passw0rd-ever';
const TAKEN = answers(200, { status: 'queued' });
let numbers = 0;
/** Of a range that is nobody's: each person has their own. */
function newNumber(): string {
  numbers += 1;
  return `+49151${23_456_000 + numbers}`;
}

const texting = (gateway: SmsGatewayServer, more: Partial<KeyturnOptions['configuration']> = {}) => ({
  recovery: { rules: [{ name: 'everybody', accepted: [['sms' as const, 'totp' as const]] }] },
  sms: {
    kind: 'http' as const,
    countries: ['DE'],
    gateways: [
      { name: 'g', url: gateway.url, json: { to: '{{number}}', text: '{{text}}' }, success: { pointer: '/status', equals: ['queued'] } },
    ],
  },
  ...more,
});

/** Gives somebody telephones and an authenticator; returns what it shows. */
async function enrol({ deps }: Keyturn, login: string, ...telephones: string[]): Promise<() => string> {
  const [found] = await deps.directories.get('people').findAccounts(login);
  if (found === undefined) throw new Error(`no account ${login}`);
  const account = { directory: found.directory, id: found.id };
  for (const number of telephones)
    await addFactor(deps, deps.store, { account, kind: 'sms', label: number, secret: number, source: 'test' });
  const secret = newSeed(deps.random);
  await addFactor(deps, deps.store, { account, kind: 'totp', label: 'app', secret, source: 'test' });
  return () => currentTotp(secret, deps.clock.now()).code;
}

const textsTo = (gateway: SmsGatewayServer, number: string) =>
  gateway.calls.map(({ body }) => JSON.parse(body) as { to: string; text: string }).filter(({ to }) => to === number);

async function codeTo(gateway: SmsGatewayServer, number: string): Promise<string> {
  await until(() => textsTo(gateway, number).length > 0, `a text to ${number}`);
  return /\b\d{8}\b/.exec(textsTo(gateway, number).at(-1)?.text ?? '')?.[0] ?? '';
}

describe('a number that only the directory has', () => {
  it('gets the code for as long as the directory has it, and proves its owner together with another proof', async () => {
    const gateway = await startSmsGateway(TAKEN);
    const contacts = { sms: { attributes: ['mobile'], countries: ['DE'] } };
    const directory = await reachRealDirectory('openldap', { contacts });
    const keyturn = await startKeyturn({ directories: [directory.section], configuration: texting(gateway) });
    try {
      const server = await sharedSlapd();
      const [owner, other] = [await directory.createPerson(), await directory.createPerson()];
      const number = newNumber();
      // As people write them.
      await server.modify(owner.dn, { mobile: number.replace('+49', '0').replace(/(\d{4})(\d{3})/, '$1 $2-') });
      await server.modify(other.dn, { mobile: '+49 900 1234567' });
      const totp = await enrol(keyturn, owner.login);
      await enrol(keyturn, other.login);
      const client = await startJourney(keyturn.url, owner.login);
      await client.answer({ option: 'sms' });
      await client.answer({ code: await codeTo(gateway, number) });
      await client.answer({ code: totp() });
      await client.answer({ password: NEW });
      client.at('done');
      expect(await directory.signsIn(owner, NEW)).toBe(true);
      const stranger = await startJourney(keyturn.url, other.login);
      await stranger.answer({ option: 'sms' });
      stranger.at('code');
      const waiting = async () => (await keyturn.deps.store.outbox.backlog(keyturn.deps.clock.now())).every((lane) => lane.waiting === 0);
      await until(waiting, 'the outbox');
      expect(gateway.calls.length).toBe(textsTo(gateway, number).length);
    } finally {
      await keyturn.close();
      await directory.proxy.stop();
      await gateway.stop();
    }
  });
});

describe.each(['embedded', 'openldap'] as const)('a code by text message, on %s', (kind) => {
  let gateway: SmsGatewayServer;
  let directory: RealDirectory | null = null;
  let keyturn: Keyturn;
  beforeAll(async () => {
    gateway = await startSmsGateway(TAKEN);
    if (kind === 'openldap') directory = await reachRealDirectory(kind);
    const section = directory?.section ?? embeddedSection();
    keyturn = await startKeyturn({ directories: [section], configuration: texting(gateway) });
  });
  afterAll(async () => {
    await keyturn?.close();
    await directory?.proxy.stop();
    await gateway?.stop();
  });

  it('recovers its owner together with another proof, through any of their telephones', async () => {
    const owner = await directory?.createPerson();
    const login = owner?.login ?? newLogin();
    if (directory === null) await addPerson(keyturn, login);
    const [first, second] = [newNumber(), newNumber()];
    const totp = await enrol(keyturn, login, first, second);
    const client = await startJourney(keyturn.url, login);
    expect(client.at('choose-factor').options).toMatchObject([{ kind: 'sms', label: 'A code by text message' }]);
    await client.answer({ option: 'sms' });
    expect(client.at('code')).toMatchObject({ factor: { kind: 'sms' }, length: 8, sentAt: expect.any(String) });
    const codes = [await codeTo(gateway, first), await codeTo(gateway, second)];
    expect(codes[0]).not.toBe(codes[1]);
    await client.answer({ code: codes[1] });
    await client.answer({ code: totp() });
    await client.answer({ password: NEW });
    client.at('done');
    if (owner !== undefined && directory !== null) expect(await directory.realClientSignsIn(owner, NEW)).toBe(true);
    else expect(await signsIn(keyturn, login, NEW)).toBe(true);
    // Numbers and codes are in no log.
    for (const secret of [first, second, ...codes]) expect(keyturn.logLines.join('\n')).not.toContain(secret.replace('+', ''));
  });
});

describe('texts', () => {
  let gateway: SmsGatewayServer;
  let keyturn: Keyturn;
  beforeAll(async () => {
    gateway = await startSmsGateway(TAKEN);
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: texting(gateway, { guard: { textsOverall: { count: 2 }, work: { iterations: 10, tries: 20 } } }),
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await gateway?.stop();
  });
  const shown = ({ step }: JourneyClient) => ({ ...step, id: '', sentAt: '', resendAt: '', expiresAt: '' });
  const askFor = async (login: string) => {
    const client = await startJourney(keyturn.url, login);
    await client.answer({ option: 'sms' });
    client.at('code');
    return client;
  };

  it('end when the installation has sent its share, unseen; names that lead nowhere use nothing up', async () => {
    const nobody = [await askFor(newLogin()), await askFor(newLogin()), await askFor(newLogin())];
    const people: { number: string; client: JourneyClient }[] = [];
    for (let index = 0; index < 3; index += 1) {
      const login = newLogin();
      const number = newNumber();
      await addPerson(keyturn, login);
      await enrol(keyturn, login, number);
      people.push({ number, client: await askFor(login) });
    }
    for (const { number } of people.slice(0, 2)) await codeTo(gateway, number);
    for (const client of [...people.map((person) => person.client), ...nobody])
      expect(shown(client)).toEqual(shown(people[0]?.client as JourneyClient));
    const events = (await keyturn.deps.store.audit.read(0, 10_000)).map(({ type, data }) => ({ type, ...(JSON.parse(data) as object) }));
    expect(events.filter(({ type }) => type === 'journey.code-withheld').at(-1)).toMatchObject({ factor: 'sms', reason: 'too-many-texts' });
    // Nothing of it waits to be sent: what was queued for the third is thrown away.
    await until(
      async () => (await keyturn.deps.store.outbox.backlog(keyturn.clock.now())).every(({ waiting }) => waiting === 0),
      'an empty outbox',
    );
    expect(gateway.calls).toHaveLength(2);
  });
});

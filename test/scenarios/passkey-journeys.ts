import { expect } from 'vitest';
import type { PasskeyOptions } from '../../shared/api/enrolment.ts';
import type { RequestOptions } from '../../shared/api/web-authn.ts';
import { newLogin } from '../conformance/samples.ts';
import { createSoftPasskey, type Oddity, type SoftPasskey } from '../servers/soft-passkey.ts';
import { type JourneyClient, prove, type Reply, request, startJourney } from './journey-client.ts';
import { addPerson } from './sample-directory.ts';
import type { Enrolled, Keyturn } from './start-keyturn.ts';

export const ORIGIN = 'http://localhost';
export const DAY = 24 * 3_600_000;
export const configuration = {
  organisation: { name: 'Test', publicUrl: ORIGIN },
  recovery: { rules: [{ name: 'everybody', accepted: [['passkey' as const], ['email' as const, 'totp' as const]] }] },
  guard: {
    work: { iterations: 10, tries: 20 },
    startsPerAccount: { count: 100 },
    startsPerAccountOverall: { count: 100 },
    startsPerAddress: { count: 10_000 },
    startsPerNetwork: { count: 10_000 },
    strayRequestsPerAddress: { count: 10_000 },
    failuresPerAccount: { count: 100, countWithWork: 100 },
    failuresPerAccountOverall: { count: 100 },
    messagesPerAccount: { count: 100, countWithWork: 100 },
    messagesPerAccountOverall: { count: 100 },
  },
};

export interface Person extends Enrolled {
  login: string;
}
let passwords = 0;

export async function newPerson(keyturn: Keyturn): Promise<Person> {
  const login = newLogin();
  await addPerson(keyturn, login);
  return { ...(await keyturn.enrol(login)), login };
}

/** A whole recovery by mail and authenticator; the right to add a passkey that its end gives. */
export async function recover(keyturn: Keyturn, person: Person): Promise<{ right: string; client: JourneyClient }> {
  // No code of the authenticator is taken twice.
  keyturn.clock.move(60_000);
  const client = await startJourney(keyturn.url, person.login);
  await prove(keyturn, client, person);
  passwords += 1;
  await client.answer({ password: `Quiet-harbour-at-n00n-${passwords}` });
  const { offers } = client.at('done');
  return { right: offers?.[0]?.right ?? '', client };
}

export async function add(keyturn: Keyturn, right: string, passkey: SoftPasskey, odd: Oddity = {}, name?: string): Promise<Reply> {
  const begun = await request(keyturn.url, 'POST', '/enrolment/passkey-options', { right });
  if (begun.status !== 200) return begun;
  const { ceremony, publicKey } = begun.body as unknown as PasskeyOptions;
  const credential = passkey.make(publicKey, odd);
  return request(keyturn.url, 'POST', '/enrolment/passkeys', { right, ceremony, credential, ...(name === undefined ? {} : { name }) });
}

/** A person whose passkey counts already. */
export async function withPasskey(
  keyturn: Keyturn,
  passkey = createSoftPasskey(ORIGIN),
): Promise<{ person: Person; passkey: SoftPasskey }> {
  const person = await newPerson(keyturn);
  const { right } = await recover(keyturn, person);
  expect((await add(keyturn, right, passkey)).status).toBe(201);
  keyturn.clock.move(DAY);
  return { person, passkey };
}

export async function atPasskey(keyturn: Keyturn, login: string): Promise<JourneyClient> {
  const client = await startJourney(keyturn.url, login);
  await client.answer({ option: 'passkey' });
  client.at('passkey');
  return client;
}
export const answerOf = (client: JourneyClient, passkey: SoftPasskey, odd: Oddity = {}) => passkey.use(client.at('passkey').publicKey, odd);
export async function use(client: JourneyClient, passkey: SoftPasskey, odd: Oddity = {}): Promise<Reply> {
  return client.answer({ credential: answerOf(client, passkey, odd) });
}
export const isProven = ({ step }: JourneyClient) => step.kind === 'new-password';
export const passkeysOf = async ({ deps }: Keyturn, { account }: Person) =>
  (await deps.store.factors.ofAccount(account)).filter(({ kind }) => kind === 'passkey');
export const eventsOf = async ({ deps }: Keyturn, { account }: Person, type: string) =>
  (await deps.store.audit.read(0, 100_000))
    .filter((event) => event.type === type && event.data.includes(account.id))
    .map(({ data }) => JSON.parse(data) as Record<string, unknown>);

export interface Question {
  ticket: string;
  publicKey: RequestOptions;
}
export const questionOf = async (keyturn: Keyturn) => (await request(keyturn.url, 'GET', '/passkey-request')).body as unknown as Question;

export async function begin(keyturn: Keyturn, passkey: SoftPasskey, odd: Oddity = {}, question?: Question): Promise<Reply> {
  const { ticket, publicKey } = question ?? (await questionOf(keyturn));
  const credential = passkey.use(publicKey, odd);
  return request(keyturn.url, 'POST', '/journeys', { goal: 'reset-password', passkey: { ticket, credential }, client: { kind: 'cli' } });
}

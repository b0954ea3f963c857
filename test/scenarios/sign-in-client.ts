import type { SignedIn } from '../../shared/api/session.ts';
import { atBegun, type JourneyClient, request, startJourney } from './journey-client.ts';
import { OLD_PASSWORD } from './sample-directory.ts';
import type { Enrolled, Keyturn, MovableClock } from './start-keyturn.ts';

/** What comes back of a request in a session. */
export interface SessionReply {
  status: number;
  body: { session?: SignedIn; sessions?: SignedIn[]; token?: string; code?: string } & Record<string, unknown>;
  headers: Headers;
}

/** Somebody who is signed in, as a program is: with the token in hand. */
export interface SessionClient {
  token: string;
  session: SignedIn;
  call(method: string, path: string, body?: unknown): Promise<SessionReply>;
}

/** One request in a session. */
export async function inSession(url: string, token: string, method: string, path: string, body?: unknown): Promise<SessionReply> {
  return (await request(url, method, path, body, { authorization: `Bearer ${token}` })) as unknown as SessionReply;
}

/** Begins to sign in, and stands at the password. */
export async function askedForPassword(url: string, login: string): Promise<JourneyClient> {
  const client = await startJourney(url, login, 'sign-in');
  await client.answer({ option: 'password' });
  client.at('password');
  return client;
}

/** Gives the password, and the authenticator where it is asked for; stands at what follows. */
export async function proveSignIn(url: string, login: string, person?: Enrolled, password = OLD_PASSWORD): Promise<JourneyClient> {
  const client = await askedForPassword(url, login);
  await client.answer({ password });
  if (person !== undefined) {
    await client.answer({ option: 'totp' });
    await client.answer({ code: person.totp() });
  }
  return client;
}

/** Opens the session of a journey that is complete. */
export async function exchange(url: string, client: JourneyClient): Promise<SessionReply> {
  const current = await client.call('GET', '/journeys/current');
  return inSession(url, client.token, 'POST', '/session', { journey: current.body.journey });
}

/** Of each clock, the last one who signs in. */
const lastOf = new WeakMap<MovableClock, Promise<unknown>>();

/**
 * Signs in for good. Codes of an authenticator count once: the clock goes on first. One after the other, also where several are told to at
 * once: whoever moved the clock while another has read a code and not typed it yet would make it an old one.
 */
export function signIn(keyturn: Keyturn, login: string, person?: Enrolled, password?: string): Promise<SessionClient> {
  const turn = (lastOf.get(keyturn.clock) ?? Promise.resolve()).then(() => signInNow(keyturn, login, person, password));
  lastOf.set(
    keyturn.clock,
    turn.catch(() => undefined),
  );
  return turn;
}

async function signInNow(keyturn: Keyturn, login: string, person?: Enrolled, password?: string): Promise<SessionClient> {
  keyturn.clock.move(31_000);
  const client = await proveSignIn(keyturn.url, login, person, password);
  client.at('done');
  const { status, body } = await exchange(keyturn.url, client);
  if (status !== 201 || body.token === undefined || body.session === undefined) throw new Error(`not signed in: ${JSON.stringify(body)}`);
  const { token, session } = body;
  return { token, session, call: (method, path, sent) => inSession(keyturn.url, token, method, path, sent) };
}

/** Proves anew by password and authenticator who is signed in. The session goes on with another token; the one before is nothing any more. */
export async function stepUp(keyturn: Keyturn, held: SessionClient, person: Enrolled): Promise<SessionClient> {
  keyturn.clock.move(31_000);
  const client = atBegun(keyturn.url, await held.call('POST', '/session/step-up', { anyOf: [['password', 'totp']] }));
  if (client.step.kind === 'choose-factor') await client.answer({ option: 'password' });
  client.at('password');
  await client.answer({ password: OLD_PASSWORD });
  if (client.step.kind === 'choose-factor') await client.answer({ option: 'totp' });
  await client.answer({ code: person.totp() });
  client.at('done');
  const { journey } = (await client.call('GET', '/journeys/current')).body;
  const { status, body } = await held.call('PUT', '/session', { journey, journeyToken: client.token });
  if (status !== 200 || body.token === undefined || body.session === undefined) throw new Error(`not raised: ${JSON.stringify(body)}`);
  const { token, session } = body;
  return { token, session, call: (method, path, sent) => inSession(keyturn.url, token, method, path, sent) };
}

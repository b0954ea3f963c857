import type { Client, Goal, Problem, Step, StepKind, Verdict } from '../../shared/api/journeys.ts';
import { solveWork } from './solve-work.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, until } from './start-keyturn.ts';

export interface Reply {
  status: number;
  body: {
    journey?: string;
    step?: Step;
    token?: string;
    expiresAt?: string;
    verdicts?: Verdict[];
    acceptable?: boolean;
    strength?: number;
  } & Partial<Problem>;
  headers: Headers;
}

/** A client that is no browser: holds the token itself, keeps the step it stands at. */
export interface JourneyClient {
  step: Step;
  token: string;
  /** Answers the current step (or another one), and stands at what comes back. */
  answer(body: unknown, stepId?: string): Promise<Reply>;
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  /** The current step, which must be of a kind. */
  at<K extends StepKind>(kind: K): Extract<Step, { kind: K }>;
}

/** One request as a program makes it. */
export async function request(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : (JSON.parse(text) as Reply['body']) };
}

/** Starts a journey; throws when it is refused. Work that is wanted is done, now and later. */
export async function startJourney(url: string, account: string, goal: Goal = 'reset-password', locale = 'en'): Promise<JourneyClient> {
  const client = await startIdly(url, { account, goal, locale });
  const answer = client.answer;
  client.answer = async (body, stepId) => {
    const reply = await answer(body, stepId);
    return client.step.kind === 'proof-of-work' && reply.status === 200 ? answer(await solveWork(client.step)) : reply;
  };
  if (client.step.kind === 'proof-of-work') await answer(await solveWork(client.step));
  return client;
}

/** Starts a journey that does no work by itself; `headers` go with every request. */
export async function startIdly(
  url: string,
  {
    account,
    goal = 'reset-password',
    locale = 'en',
    headers = {},
    client: kind = 'cli',
  }: { account: string; goal?: Goal; locale?: string; headers?: Record<string, string>; client?: Client['kind'] },
): Promise<JourneyClient> {
  const started = await request(url, 'POST', '/journeys', { goal, account, locale, client: { kind } }, headers);
  return atBegun(url, started, headers);
}

/** Goes on with a journey that a call has begun; throws when it was refused. */
export function atBegun(url: string, started: { status: number; body: object }, headers: Record<string, string> = {}): JourneyClient {
  const { token, step } = started.body as Reply['body'];
  if (started.status !== 201 || token === undefined || step === undefined) throw new Error(`not started: ${JSON.stringify(started.body)}`);
  const client: JourneyClient = {
    step,
    token,
    call: (method, path, body) => request(url, method, path, body, { ...headers, authorization: `Bearer ${token}` }),
    async answer(body, stepId = client.step.id) {
      const reply = await client.call('POST', `/journeys/current/steps/${stepId}`, body);
      if (reply.body.step !== undefined) client.step = reply.body.step;
      return reply;
    },
    at(kind) {
      if (client.step.kind !== kind) throw new Error(`expected ${kind}, at ${JSON.stringify(client.step)}`);
      return client.step as never;
    },
  };
  return client;
}

/** Gives both proofs of an enrolled person; the client then stands at what the goal asks. */
export async function prove(keyturn: Keyturn, client: JourneyClient, person: Enrolled): Promise<void> {
  const mailed = () => keyturn.messages(person.address).filter(holdsCode).map(codeIn);
  // Other mails come meanwhile, of somebody who tries for instance: only a code that was not there yet is this one's.
  const before = new Set(mailed());
  await client.answer({ option: 'email' });
  client.at('code');
  const fresh = () => mailed().find((code) => !before.has(code));
  await until(() => fresh() !== undefined, `a code to ${person.address}`);
  await client.answer({ code: fresh() });
  client.at('code');
  await client.answer({ code: person.totp() });
}

import { ANSWER_MARK } from '../shared/api/answer-mark.ts';
import type { DemoMessage } from '../shared/api/demo.ts';
import type { AddedPasskey, PasskeyOptions } from '../shared/api/enrolment.ts';
import type {
  AnsweredStepKind,
  AnswerOf,
  FactorKind,
  PasskeyRequest,
  PasswordCheck,
  Problem,
  StartRequest,
  Step,
} from '../shared/api/journeys.ts';
import type { Site } from '../shared/api/site.ts';
import type { Attestation } from '../shared/api/web-authn.ts';
import { currentLanguage } from './texts.ts';

/**
 * Why a call brought no good answer: none came (`network`, `timeout`), somebody on the way answered in the server's place
 * (`foreign`), or the server refused (`problem`). `retryAt` is in the page's own clock, milliseconds since 1970; `anyOf` has the
 * combinations of which one is to be given anew (`session.step-up-needed`), `errors` what is wrong with which part.
 */
export type Failure =
  | { kind: 'network' | 'timeout' | 'aborted' }
  | { kind: 'foreign'; status: number }
  | {
      kind: 'problem';
      status: number;
      code: string;
      text?: string;
      reference?: string;
      retryAt?: number;
      step?: Step;
      anyOf?: FactorKind[][];
      errors?: Problem['errors'];
    };

export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** The step at which a journey stands, and which journey it is. */
export interface OpenStep {
  journey: string;
  step: Step;
  expiresAt: string;
}

/**
 * Whether the call may have been carried out all the same. Only a refusal that is the server's own says that it was not, and not
 * even that when it failed on the way (5xx): a change may have been made before. Every claim of a page rests on this.
 */
export function mayHaveHappened(failure: Failure): boolean {
  return failure.kind !== 'problem' || failure.status >= 500;
}

const TIMEOUT_MS = 30_000;
let clockOffset = 0;

/** The server's time in milliseconds since 1970, learnt from its answers: a phone with a wrong clock still counts right. */
export function serverNow(): number {
  return Date.now() + clockOffset;
}

export const api = {
  site: (signal?: AbortSignal) => call<Site>('GET', '/site', undefined, signal),
  startJourney: (request: StartRequest) => call<OpenStep>('POST', '/journeys', request),
  /** The journey of this browser, whichever that is: for a page that does not show one yet. */
  currentStep: () => call<OpenStep>('GET', '/journeys/current'),
  stepOf: (journey: string, signal?: AbortSignal) => call<OpenStep>('GET', journeyPath(journey), undefined, signal),
  answer: <K extends AnsweredStepKind>(journey: string, stepId: string, answer: AnswerOf<K>, signal?: AbortSignal) =>
    call<Omit<OpenStep, 'expiresAt'>>('POST', `${journeyPath(journey)}/steps/${encodeURIComponent(stepId)}`, answer, signal),
  checkPassword: (journey: string, password: string, signal: AbortSignal) =>
    call<PasswordCheck>('POST', `${journeyPath(journey)}/password-check`, { password }, signal),
  cancelJourney: (journey: string) => call<undefined>('DELETE', journeyPath(journey)),
  passkeyRequest: () => call<PasskeyRequest>('GET', '/passkey-request'),
  passkeyOptions: (right: string) => call<PasskeyOptions>('POST', '/enrolment/passkey-options', { right }),
  addPasskey: (asked: { right: string; ceremony: string; name?: string; credential: Attestation }) =>
    call<AddedPasskey>('POST', '/enrolment/passkeys', asked),
  notMe: (token: string) => call<{ frozen: true; contact: string }>('POST', '/notices/not-me', { token }),
  demoAccounts: (signal?: AbortSignal) =>
    call<{ account: string; name: string; about: string; authenticator: boolean }[]>('GET', '/demo/accounts', undefined, signal),
  demoMessages: (signal?: AbortSignal) => call<DemoMessage[]>('GET', '/demo/messages', undefined, signal),
  demoAuthenticator: (account: string, signal?: AbortSignal) =>
    call<{ code: string; expiresAt: string }>('GET', `/demo/authenticator/${encodeURIComponent(account)}`, undefined, signal),
};

export const journeyPath = (journey: string) => `/journeys/${encodeURIComponent(journey)}`;

/** One request. Never throws: a failure is an outcome that the page has words for. */
export async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Outcome<T>> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      // What is given up by who leaves the page is given up all the same.
      keepalive: method === 'DELETE',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: {
        accept: 'application/json, application/problem+json',
        'accept-language': currentLanguage(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.headers.get(ANSWER_MARK.name) === null) return { ok: false, failure: { kind: 'foreign', status: response.status } };
    learnClock(response);
    if (response.status === 204) return { ok: true, value: undefined as T };
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    const isList = response.headers.get('content-type')?.startsWith('text/csv') === true;
    return { ok: true, value: (await (isList ? response.text() : response.json())) as T };
  } catch {
    return { ok: false, failure: { kind: signal?.aborted ? 'aborted' : timeout.aborted ? 'timeout' : 'network' } };
  }
}

function learnClock(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header has whole seconds; anything nearer is no difference.
  if (!Number.isNaN(date)) clockOffset = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0;
}

async function failureOf(response: Response): Promise<Failure> {
  const problem = (await response.json()) as Partial<Problem>;
  const seconds = problem.retryAfter ?? Number(response.headers.get('retry-after') ?? Number.NaN);
  const text = problem.detail ?? problem.title;
  return {
    kind: 'problem',
    status: response.status,
    code: problem.code ?? 'internal.unexpected',
    ...(text === undefined ? {} : { text }),
    ...(problem.instance === undefined ? {} : { reference: problem.instance }),
    ...(Number.isFinite(seconds) ? { retryAt: Date.now() + seconds * 1000 } : {}),
    ...(problem.step === undefined ? {} : { step: problem.step }),
    ...(problem.anyOf === undefined ? {} : { anyOf: problem.anyOf }),
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
}

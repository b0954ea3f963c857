import type { AnswerCondition, SmsGateway } from '../core/configuration/sms-section.ts';

/**
 * What one call came to.
 *
 * - `taken`: the gateway has the text.
 * - `refused`: it will not take this one; another gateway may.
 * - `failed`: it has not taken it.
 * - `unknown`: it may have.
 */
export interface SmsOutcome {
  outcome: 'taken' | 'refused' | 'failed' | 'unknown';
  problem?: SmsProblem;
  status?: number;
}

export type SmsProblem =
  | 'unreachable'
  | 'name-unknown'
  | 'timed-out'
  | 'connection-lost'
  | 'tls-failed'
  | 'secret-missing'
  | 'ca-file-unusable'
  | 'redirected'
  | 'not-allowed'
  | 'busy'
  | 'refused-by-gateway'
  | 'failed-by-gateway'
  | 'answer-not-success'
  | 'answer-unreadable'
  | 'answer-too-large';

/** Statuses with which something before the gateway says that it got no answer (RFC 9110 15.6.3, 15.6.5): the text may be on its way. */
const BY_A_PROXY = [502, 504];
/** Statuses that speak of us and not of the text (RFC 9110 15.5): the address, the sign-in or the method is wrong. */
const OF_THE_CALL = [401, 402, 403, 404, 405, 406, 407, 410, 411, 413, 414, 415];
const COME_BACK = [408, 425, 429, 503];

/** Judges an answer by its status alone; null: the body has to be looked at. */
export function judgeStatus(status: number, { success, refused }: Pick<SmsGateway, 'success' | 'refused'>): SmsOutcome | null {
  if (status >= success.from && status <= success.to) return needsBody(success) ? null : { outcome: 'taken', status };
  if (refused !== undefined) return null;
  return failureOf(status);
}

/**
 * Judges an answer with its body. `body` null: it broke off, was too large or is no text. Where the status says that the text was taken,
 * nobody can tell then.
 */
export function judgeAnswer(
  status: number,
  body: string | null,
  unreadable: 'answer-unreadable' | 'answer-too-large' | 'connection-lost' | 'timed-out',
  { success, refused }: Pick<SmsGateway, 'success' | 'refused'>,
): SmsOutcome {
  const isSuccess = status >= success.from && status <= success.to;
  if (body === null) return isSuccess ? { outcome: 'unknown', problem: unreadable, status } : failureOf(status);
  if (isSuccess && holds(success, body) === true) return { outcome: 'taken', status };
  if (refused !== undefined && holds(refused, body) === true) return { outcome: 'refused', problem: 'refused-by-gateway', status };
  if (!isSuccess) return failureOf(status);
  // What is no JSON where JSON was expected tells nothing: a page of a proxy, for one.
  if (holds(success, body) === null) return { outcome: 'unknown', problem: 'answer-unreadable', status };
  return { outcome: 'failed', problem: 'answer-not-success', status };
}

function failureOf(status: number): SmsOutcome {
  if (BY_A_PROXY.includes(status)) return { outcome: 'unknown', problem: 'failed-by-gateway', status };
  if (status >= 300 && status < 400) return { outcome: 'failed', problem: 'redirected', status };
  if (OF_THE_CALL.includes(status)) return { outcome: 'failed', problem: 'not-allowed', status };
  if (COME_BACK.includes(status)) return { outcome: 'failed', problem: 'busy', status };
  if (status >= 400 && status < 500) return { outcome: 'refused', problem: 'refused-by-gateway', status };
  return { outcome: 'failed', problem: 'failed-by-gateway', status };
}

function needsBody({ pointer, contains }: AnswerCondition): boolean {
  return pointer !== undefined || contains !== undefined;
}

/** Whether a condition holds; null: it cannot be told, as the body is no JSON. */
function holds({ pointer, equals, contains }: AnswerCondition, body: string): boolean | null {
  if (contains !== undefined && !body.includes(contains)) return false;
  if (pointer === undefined) return true;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  for (const part of pointer.slice(1).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
    value = (value as Record<string, unknown>)[name];
  }
  return (equals ?? []).some((expected) => expected === value);
}

/**
 * What became of a request that work sent: `answered`, whatever the answer; `troubled`: no answer within its time limit, or that the
 * server is busy or unavailable (RFC 4511 appendix A.2, codes 51 and 52).
 */
export type RequestOutcome = 'answered' | 'troubled';

/** The server answered a write that it takes none; it is up like any other. */
export type SeenOutcome = RequestOutcome | 'read-only';

/**
 * How a trial ended. `refused`: the server answers, and does not let the service account in; asking again soon would change nothing and
 * may count against the account.
 */
export type TrialOutcome = 'passed' | 'failed' | 'refused';

/**
 * What is known of one server. Up, it is used. Down, it is passed over until a trial has passed: one opening, sign-in and search at a
 * time (half-open). All times are of the monotonic clock, in milliseconds.
 */
export interface ServerHealth {
  /** Requests in a row that were `troubled`. */
  readonly troubles: number;
  /** null: up. */
  readonly down: {
    /** From here on a trial is made beside the work. */
    readonly retryAt: number;
    /** From here on one is made for work that has nowhere else to go. A server that is silent is asked for half of the time at most. */
    readonly askAt: number;
  } | null;
  /** Since when a trial is under way. */
  readonly trialSince: number | null;
}

/** Troubled requests in a row after which a server is down. The first one may be the request's own fault. */
export const mostTroubles = 2;

/** Milliseconds: a failure that took no longer is no burden to whoever waits, and the server may be back at any moment. */
export const quick = 250;

export const healthy: ServerHealth = { troubles: 0, down: null, trialSince: null };

/** @param pause milliseconds that a server is left alone */
export function afterRequest(health: ServerHealth, outcome: RequestOutcome, now: number, pause: number): ServerHealth {
  // What was asked before it was down, and is answered now, proves nothing: a trial does.
  if (health.down !== null) return health;
  if (outcome === 'answered') return health.troubles === 0 ? health : { ...health, troubles: 0 };
  const troubles = health.troubles + 1;
  return { ...health, troubles, down: troubles < mostTroubles ? null : { retryAt: now + pause, askAt: now } };
}

/**
 * A connection for work could not be had: the same as a trial that ended so, except that it ends no trial.
 * @param took milliseconds
 */
export function afterOpening(health: ServerHealth, outcome: Exclude<TrialOutcome, 'passed'>, now: number, took: number, pause: number) {
  return health.down === null ? { ...health, down: leftAlone(outcome, now, took, pause) } : health;
}

/** Whether a trial should begin now. @param nothingElse work waits that has nowhere else to go */
export function isTrialDue({ down, troubles, trialSince }: ServerHealth, now: number, nothingElse: boolean): boolean {
  if (trialSince !== null) return false;
  // Already suspected: the next one who would wait for a time limit is spared it.
  if (down === null) return troubles > 0;
  return now >= (nothingElse ? Math.min(down.askAt, down.retryAt) : down.retryAt);
}

export function afterTrialBegan(health: ServerHealth, now: number): ServerHealth {
  return { ...health, trialSince: now };
}

export function afterTrial(health: ServerHealth, outcome: TrialOutcome, now: number, pause: number): ServerHealth {
  // Of a server that was only suspected it proves less than the requests that come.
  if (outcome === 'passed') return { ...health, troubles: health.down === null ? health.troubles : 0, down: null, trialSince: null };
  return { ...health, down: leftAlone(outcome, now, now - (health.trialSince ?? now), pause), trialSince: null };
}

function leftAlone(outcome: 'failed' | 'refused', now: number, took: number, pause: number): NonNullable<ServerHealth['down']> {
  return { retryAt: now + pause, askAt: outcome === 'refused' ? now + pause : now + (took > quick ? took : 0) };
}

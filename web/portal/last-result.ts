import type { Result, Step } from '../../shared/api/journeys.ts';

type Outcome = Result['outcome'];

/** What may stand in the history; anything else was not put there by this page. */
const OUTCOMES: Readonly<Record<Outcome, true>> = {
  'password-reset': true,
  unlocked: true,
  'was-not-locked': true,
  'password-kept': true,
  mailed: true,
  'signed-in': true,
  proven: true,
  'call-confirmed': true,
  'call-denied': true,
  'done-on-phone': true,
  failed: true,
  unknown: true,
};

/**
 * How the recovery on this page ended, without whose it was. It stays with the page's own entry in the history: a reload still
 * makes sense when the server has let go of the journey, and the next person at this computer learns no name.
 */
export function keepResult(step: Extract<Step, { kind: 'done' }>): void {
  const [outcome, ...others] = new Set(step.results.map((result) => result.outcome));
  if (outcome !== undefined && others.length === 0) window.history.replaceState({ outcome }, '');
}

export function keptResult(): Outcome | undefined {
  const { outcome } = (window.history.state ?? {}) as { outcome?: unknown };
  return typeof outcome === 'string' && Object.hasOwn(OUTCOMES, outcome) ? (outcome as Outcome) : undefined;
}

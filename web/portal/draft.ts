import type { Goal } from '../../shared/api/journeys.ts';

export interface Draft {
  goal: Goal;
  account: string;
}

const KEY = 'keyturn-draft';

/** Keeps what was typed for this tab only, so that starting again after an expiry asks nothing twice. */
export function saveDraft(draft: Draft): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Storage may be forbidden: then the name is typed again.
  }
}

export function loadDraft(): Draft | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** The next person at this computer must not find the name. */
export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was stored then.
  }
}

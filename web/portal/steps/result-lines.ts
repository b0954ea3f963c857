import type { TFunction } from 'i18next';
import type { Result } from '../../../shared/api/journeys.ts';
import type { ResultLine } from '../../ui/result-list.tsx';

type Outcome = Result['outcome'];

export const TONES: Record<Outcome, ResultLine['tone']> = {
  'password-reset': 'good',
  unlocked: 'good',
  'was-not-locked': 'good',
  'password-kept': 'good',
  mailed: 'good',
  'signed-in': 'good',
  proven: 'good',
  'call-confirmed': 'good',
  'call-denied': 'good',
  'done-on-phone': 'good',
  failed: 'danger',
  unknown: 'warning',
};

/** What became of each account, in words. */
export function resultLines(results: readonly Result[], t: TFunction): ResultLine[] {
  return results.map(({ account, outcome, message }) => ({
    ...{ id: account.id, account: account.label, outcome: t(`done.outcome.${outcome}`), tone: TONES[outcome], text: message },
  }));
}

import type { TFunction } from 'i18next';
import type { Failure } from '../api.ts';
import { formatTime } from '../format.ts';
import type { Mistake } from '../ui/question.tsx';

/** Refusals of what was typed; any other has nothing to do with the field. */
const OF_THE_FIELD: ReadonlySet<string> = new Set(['request.malformed', 'request.digits-unlike', 'journey.answer-not-fitting']);

/** `still-open`: no good answer came, and the server has said since that the step is open as before. */
export type Trouble = Failure | { kind: 'still-open' };

/** What a failed call means for the reader: what happened and what to do now. What was changed, only the journey can tell. */
export function mistakeOf(failure: Trouble, t: TFunction, field?: string): Mistake {
  if (failure.kind === 'foreign') return { text: t('trouble.foreign', { status: failure.status }) };
  if (failure.kind === 'aborted') return { text: t('trouble.network') };
  if (failure.kind !== 'problem') return { text: t(`trouble.${failure.kind}`) };
  const reference = failure.reference;
  if (failure.status === 429) {
    const text =
      failure.retryAt === undefined ? t('trouble.slow-down.soon') : t('trouble.slow-down', { time: formatTime(failure.retryAt) });
    return { text, reference };
  }
  if (failure.status === 503) return { text: t('trouble.unavailable'), reference };
  if (failure.status >= 500 || failure.text === undefined) return { text: t('trouble.unexpected'), reference };
  return { text: failure.text, field: OF_THE_FIELD.has(failure.code) ? field : undefined };
}

import type { TFunction } from 'i18next';
import type { Failure } from '../api.ts';
import { formatTime } from '../format.ts';
import type { Mistake } from '../ui/question.tsx';

/** What a failed call means for the reader: what happened, that nothing was changed (when so), what to do now. */
export function mistakeOf(failure: Failure, t: TFunction, field?: string): Mistake {
  if (failure.kind !== 'problem') return { text: t(failure.kind === 'timeout' ? 'trouble.timeout' : 'trouble.network') };
  const reference = failure.reference;
  if (failure.status === 429) {
    const text =
      failure.retryAt === undefined ? t('trouble.slow-down.soon') : t('trouble.slow-down', { time: formatTime(failure.retryAt) });
    return { text, reference };
  }
  // 502 and 504 come from a proxy in front of a server that is being restarted.
  if ([502, 503, 504].includes(failure.status)) return { text: t('trouble.unavailable'), reference };
  if (failure.status >= 500 || failure.text === undefined) return { text: t('trouble.unexpected'), reference };
  return { text: failure.text, field };
}

import { useCallback, useEffect, useState } from 'react';
import type { PhoneProgressAnswer } from '../../shared/api/on-phone.ts';
import type { Failure, Outcome } from '../api.ts';

type Progress = PhoneProgressAnswer['progress'];

const POLL_SECONDS = 2;

/**
 * How far the phone has come, asked again and again until it has come all the way, or nothing more can come of it.
 * @param ask always the same function
 * @param onOver told of a failure after which nobody may ask any more; returns whether this is one
 */
export function usePhoneProgress(ask: () => Promise<Outcome<PhoneProgressAnswer>>, onOver: (failure: Failure) => boolean) {
  const [progress, setProgress] = useState<Progress>('offered');
  const [offline, setOffline] = useState(false);
  const [polls, setPolls] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each poll, answered or not, arms the next one.
  useEffect(() => {
    if (progress === 'let-in' || progress === 'over') return;
    let isGone = false;
    const timer = setTimeout(() => {
      void ask().then((outcome) => {
        if (isGone || (!outcome.ok && onOver(outcome.failure))) return;
        setOffline(!outcome.ok);
        if (outcome.ok) setProgress(outcome.value.progress);
        setPolls((count) => count + 1);
      });
    }, POLL_SECONDS * 1000);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [ask, progress, polls, onOver]);
  return { progress, offline, end: useCallback((last: 'let-in' | 'over') => setProgress(last), []) };
}

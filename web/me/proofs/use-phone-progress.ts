import { useCallback, useEffect, useState } from 'react';
import type { PhoneProgressAnswer } from '../../../shared/api/on-phone.ts';
import { meApi } from '../me-api.ts';
import { isOver } from '../use-loaded.ts';

type Progress = PhoneProgressAnswer['progress'];

const POLL_SECONDS = 2;

/** How far the phone has come, asked again and again until it has come all the way, or nothing more can come of it. */
export function usePhoneProgress(phone: string, onOver: () => void) {
  const [progress, setProgress] = useState<Progress>('offered');
  const [offline, setOffline] = useState(false);
  const [polls, setPolls] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each poll, answered or not, arms the next one.
  useEffect(() => {
    if (progress === 'let-in' || progress === 'over') return;
    let isGone = false;
    const timer = setTimeout(() => {
      void meApi.phoneProgress(phone).then((outcome) => {
        if (isGone) return;
        if (!outcome.ok && isOver(outcome.failure)) return onOver();
        setOffline(!outcome.ok);
        if (outcome.ok) setProgress(outcome.value.progress);
        setPolls((count) => count + 1);
      });
    }, POLL_SECONDS * 1000);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [phone, progress, polls, onOver]);
  return { progress, offline, end: useCallback((last: 'let-in' | 'over') => setProgress(last), []) };
}

import { useEffect, useRef, useState } from 'react';
import type { ShownProblem } from '../../../shared/api/configuration.ts';
import { isOver } from '../../me/use-loaded.ts';
import { adminApi } from '../admin-api.ts';
import type { Json } from './setting-schema.ts';
import { SETTLED } from './use-draft-count.ts';

/** What is wrong with a draft: not known yet, not to be had, or all that the check says. */
export type DraftProblems = 'checking' | 'unknown' | readonly ShownProblem[];

/** What is wrong with a draft, asked anew for each change of it: of an earlier one nothing is told any more. */
export function useDraftProblems(document: Json, base: number, onOver: () => void): DraftProblems {
  const [told, setTold] = useState<DraftProblems>('checking');
  const isChanged = useRef(false);
  useEffect(() => {
    const gone = new AbortController();
    setTold('checking');
    const ask = async () => {
      const outcome = await adminApi.check(document, base, gone.signal);
      if (gone.signal.aborted) return;
      if (outcome.ok) setTold(outcome.value.problems);
      else if (isOver(outcome.failure)) onOver();
      else setTold('unknown');
    };
    const timer = setTimeout(() => void ask(), isChanged.current ? SETTLED : 0);
    isChanged.current = true;
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [document, base, onOver]);
  return told;
}

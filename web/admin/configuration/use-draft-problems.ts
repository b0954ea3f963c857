import { useCallback, useState } from 'react';
import type { ShownProblem } from '../../../shared/api/configuration.ts';
import { isOver } from '../../me/use-loaded.ts';
import { useSettled } from '../../use-settled.ts';
import { adminApi } from '../admin-api.ts';
import type { Json } from './setting-schema.ts';

/** What is wrong with a draft: not known yet, not to be had, or all that the check says. */
export type DraftProblems = 'checking' | 'unknown' | readonly ShownProblem[];

/** What is wrong with a draft, asked anew for each change of it: of an earlier one nothing is told any more. */
export function useDraftProblems(document: Json, base: number, onOver: () => void): DraftProblems {
  const [told, setTold] = useState<{ document: Json; base: number; problems: DraftProblems }>();
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const outcome = await adminApi.check(document, base, signal);
      if (signal.aborted) return;
      if (outcome.ok) setTold({ document, base, problems: outcome.value.problems });
      else if (isOver(outcome.failure)) onOver();
      else setTold({ document, base, problems: 'unknown' });
    },
    [document, base, onOver],
  );
  useSettled(ask, 'draft');
  return told?.document === document && told.base === base ? told.problems : 'checking';
}

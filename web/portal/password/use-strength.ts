import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import type { StrengthLevel } from './strength.ts';

type Judge = (password: string, known: readonly string[]) => StrengthLevel;

/** How long a password would withstand guessing; undefined while nothing is typed or the dictionaries are on their way. */
export function useStrength(password: string, known: readonly string[]): StrengthLevel | undefined {
  const [judge, setJudge] = useState<{ strengthOf: Judge }>();
  // Typing comes first; the estimate follows when there is time.
  const settled = useDeferredValue(password);
  useEffect(() => {
    let wanted = true;
    // Without the estimate the page works as well: it is help, not a rule.
    import('./strength.ts').then(
      (module) => wanted && setJudge({ strengthOf: module.strengthOf }),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, []);
  return useMemo(() => (settled === '' || judge === undefined ? undefined : judge.strengthOf(settled, known)), [settled, judge, known]);
}

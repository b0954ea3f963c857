import { useCallback, useEffect, useState } from 'react';
import type { Failure, Outcome } from '../api.ts';

/** Whether an answer says that nobody is signed in any more. */
export function isOver(failure: Failure): boolean {
  return failure.kind === 'problem' && failure.status === 401;
}

/** What a page shows of the server: loaded when it appears, and again when asked. `onOver`: the session has ended meanwhile. */
export function useLoaded<T>(ask: () => Promise<Outcome<T>>, onOver: () => void) {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<Failure>();
  const load = useCallback(async () => {
    const outcome = await ask();
    if (outcome.ok) setValue(outcome.value);
    else if (isOver(outcome.failure)) return onOver();
    setFailure(outcome.ok ? undefined : outcome.failure);
  }, [ask, onOver]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page appears
  useEffect(() => {
    void load();
  }, []);
  return { value, failure, load };
}

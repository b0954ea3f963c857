import { useEffect, useRef } from 'react';

/** Nothing is asked while somebody types on, unless told otherwise; milliseconds since the last change. */
const SETTLED = 400;

/**
 * Asks anew whenever something has changed, once it has settled: at once about something else than before, after a pause when the same is
 * changed further. What is still on its way then is given up.
 * @param ask made anew for each change, as by `useCallback`, and not otherwise; undefined: there is nothing to ask
 * @param about what is being changed: a value that stays the same meanwhile
 * @param pause milliseconds
 */
export function useSettled(ask: ((signal: AbortSignal) => Promise<void>) | undefined, about: unknown, pause = SETTLED): void {
  const before = useRef<{ about: unknown }>(undefined);
  useEffect(() => {
    const isOther = before.current === undefined || before.current.about !== about;
    before.current = { about };
    if (ask === undefined) return;
    const gone = new AbortController();
    const timer = setTimeout(() => void ask(gone.signal), isOther ? 0 : pause);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [ask, about, pause]);
}

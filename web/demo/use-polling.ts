import { useEffect, useState } from 'react';
import type { Outcome } from '../api.ts';

/** Asks again every `milliseconds` and keeps the last answer; `offline` while the server does not answer. */
export function usePolling<T>(
  ask: (signal: AbortSignal) => Promise<Outcome<T>>,
  milliseconds: number,
): { value: T | undefined; offline: boolean } {
  const [value, setValue] = useState<T>();
  const [offline, setOffline] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const poll = async () => {
      const outcome = await ask(abort.signal);
      if (abort.signal.aborted) return;
      if (outcome.ok) setValue(outcome.value);
      setOffline(!outcome.ok);
      timer = setTimeout(poll, milliseconds);
    };
    void poll();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [ask, milliseconds]);
  return { value, offline };
}

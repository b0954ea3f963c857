import { useEffect, useState } from 'react';
import { serverNow } from '../api.ts';

/** True once the server's clock has reached `time` (RFC 3339). */
export function useServerTimeReached(time: string): boolean {
  const target = Date.parse(time);
  const [reached, setReached] = useState(() => serverNow() >= target);
  useEffect(() => {
    const wait = target - serverNow();
    setReached(wait <= 0);
    if (wait <= 0) return undefined;
    // The answer's Date header has whole seconds: one more, so that the server does not say "too early".
    const timer = setTimeout(() => setReached(true), Math.min(wait + 1000, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [target]);
  return reached;
}

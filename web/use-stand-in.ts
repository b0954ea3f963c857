import { useCallback, useEffect, useRef } from 'react';

/**
 * A page that stands in for another one at the same address has an entry of its own in the history of the browser: the browser's back button
 * leads to the page behind it.
 * @param onLeft shows the page behind it again
 * @returns leaves it, as that button does
 */
export function useStandIn(isShown: boolean, onLeft: () => void): () => void {
  const left = useRef(onLeft);
  useEffect(() => {
    left.current = onLeft;
  });
  useEffect(() => {
    if (!isShown) return;
    window.history.pushState(null, '', window.location.href);
    const leave = () => left.current();
    window.addEventListener('popstate', leave);
    return () => window.removeEventListener('popstate', leave);
  }, [isShown]);
  return useCallback(() => window.history.back(), []);
}

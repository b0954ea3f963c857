import { useCallback, useEffect, useState } from 'react';

export interface Address {
  path: string;
  search: string;
  /** Goes to another page of ours; the browser's own back button comes back from it. */
  go: (to: string) => void;
}

/** The page's address. The portal has four pages: the browser's history is router enough. */
export function useAddress(): Address {
  const [address, setAddress] = useState(read);
  useEffect(() => {
    const moved = () => setAddress(read());
    window.addEventListener('popstate', moved);
    return () => window.removeEventListener('popstate', moved);
  }, []);
  const go = useCallback((to: string) => {
    window.history.pushState(null, '', to);
    setAddress(read());
  }, []);
  return { ...address, go };
}

function read(): { path: string; search: string } {
  const path = window.location.pathname.replace(/(.)\/+$/, '$1');
  return { path, search: window.location.search };
}

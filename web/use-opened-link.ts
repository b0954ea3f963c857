import { useCallback, useEffect, useState } from 'react';

/**
 * What the fragment of a link holds that was opened: its secret, or nothing. Also of one that is opened in a tab which shows the page
 * already: the browser loads nothing then. An anchor of the page itself, to the field of a mistake or past the navigation, is no link.
 * @returns the secret, and what takes it out of the address and the history of this browser, once it is spent or worth nothing
 */
export function useOpenedLink(): readonly [link: string, forget: () => void] {
  const [link, setLink] = useState(inAddress);
  useEffect(() => {
    const look = () => {
      const next = inAddress();
      if (next !== '' && document.getElementById(next) === null) setLink(next);
    };
    window.addEventListener('hashchange', look);
    return () => window.removeEventListener('hashchange', look);
  }, []);
  const forget = useCallback(() => {
    window.history.replaceState(null, '', window.location.pathname);
    setLink('');
  }, []);
  return [link, forget];
}

const inAddress = () => window.location.hash.slice(1);

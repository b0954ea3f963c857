const PROBE = 'keyturn-probe=1';

/** Whether this browser keeps cookies for this address. */
export function keepsCookies(): boolean {
  if (!navigator.cookieEnabled) return false;
  // biome-ignore-start lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser, and says nothing of what is blocked.
  document.cookie = `${PROBE}; SameSite=Strict; Path=/`;
  const kept = document.cookie.split('; ').includes(PROBE);
  document.cookie = `${PROBE}; SameSite=Strict; Path=/; Max-Age=0`;
  // biome-ignore-end lint/suspicious/noDocumentCookie: end
  return kept;
}

const KEPT = 'keyturn-openid-return';
/** Pages that somebody can set out from. What else is kept there, by whomever, is not gone to. */
const PAGES = ['/me', '/helpdesk', '/admin'];
const USUAL = '/me';

/** Keeps where somebody is who leaves for a provider, in this tab. */
export function keepReturnAddress(): void {
  const { pathname, search } = window.location;
  try {
    sessionStorage.setItem(KEPT, `${pathname}${search}`);
  } catch {
    // A browser that keeps nothing comes back to the usual page.
  }
}

/** Where to go on. */
export function returnAddress(): string {
  try {
    const kept = sessionStorage.getItem(KEPT) ?? '';
    return PAGES.includes(kept.split('?')[0] ?? '') ? kept : USUAL;
  } catch {
    return USUAL;
  }
}

/** Addresses of pages, each of which one page file answers; its script draws the right one. That of the demo is there in demo mode alone. */
export const PAGES = [
  '/',
  '/recover',
  '/not-me',
  '/call',
  '/me',
  '/phone',
  '/go-on',
  '/helpdesk-link',
  '/first-reset',
  '/invite',
  '/helpdesk',
  '/admin',
  '/api-reference',
  '/openid',
  '/setup',
] as const;
export const DEMO_PAGE = '/demo';

import type { OpenIdSettings } from '../configuration/open-id-section.ts';

/** By what a provider of OpenID Connect says who people are: a session that came of it lasts no longer than that is so. */
export function providerOf({ issuer, clientId, directory, claim }: OpenIdSettings): string {
  return JSON.stringify([issuer, clientId, directory, claim]);
}

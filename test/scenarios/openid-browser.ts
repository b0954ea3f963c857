import { CLIENT } from '../servers/oidc.ts';
import { TEST_URL } from './start-keyturn.ts';

process.env.KEYTURN_TEST_OIDC = CLIENT.secret;

/** The section `signIn.openIdConnect` for a provider of the tests. */
export const openIdSettings = (issuer: string) => ({
  ...{ issuer, label: 'Company', clientId: CLIENT.id, clientSecret: 'env:KEYTURN_TEST_OIDC', directory: 'people' },
  proofs: [
    { acr: ['gold'], kinds: ['passkey' as const] },
    { amr: ['pwd', 'otp'], kinds: ['password' as const, 'totp' as const] },
    { amr: ['pwd'], kinds: ['password' as const] },
  ],
});

/** A browser at Keyturn: keeps its cookies and says where it comes from. */
export function createPortalBrowser(url: string) {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async post(path: string, body: unknown) {
      const response = await fetch(`${url}/api/v1${path}`, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', origin: TEST_URL, 'sec-fetch-site': 'same-origin' },
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        },
        body: JSON.stringify(body),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      return { status: response.status, body: (await response.json()) as Record<string, never> & { address: string; code: string } };
    },
  };
}

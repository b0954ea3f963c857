/// <reference path="./oidc-provider.d.ts" />
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** Who signs in at the provider next, and how. */
export interface ProviderSignIn {
  accountId: string;
  acr?: string;
  amr?: string[];
  /** When that was; seconds since 1970. Now, when absent. */
  at?: number;
}

export interface OidcServer {
  readonly issuer: string;
  next: ProviderSignIn;
  /** Makes the provider answer to this client. To be called once. */
  open(client: { redirectUri: string; logoutUri: string }): void;
  /** Breaks it: every request gets 503. */
  down: boolean;
  stop(): Promise<void>;
}

export const CLIENT = { id: 'keyturn', secret: 'a-secret-of-the-client-that-is-long-enough' } as const;

/** A provider of OpenID Connect of its own (oidc-provider), on loopback. Whoever is asked to sign in there is who `next` says. */
export async function startOidcServer(): Promise<OidcServer> {
  let handle: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined;
  const state = { down: false, next: { accountId: 'nobody' } as ProviderSignIn };
  const server = createServer((request, response) => {
    if (state.down || handle === undefined) return void response.writeHead(503).end();
    void handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const open: OidcServer['open'] = ({ redirectUri, logoutUri }) => {
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [redirectUri],
          response_types: ['code'],
          grant_types: ['authorization_code'],
          backchannel_logout_uri: logoutUri,
          backchannel_logout_session_required: true,
        },
      ],
      conformIdTokenClaims: false,
      claims: { openid: ['sub', 'acr', 'amr', 'sid'], profile: ['preferred_username'] },
      acrValues: ['silver', 'gold'],
      findAccount: (_context: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, preferred_username: id }),
      }),
      features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      // Whoever signs in has agreed: consent is not what is tested.
      loadExistingGrant: async (context: { oidc: { client: { clientId: string }; session: { accountId: string } } }) => {
        const grant = new provider.Grant({ accountId: context.oidc.session.accountId, clientId: context.oidc.client.clientId });
        grant.addOIDCScope('openid profile');
        await grant.save();
        return grant;
      },
      // It refuses to call addresses of this machine by itself.
      fetch: (address: string, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) => fetch(address, options),
      cookies: { keys: ['a key of the provider'] },
    });
    provider.on('server_error', (_context, error) => {
      throw new Error('the provider failed', { cause: error });
    });
    const callback = provider.callback();
    handle = async (request, response) => {
      if (request.url?.startsWith('/interaction/') !== true) return callback(request, response);
      await provider.interactionDetails(request, response);
      const { accountId, acr, amr, at } = state.next;
      const login = {
        accountId,
        ...(acr === undefined ? {} : { acr }),
        ...(amr === undefined ? {} : { amr }),
        ...(at === undefined ? {} : { ts: at }),
      };
      return provider.interactionFinished(request, response, { login });
    };
  };
  return {
    issuer,
    open,
    get next() {
      return state.next;
    },
    set next(value) {
      state.next = value;
    },
    get down() {
      return state.down;
    },
    set down(value) {
      state.down = value;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A browser of HTTP alone: keeps the cookies of one server, and follows its redirects until they lead elsewhere. */
export function createCookieJar(origin: string) {
  const cookies = new Map<string, string>();
  const visit = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(new URL(address, origin), {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  return {
    visit,
    /** Where it ends up outside of the server, or the last page. */
    async follow(address: string): Promise<{ address: string; page: string }> {
      let at = address;
      for (let hop = 0; hop < 10; hop += 1) {
        const response = await visit(at);
        const next = response.headers.get('location');
        if (next === null) return { address: at, page: await response.text() };
        at = new URL(next, new URL(at, origin)).href;
        if (!at.startsWith(origin)) return { address: at, page: '' };
      }
      throw new Error('too many redirects');
    },
  };
}

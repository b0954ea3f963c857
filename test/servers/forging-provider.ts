import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';

export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** What the provider says, and whose signature is under it; `none`: it says nothing. */
export interface Forged {
  claims: Record<string, unknown>;
  signedBy?: 'stranger' | 'nobody' | 'none';
}

export interface ForgingProvider {
  readonly issuer: string;
  next: Forged;
  /** What happens while it is asked for a token, before it answers. */
  meanwhile: () => Promise<unknown>;
  /** How often it was asked for a token. */
  readonly asked: number;
  sign(forged: Forged): Promise<string>;
  stop(): Promise<void>;
}

/** An attacker's provider of OpenID Connect: gives whoever asks the token that the test made up. A real one never says what is wrong. */
export async function startForgingProvider(): Promise<ForgingProvider> {
  const [own, stranger] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' };
  const sign: ForgingProvider['sign'] = async ({ claims, signedBy }) => {
    if (signedBy === 'nobody') return new UnsecuredJWT(claims).encode();
    const { privateKey } = signedBy === 'stranger' ? stranger : own;
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(privateKey);
  };
  const provider = { next: { claims: {} } as Forged, asked: 0, meanwhile: (): Promise<unknown> => Promise.resolve() };
  const server = createServer(async (request, response) => {
    const send = (body: unknown) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/.well-known/openid-configuration')
      return void send({
        ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` },
        ...{ response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
      });
    if (request.url === '/keys') return void send({ keys: [jwk] });
    provider.asked += 1;
    await provider.meanwhile();
    const token = provider.next.signedBy === 'none' ? {} : { id_token: await sign(provider.next) };
    return void send({ access_token: 'x', token_type: 'Bearer', ...token });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    sign,
    get next() {
      return provider.next;
    },
    set next(value) {
      provider.next = value;
    },
    get meanwhile() {
      return provider.meanwhile;
    },
    set meanwhile(value) {
      provider.meanwhile = value;
    },
    get asked() {
      return provider.asked;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

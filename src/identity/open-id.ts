import { createRemoteJWKSet, jwtVerify } from 'jose';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  discovery,
  enableNonRepudiationChecks,
  ResponseBodyError,
} from 'openid-client';
import { AppError, isAppError } from '../../shared/errors.ts';
import type { OpenIdSettings } from '../core/configuration/open-id-section.ts';
import type { OpenIdProvider, ProviderRequest } from '../core/ports/open-id-provider.ts';
import type { Log } from '../core/ports/platform.ts';

/** Of each request to the provider; seconds. */
const PATIENCE = 10;
/** What a logout is told by (OpenID Connect Back-Channel Logout 1.0, 2.4), and how old it may be. */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const LOGOUT_AGE_SECONDS = 120;

interface Deps {
  readonly log: Log;
  /** @throws AppError `configuration.secret-missing` */
  readonly secret: (reference: string) => string;
}

/** A provider of OpenID Connect, by a library. Its documents are read when they are first needed, and again after they could not be. */
export function createOpenId(settings: OpenIdSettings, { log, secret }: Deps): OpenIdProvider {
  const { issuer, clientId, clientSecret, claim, longestAgeMinutes, clockSkewSeconds } = settings;
  const isInsecure = issuer.startsWith('http:');
  let reading: Promise<Configuration> | null = null;
  // Kept: whoever sends tokens that are none must not make us ask for the keys each time.
  let keys: ReturnType<typeof createRemoteJWKSet> | null = null;

  const read = async (): Promise<Configuration> => {
    const options = { timeout: PATIENCE, ...(isInsecure ? { execute: [allowInsecureRequests] } : {}) };
    const found = (await discovery(new URL(issuer), clientId, undefined, undefined, options)).serverMetadata();
    const methods = found.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const authenticate = methods.includes('client_secret_basic') ? ClientSecretBasic : ClientSecretPost;
    const configuration = new Configuration(found, clientId, { [clockTolerance]: clockSkewSeconds }, authenticate(secret(clientSecret)));
    configuration.timeout = PATIENCE;
    // By itself the library trusts the connection over which a token came (OpenID Connect Core 1.0, 3.1.3.7); its signature counts as well.
    enableNonRepudiationChecks(configuration);
    if (isInsecure) allowInsecureRequests(configuration);
    return configuration;
  };
  const provider = async (): Promise<Configuration> => {
    reading ??= read();
    try {
      return await reading;
    } catch (error) {
      reading = null;
      throw unavailable(error);
    }
  };
  const unavailable = (error: unknown): AppError => {
    log.error('openid.unavailable', { issuer, error });
    return new AppError('openid.unavailable', { issuer }, { cause: error });
  };
  const maxAge = (again: boolean) => (again ? 0 : longestAgeMinutes * 60);

  return {
    async begin({ state, nonce, verifier, redirectUri, again }: ProviderRequest) {
      const address = buildAuthorizationUrl(await provider(), {
        ...{ redirect_uri: redirectUri, scope: 'openid profile', response_mode: 'fragment', state, nonce },
        ...{ code_challenge: await calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
        // With it the provider must say when somebody signed in (OpenID Connect Core 1.0, 3.1.2.1).
        max_age: String(maxAge(again)),
        ...(again ? { prompt: 'login' } : {}),
      });
      return address.href;
    },

    async finish({ state, nonce, verifier, redirectUri }, answer) {
      const configuration = await provider();
      const address = new URL(redirectUri);
      address.search = answer;
      const tokens = await authorizationCodeGrant(configuration, address, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      }).catch((error: unknown) => {
        throw isRefusal(error) ? new AppError('openid.refused', { reason: reasonOf(error) }, { cause: error }) : unavailable(error);
      });
      const claims = tokens.claims();
      if (claims === undefined || typeof claims.auth_time !== 'number')
        throw new AppError('openid.refused', { reason: 'auth-time-not-told' });
      const name = claims[claim];
      return {
        ...{ subject: claims.sub, session: textOf(claims.sid), authenticatedAt: claims.auth_time * 1000 },
        ...{ acr: textOf(claims.acr), name: textOf(name) },
        amr: Array.isArray(claims.amr) ? claims.amr.filter((method): method is string => typeof method === 'string') : [],
      };
    },

    async loggedOut(token) {
      const { jwks_uri } = (await provider()).serverMetadata();
      if (jwks_uri === undefined) throw new AppError('openid.refused', { reason: 'no-keys' });
      keys ??= createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: PATIENCE * 1000 });
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        ...{ issuer, audience: clientId, clockTolerance: clockSkewSeconds, maxTokenAge: LOGOUT_AGE_SECONDS },
        requiredClaims: ['iat', 'jti', 'events'],
      }).catch((error: unknown) => {
        const { code } = error as { code?: unknown };
        const isJudged = typeof code === 'string' && /^ERR_(JWT|JWS|JOSE_ALG|JOSE_NOT|JWKS_NO_MATCHING_KEY)/.test(code);
        throw isJudged ? new AppError('openid.refused', { reason: 'logout-token' }, { cause: error }) : unavailable(error);
      });
      const { events } = payload;
      const isLogout = typeof events === 'object' && events !== null && LOGOUT_EVENT in events;
      const [subject, session, id] = [textOf(payload.sub), textOf(payload.sid), textOf(payload.jti)];
      // A token that signs in is none that signs out.
      const isOther =
        payload.nonce !== undefined || (protectedHeader.typ !== undefined && !/^(application\/)?logout\+jwt$/i.test(protectedHeader.typ));
      if (!isLogout || isOther || id === null || (subject === null && session === null))
        throw new AppError('openid.refused', { reason: 'logout-token' });
      // With its time: a provider that gives one name to two tokens must not lose the second logout.
      const tokenId = `${id}|${payload.iat}`;
      // It may be issued in our future and be old in our past, by the skew each.
      return { subject, session, tokenId, validFor: (LOGOUT_AGE_SECONDS + 2 * clockSkewSeconds) * 1000 };
    },

    async health() {
      try {
        const { jwks_uri } = (await read()).serverMetadata();
        if (jwks_uri === undefined) return { keys: 0, date: null };
        const response = await fetch(jwks_uri, { signal: AbortSignal.timeout(PATIENCE * 1000) });
        if (!response.ok) throw new Error(`the keys are answered by ${response.status}`);
        const { keys: listed = [] } = (await response.json()) as { keys?: { kty?: unknown; use?: unknown }[] };
        const date = Date.parse(response.headers.get('date') ?? '');
        return {
          keys: listed.filter(({ kty, use }) => kty !== 'oct' && use !== 'enc').length,
          date: Number.isNaN(date) ? null : date,
        };
      } catch (error) {
        throw isAppError(error) ? error : unavailable(error);
      }
    },
  };
}

/** Whether what came back does not hold, rather than that nobody could be asked. */
function isRefusal(error: unknown): boolean {
  if (error instanceof AuthorizationResponseError) return true;
  if (error instanceof ResponseBodyError) return error.status < 500;
  if (!(error instanceof ClientError)) return false;
  const isTrouble = error.cause instanceof Response && error.cause.status >= 500;
  return !isTrouble && !['OAUTH_TIMEOUT', 'OAUTH_HTTP_REQUEST_FORBIDDEN', 'OAUTH_PARSE_ERROR'].includes(error.code ?? '');
}

/** A code of the protocol or of the library: never what was sent. */
function reasonOf(error: unknown): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) return error.error;
  return error instanceof ClientError ? (error.code ?? 'invalid') : 'invalid';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

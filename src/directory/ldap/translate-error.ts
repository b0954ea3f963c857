import { AppError, type ErrorCode, isAppError } from '../../../shared/errors.ts';
import { fixParts, withLines } from '../../../shared/fix-text.ts';
import { type LdapResult, RESULT, saysReadOnly } from './result-codes.ts';
import type { SignInProblem } from './sign-in-problem.ts';

interface Explanation {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly fix: string;
}

const expired: Explanation = {
  code: 'directory.tls-expired',
  problem: 'The certificate of the server is not valid at this time',
  fix: 'Install a new certificate on the server; if it was renewed just now, check the clocks of both machines.',
};
const wrongName: Explanation = {
  code: 'directory.tls-wrong-name',
  problem: 'The certificate of the server is for another name',
  fix: 'Write the server address with a name that is in its certificate, or set tls.serverName to one.',
};
const unknownCa: Explanation = {
  code: 'directory.tls-unknown-ca',
  problem: 'The certificate of the server was not signed by an authority that is trusted here',
  fix: 'Name the PEM file of the authority that signed it in tls.caFile.',
};
const tlsFailed: Explanation = {
  code: 'directory.tls-failed',
  problem: 'No encrypted connection could be agreed on',
  fix: 'Check that the port speaks TLS (636 for ldaps, 389 with tls.startTls) with version 1.2 or later.',
};
const certificateRefused: Explanation = {
  code: 'directory.tls-failed',
  problem: 'The certificate of the server cannot be accepted',
  fix: 'Look at the certificate and those above it: keys and signatures that are too weak, a wrong purpose or a revocation are refused.',
};
const refused: Explanation = {
  code: 'directory.unreachable',
  problem: 'The server refused the connection',
  fix: 'Check that the directory service runs and listens on this port.',
};
const nameUnknown: Explanation = {
  code: 'directory.unreachable',
  problem: 'The name of the server cannot be resolved',
  fix: 'Check the name in the server address and the DNS of this machine.',
};
const noRoute: Explanation = {
  code: 'directory.unreachable',
  problem: 'The network of the server cannot be reached',
  fix: 'Check routing and firewalls between this machine and the server.',
};
const noAnswer: Explanation = {
  code: 'directory.unreachable',
  problem: 'The server did not answer in time',
  fix: 'Check that the server is running and that no firewall drops the connection.',
};
const closed: Explanation = {
  code: 'directory.unreachable',
  problem: 'The server closed the connection',
  fix: 'Look into the log of the directory service; it may be restarting or limiting connections.',
};

/** Codes of Node's net, dns and tls modules and of OpenSSL's certificate verification (X509_V_ERR_*). */
const explanations: Readonly<Record<string, Explanation>> = {
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: expired,
  ERR_TLS_CERT_ALTNAME_INVALID: wrongName,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownCa,
  SELF_SIGNED_CERT_IN_CHAIN: unknownCa,
  UNABLE_TO_GET_ISSUER_CERT: unknownCa,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownCa,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownCa,
  CERT_SIGNATURE_FAILURE: unknownCa,
  CERT_UNTRUSTED: unknownCa,
  ECONNREFUSED: refused,
  ENOTFOUND: nameUnknown,
  EAI_AGAIN: nameUnknown,
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  ETIMEDOUT: noAnswer,
  ECONNRESET: closed,
  EPIPE: closed,
};

/**
 * The `AppError` for whatever went wrong while a connection was being opened: nothing had been asked of the server yet.
 * `details.fix` is one sentence for the operator. Decides by error codes, never by texts.
 */
export function translateConnectError(cause: unknown, server: string): AppError {
  if (isAppError(cause)) return cause;
  const code = errorCode(cause);
  const explanation = explanations[code] ?? explanationByKind(code);
  return new AppError(explanation.code, { server, problem: explanation.problem, fix: explanation.fix, reason: code }, { cause });
}

/** Codes that are in no list: OpenSSL has more reasons to refuse a certificate than there are names here (X509_V_ERR_*). */
function explanationByKind(code: string): Explanation {
  if (/^(CERT_|CA_|EE_|CRL_|UNABLE_TO_|INVALID_|ERROR_IN_|PATH_LENGTH_|HOSTNAME_|SELF_SIGNED_|UNSPECIFIED)/.test(code))
    return certificateRefused;
  return /^(ERR_SSL|ERR_OSSL|ERR_TLS|EPROTO)/.test(code) ? tlsFailed : closed;
}

/** No connection within the time limit. */
export function connectTimedOut(server: string): AppError {
  return new AppError('directory.unreachable', { server, problem: noAnswer.problem, fix: noAnswer.fix, reason: 'connect-timeout' });
}

/** The code of an error; AggregateError (several addresses of one name tried) counts as its first part. */
function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'unknown';
}

/**
 * The `AppError` for a result that the adapter did not expect at this place. Results that an adapter can explain (a refused
 * password) are handled before and never come here.
 */
export function unexpectedResult(result: LdapResult, server: string, operation: string): AppError {
  const details = { server, operation, resultCode: result.code, problem: result.message };
  if (operation !== 'search' && operation !== 'bind' && saysReadOnly(result)) return readOnlyServer(server, details);
  switch (result.code) {
    case RESULT.strongerAuthRequired:
    case RESULT.confidentialityRequired:
      return new AppError('directory.plain-refused', {
        ...details,
        fix: 'Use an ldaps:// address, or set tls.startTls for an ldap:// one.',
      });
    case RESULT.insufficientAccessRights:
      return new AppError('directory.no-right', {
        ...details,
        fix: withLines('Give the service account the right, as this tells', 'keyturn doctor'),
      });
    case RESULT.busy:
    case RESULT.unavailable:
      return new AppError('directory.unreachable', {
        ...details,
        fix: 'The server is busy or shutting down: try again later.',
        reason: 'busy',
      });
    case RESULT.timeLimitExceeded:
      return new AppError('directory.timed-out', { ...details, fix: 'Index the searched attributes on the server, or raise its limits.' });
    case RESULT.sizeLimitExceeded:
    case RESULT.adminLimitExceeded:
      return new AppError('directory.limit-exceeded', {
        ...details,
        problem: `The server gives the service account only a part of what a search finds${result.message === '' ? '' : ` (${result.message})`}`,
        fix: 'Raise its limits for the service account: on OpenLDAP `limits dn.exact="..." size=unlimited`, on 389 Directory Server nsSizeLimit and nsLookThroughLimit of the account, else those of the server.',
      });
    default:
      return new AppError('directory.protocol', { ...details, fix: 'Look into the log of the directory service.' });
  }
}

/** A server that takes no writes; another one of the directory may. */
export function readOnlyServer(server: string, details: Record<string, unknown> = {}): AppError {
  return new AppError('directory.read-only', {
    ...details,
    // Its own words may speak of a missing privilege.
    problem: 'The server takes no writes: it is a read-only domain controller, a replica, or read-only at present',
    ...(typeof details.problem === 'string' && details.problem !== '' ? { answer: details.problem } : {}),
    server,
    fix: 'List a server that takes writes under `servers`.',
  });
}

/**
 * The service account could not sign in. `details.about` tells whether its password, its state or the server is the reason, where
 * `known` does: a server's own trouble is `directory.unreachable`, because another one may let it in.
 */
export function serviceAccountRefused(result: LdapResult, server: string, name: string, known: SignInProblem | null): AppError {
  if (result.code === RESULT.strongerAuthRequired || result.code === RESULT.confidentialityRequired) {
    return unexpectedResult(result, server, 'bind');
  }
  if (result.code === RESULT.busy || result.code === RESULT.unavailable) return unexpectedResult(result, server, 'bind');
  if (known !== null) {
    const code = known.about === 'server' ? 'directory.unreachable' : 'directory.service-account-refused';
    return new AppError(code, { server, account: name, resultCode: result.code, said: result.message, reason: 'sign-in', ...known });
  }
  return new AppError('directory.service-account-refused', {
    server,
    account: name,
    resultCode: result.code,
    problem: result.message,
    fix: 'Check name and password of serviceAccount, and that the account is neither locked, disabled nor expired.',
  });
}

/** What an error of a directory means, with its fix, for people to read. */
export function problemOf(error: AppError): string {
  const { problem, fix } = error.details;
  const sentence = typeof fix === 'string' ? fixParts(fix).sentence : '';
  return [problem, sentence].filter((part) => typeof part === 'string' && part !== '').join('. ') || error.code;
}

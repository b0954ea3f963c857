import type { NodemailerError } from 'nodemailer';
import { maskAddressesIn } from './mail-envelope.ts';

/** What kept one server from taking a message (or from answering a trial). */
export type ServerProblem =
  | 'unreachable'
  | 'name-unknown'
  | 'timed-out'
  | 'connection-lost'
  | 'tls-unknown-ca'
  | 'tls-wrong-name'
  | 'tls-expired'
  | 'tls-failed'
  | 'tls-not-spoken'
  | 'starttls-missing'
  | 'authentication-failed'
  | 'sender-refused'
  | 'session-refused'
  | 'temporary-failure'
  | 'protocol'
  | 'secret-missing'
  | 'ca-file-unreadable'
  | 'ca-file-unusable'
  | 'plain-password-refused'
  | 'smtputf8-missing';

/**
 * - `message`: this message is refused for good, by any server.
 * - `policy`: this server will not take it (relaying, spam rules); another one might.
 * - `recipient`: not now, for the sake of the recipient; another server might, and this one later.
 * - `server`: says nothing about the message.
 */
export interface Diagnosis {
  about: 'message' | 'policy' | 'recipient' | 'server';
  problem: ServerProblem | 'recipient-deferred' | 'recipient-refused' | 'content-refused' | 'content-too-large';
  /** SMTP reply code (RFC 5321 4.2), when the server gave one. */
  reply?: number;
}

/**
 * Replies that speak of the session and not of the message, whichever command they answer: 521 and 503 of RFC 5321 and
 * RFC 7504, 530, 534, 535 and 538 of RFC 4954 (authentication or encryption required).
 */
const SESSION_REPLIES: readonly number[] = [503, 521, 530, 534, 535, 538];

/** Sorts what nodemailer threw. Nothing of the server's own words is passed on. */
export function diagnose(error: unknown): Diagnosis {
  const failure = (error ?? {}) as NodemailerError;
  const reply = failure.responseCode;
  const found = diagnoseReply(failure) ?? { about: 'server' as const, problem: connectionProblem(failure) };
  return reply === undefined ? found : { ...found, reply };
}

/** Verdict of a reply to MAIL FROM, RCPT TO or DATA; null when the failure came from elsewhere. */
function diagnoseReply(failure: NodemailerError): Diagnosis | null {
  const { code, command, responseCode: reply } = failure;
  if (reply === undefined || (code !== 'EENVELOPE' && code !== 'EMESSAGE')) return null;
  const enhanced = enhancedCode(failure.response);
  if (isTemporary(reply, enhanced, command)) {
    return command === 'RCPT TO' && !speaksOfItself(enhanced)
      ? { about: 'recipient', problem: 'recipient-deferred' }
      : { about: 'server', problem: 'temporary-failure' };
  }
  if (SESSION_REPLIES.includes(reply)) return { about: 'server', problem: 'session-refused' };
  if (isTooLarge(reply, enhanced, command)) return { about: 'message', problem: 'content-too-large' };
  // Our own sender address is configuration: once it is mended, what waits can still be sent.
  if (command === 'MAIL FROM') return { about: 'server', problem: 'sender-refused' };
  const problem = command === 'RCPT TO' ? 'recipient-refused' : 'content-refused';
  // RFC 3463 3.8: class 5.7 is about security and policy of the server that answers, not about the mailbox.
  const policy = enhanced?.startsWith('5.7.') === true;
  return { about: policy ? 'policy' : 'message', problem };
}

/** The enhanced status code of a reply (RFC 3463 2), where it has one. */
function enhancedCode(response: string | undefined): string | null {
  return /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1] ?? null;
}

/**
 * Whether it is worth another try. The class of an enhanced code is meant to equal the first digit (RFC 2034 4); where a server
 * lets them differ, the finer code is the one it thought about. A full mailbox (x.2.2) is emptied one day, and 552 to a recipient
 * without any word on why is to be taken for 452 (RFC 5321 4.5.3.1.10).
 */
function isTemporary(reply: number, enhanced: string | null, command: string | undefined): boolean {
  if (enhanced === null) return reply < 500 || (reply === 552 && command === 'RCPT TO');
  return enhanced.startsWith('4.') || enhanced.endsWith('.2.2');
}

/**
 * Whether a server that defers a recipient says that it is in trouble itself: it names the mail system (x.3, RFC 3463 3.4); one that
 * closes the connection (421) is no reply here. Everything else whoever chose the address may have brought about, by what their own server answers when it is
 * asked about the address, with or without an enhanced code: it is no fault of the mail server.
 */
function speaksOfItself(enhanced: string | null): boolean {
  return enhanced?.startsWith('4.3.') === true;
}

/** 552 speaks of size (RFC 1870 6.1) unless its enhanced code says of what else; 5.2.3 and 5.3.4 speak of it with any reply. */
function isTooLarge(reply: number, enhanced: string | null, command: string | undefined): boolean {
  return enhanced === '5.2.3' || enhanced === '5.3.4' || (reply === 552 && enhanced === null && command !== 'RCPT TO');
}

function connectionProblem(failure: NodemailerError): ServerProblem {
  const { code, command } = failure;
  const tlsWords = `${failure.originalCode ?? ''} ${code ?? ''} ${failure.message ?? ''}`;
  const tls = tlsProblem(tlsWords);
  if (tls !== null) return tls;
  // What came was not TLS: the port speaks in clear first (RFC 8446 6 knows no such alert; OpenSSL has these names for it).
  if (/ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)|wrong version number/i.test(tlsWords))
    return 'tls-not-spoken';
  if (/ERR_SSL_|ERR_TLS_|\bEPROTO\b/.test(tlsWords)) return 'tls-failed';
  if (code === 'ETIMEDOUT' || code === 'EABORT') return 'timed-out';
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'authentication-failed';
  if (code === 'ETLS') return command === 'STARTTLS' && failure.responseCode !== undefined ? 'starttls-missing' : 'tls-failed';
  if (code === 'EDNS') return 'name-unknown';
  if (code === 'ECONNECTION') return failure.responseCode === undefined ? 'connection-lost' : 'session-refused';
  if (code === 'ESOCKET') return /ECONNRESET|EPIPE/.test(failure.originalCode ?? failure.message ?? '') ? 'connection-lost' : 'unreachable';
  if (failure.responseCode !== undefined) return failure.responseCode < 500 ? 'temporary-failure' : 'session-refused';
  return 'protocol';
}

/** nodemailer keeps only OpenSSL's sentence of a failed upgrade, so the sentence is what there is to go by. */
function tlsProblem(words: string): ServerProblem | null {
  if (/ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate/i.test(words)) return 'tls-wrong-name';
  if (/CERT_HAS_EXPIRED|certificate has expired/i.test(words)) return 'tls-expired';
  if (/UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SELF_SIGNED|unable to (verify|get)|self-signed certificate/i.test(words))
    return 'tls-unknown-ca';
  return null;
}

/** The library's error for the log: replies to message content are left out, because a server may quote what it refused. */
export function loggableCause(error: unknown): Error {
  const failure = (error ?? {}) as NodemailerError;
  const stage = failure.command === undefined ? '' : ` at ${failure.command}`;
  const quoted = failure.command === 'DATA' || failure.code === 'EMESSAGE';
  const words = quoted ? `reply ${failure.responseCode ?? 'none'}` : maskAddressesIn(failure.message ?? String(error));
  return new Error(`${failure.code ?? 'error'}${stage}: ${words}`);
}

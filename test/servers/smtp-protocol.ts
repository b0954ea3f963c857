/**
 * What the mail server does with the next message:
 * - `accept`: takes it.
 * - `refuse`: says 550 to each recipient (RFC 5321 4.2.1: permanent).
 * - `refuse-temporarily`: says 451 to each recipient (transient: try again later).
 * - `hang-at-greeting`: accepts the connection and says nothing, not even its greeting.
 * - `hang-after-data`: takes the whole message and never says whether it was accepted. It is not kept.
 * - `slow`: takes it and answers only after `delayMs`.
 * - `drop-after-data`: takes and keeps the whole message, then closes the connection without an answer: outcome unknown.
 */
export type SmtpMode = 'accept' | 'refuse' | 'refuse-temporarily' | 'hang-at-greeting' | 'hang-after-data' | 'slow' | 'drop-after-data';

/** Any other reply at one stage of the dialogue: at the greeting, after MAIL FROM, RCPT TO, or the message itself. */
export interface SmtpReplyOrder {
  readonly at: 'greeting' | 'sender' | 'recipient' | 'content';
  readonly code: number;
  /** May begin with an enhanced status code (RFC 3463). */
  readonly words: string;
}

/** A message as it arrived. */
export interface ReceivedMessage {
  /** Counts from 1 in order of arrival. */
  readonly number: number;
  /** Envelope sender and recipients. */
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Empty when there is no HTML part. */
  readonly html: string;
  /** All header lines, names in lower case; the last one counts when a name comes twice. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole message, undecoded. */
  readonly raw: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** The same for all messages of one connection. */
  readonly session: string;
  /** The name the client gave with EHLO. */
  readonly greetedAs: string;
  /** Account it was sent with, when signed in. */
  readonly user?: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** Start parameters of the server process. */
export interface SmtpProcessOptions {
  readonly port: number;
  readonly controlPort: number;
  readonly security: 'none' | 'starttls' | 'tls';
  readonly certificateFile?: string;
  readonly keyFile?: string;
  readonly login?: { readonly user: string; readonly password: string };
  /** SMTPUTF8 (RFC 6531) is not offered. */
  readonly hideSmtpUtf8?: boolean;
}

import type { StrengthLevel } from '../../../shared/api/journeys.ts';
import type { SmsSettings } from '../configuration/sms-section.ts';

/**
 * Small capabilities of the machine. The core has no clock and no random of its own, so that tests can move time
 * and repeat a run.
 *
 * Times everywhere in the core are milliseconds since 1970-01-01T00:00:00Z; durations are milliseconds unless the
 * name says otherwise.
 */
export interface Clock {
  now(): number;
  /** Milliseconds since some moment. Never goes back, whatever becomes of the machine's time; only differences mean something. */
  monotonic(): number;
  /** Resolves after `milliseconds`. */
  sleep(milliseconds: number): Promise<void>;
}

export interface Random {
  /** Cryptographically secure bytes. */
  bytes(length: number): Uint8Array;
  /** A whole number, evenly distributed over 0 (included) to `below` (excluded). */
  integer(below: number): number;
}

/** Keyed functions. Their key is sealed in the database, the same on all nodes, and never crosses this port. */
export interface Keys {
  /**
   * HMAC-SHA-256 under a key derived for `purpose`, base64url. Used to store tokens and codes, to name guard
   * targets and to derive decoys, so that a copy of the database alone says nothing about them.
   */
  digest(
    purpose:
      | 'journey-token'
      | 'session-token'
      | 'emergency-link'
      | 'set-up-link'
      | 'set-up-session'
      | 'api-token'
      | 'openid'
      | 'code'
      | 'guard-target'
      | 'decoy'
      | 'notice-token'
      | 'phone-link'
      | 'first-reset-link'
      | 'helpdesk-link'
      | 'invitation-token'
      | 'typed-name'
      | 'known-place'
      | 'work'
      | 'directory-contact'
      | 'linked-account'
      | 'recovery-code'
      | 'temporary-pass'
      | 'passkey-challenge'
      | 'passkey-ticket'
      | 'passkey-credential'
      | 'passkey-user'
      | 'right-to-enrol'
      | 'questions-asked',
    value: string,
  ): string;
  /**
   * Encrypts a short text that a client keeps for us and cannot read, change or make up: AES-256-GCM under a key derived for `purpose`,
   * base64url. Never the same twice. How long the text is can be told by it.
   * @param about what it belongs to: it opens with the same alone
   */
  seal(purpose: KeptPurpose, about: string, text: string): string;
  /** null: it is none of ours, or belongs to something else. */
  open(purpose: KeptPurpose, about: string, sealed: string): string | null;
}

/** What clients keep for us. */
export type KeptPurpose = 'live-position' | 'people-cursor';

/** A challenge of a proof of work as it is kept: what a client is shown, and our signature of it. */
export interface WorkChallenge {
  parameters: { algorithm: string; nonce: string; salt: string; cost: number; keyLength: number; keyPrefix: string };
  signature: string;
}

/** Proofs of work: PBKDF2-SHA-256 keys that begin as told. */
export interface Work {
  /** A challenge whose solution is `counter`; each try takes `iterations`. */
  create(asked: { iterations: number; counter: number }): Promise<WorkChallenge>;
  /** Whether a solution is right. The derived key cannot be guessed, as the counter alone could. */
  isDone(challenge: WorkChallenge, solution: { counter: number; derivedKey: string }): Promise<boolean>;
}

/**
 * How long a password would withstand guessing by somebody who stole its hash and knows the person. It is help for whoever
 * chooses, no rule: null is "not told", when the estimate would be late or the journey has used up what it may cost.
 */
export interface PasswordStrength {
  /** Somebody is about to choose a password. */
  prepare(): void;
  /** `known`: what an attacker knows of the person, such as the names of the accounts. Never rejects. */
  estimate(journey: string, password: string, known: readonly string[]): Promise<StrengthLevel | null>;
}

/** Structured log. `facts` must never hold a password, code, token or answer. */
export interface Log {
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
}

/**
 * Work that goes on after an answer has left. Errors are logged by the adapter; shutdown waits for what is running. Work that may be long
 * ends soon once `stopping` says so.
 */
export interface Background {
  run(name: string, work: (stopping: AbortSignal) => Promise<void>): void;
}

export interface MailMessage {
  to: string;
  subject: string;
  text: string;
  html?: string;
  /** Stable id, so that a retry after a lost answer is recognisable to the receiver (RFC 5322 Message-ID). */
  messageId: string;
}

/** @property fix what to do about it, as `shared/fix-text.ts` has it */
export type MailServerHealth =
  | { readonly server: string; readonly ok: true }
  | { readonly server: string; readonly ok: false; readonly problem: string; readonly fix: string };

export interface Mailer {
  /**
   * Hands one message to the first mail server that takes it.
   * @throws AppError `mail.refused` (permanent: do not retry) `mail.deferred` (for the sake of the recipient: retry later)
   * or `mail.unavailable` (retry later), with `problem` and `fix` in words where a server was asked
   */
  send(message: MailMessage): Promise<void>;
  /** Tries each server without sending; used by `doctor` and the health page. */
  health(): Promise<MailServerHealth[]>;
}

export interface SmsMessage {
  /** E.164, with the plus. */
  to: string;
  text: string;
  /** The same when a text is handed over again, so that a gateway that knows it can tell. */
  messageId: string;
}

export interface SmsSender {
  /**
   * Hands one text to the first gateway that takes it. It is given to at most two that may have taken it.
   * @throws AppError `sms.refused` or `sms.outcome-unknown` (permanent: do not retry), `sms.unavailable` (retry later)
   */
  send(message: SmsMessage): Promise<void>;
  /**
   * Hands one text to one gateway, which somebody wants to try, and to no other.
   * @throws AppError `sms.gateway-unknown`, and as `send`, with `problem` and `fix` in words
   */
  sendBy(gateway: string, message: SmsMessage): Promise<void>;
  /** Connects to each gateway. Whether it would take a text shows only when one is sent. */
  health(): Promise<{ server: string; ok: boolean; problem?: string }[]>;
}

/** What messages leave by, of the configuration in force. */
export interface Channels {
  readonly mailer: Mailer;
  /** null: no texts are configured. */
  readonly sms: SmsSender | null;
}

/**
 * Opens gateways that are not in force, to try them.
 * @param given secrets by the reference that stands for them in the settings; none of these is taken from the machine
 */
export type TrySms = (settings: Extract<SmsSettings, { kind: 'http' }>, given: ReadonlyMap<string, string>) => SmsSender;

/**
 * Finished sentences for people. Keys are `file.key` of `locales/<lang>/<file>.json` (for example
 * `password.too-short`); organisations may override any of them.
 */
export interface Texts {
  readonly languages: readonly string[];
  /** The best supported language for a BCP 47 tag or an Accept-Language header; null when none fits. */
  match(wanted: string | null | undefined): string | null;
  translate(language: string, key: string, parameters?: Record<string, string | number>): string;
}

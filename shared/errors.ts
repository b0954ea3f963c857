/**
 * The one table of errors. A code is stable: clients, scripts and documents may rely on it.
 *
 * - `status`: the HTTP status of the problem document (RFC 9457).
 * - `audience`: who may be told the code. `anyone` is shown as it is; `operator` codes reach an anonymous
 *   caller only as `internal.unexpected` or `directory.unavailable`, never with details.
 * - `level`: how the log records it.
 * The sentences that people read are in `locales/<lang>/errors.json` under the same code.
 */
export const ERRORS = {
  // Requests
  'request.malformed': { status: 400, audience: 'anyone', level: 'info' },
  'request.digits-unlike': { status: 422, audience: 'anyone', level: 'info' },
  'request.not-json': { status: 415, audience: 'anyone', level: 'info' },
  'request.encoding-refused': { status: 415, audience: 'anyone', level: 'info' },
  'request.too-large': { status: 413, audience: 'anyone', level: 'info' },
  'request.not-found': { status: 404, audience: 'anyone', level: 'info' },
  'request.method-not-allowed': { status: 405, audience: 'anyone', level: 'info' },
  'request.foreign-origin': { status: 403, audience: 'anyone', level: 'warn' },
  'request.timed-out': { status: 408, audience: 'anyone', level: 'info' },
  // Journeys
  'journey.token-missing': { status: 401, audience: 'anyone', level: 'info' },
  'journey.not-found': { status: 401, audience: 'anyone', level: 'info' },
  'journey.expired': { status: 410, audience: 'anyone', level: 'info' },
  'journey.replaced': { status: 409, audience: 'anyone', level: 'info' },
  'journey.step-unknown': { status: 404, audience: 'anyone', level: 'info' },
  'journey.step-passed': { status: 409, audience: 'anyone', level: 'info' },
  'journey.answer-not-fitting': { status: 422, audience: 'anyone', level: 'info' },
  'journey.no-password-step': { status: 409, audience: 'anyone', level: 'info' },
  // Sessions
  'session.missing': { status: 401, audience: 'anyone', level: 'info' },
  'session.ended': { status: 401, audience: 'anyone', level: 'info' },
  'session.not-proven': { status: 409, audience: 'anyone', level: 'info' },
  'session.step-up-needed': { status: 403, audience: 'anyone', level: 'info' },
  'access.refused': { status: 403, audience: 'anyone', level: 'warn' },
  'case.unknown': { status: 404, audience: 'anyone', level: 'info' },
  'case.passed': { status: 409, audience: 'anyone', level: 'info' },
  'case.open-elsewhere': { status: 409, audience: 'anyone', level: 'info' },
  'case.receipt-needed': { status: 403, audience: 'anyone', level: 'warn' },
  'case.reset-way-refused': { status: 403, audience: 'anyone', level: 'info' },
  'case.channel-unknown': { status: 422, audience: 'anyone', level: 'info' },
  'helpdesk-link.invalid': { status: 410, audience: 'anyone', level: 'info' },
  'helpdesk-link.number-wrong': { status: 422, audience: 'anyone', level: 'info' },
  'case.reason-missing': { status: 422, audience: 'anyone', level: 'info' },
  'case.approval-needed': { status: 409, audience: 'anyone', level: 'info' },
  'case.approval-own': { status: 403, audience: 'anyone', level: 'warn' },
  'case.ticket-missing': { status: 422, audience: 'anyone', level: 'info' },
  'case.ticket-unlike': { status: 422, audience: 'anyone', level: 'info' },
  'case.way-refused': { status: 403, audience: 'anyone', level: 'warn' },
  'case.kinds-missing': { status: 422, audience: 'anyone', level: 'info' },
  'case.nothing-to-remove': { status: 409, audience: 'anyone', level: 'info' },
  'case.nothing-enrolled': { status: 409, audience: 'anyone', level: 'info' },
  'case.nothing-asked': { status: 409, audience: 'anyone', level: 'info' },
  'case.answer-unlike': { status: 422, audience: 'anyone', level: 'info' },
  'case.answer-wrong': { status: 422, audience: 'anyone', level: 'info' },
  'case.nobody-vouches': { status: 409, audience: 'anyone', level: 'info' },
  'case.too-often': { status: 429, audience: 'anyone', level: 'info' },
  'openid.not-configured': { status: 404, audience: 'anyone', level: 'info' },
  'openid.unavailable': { status: 503, audience: 'anyone', level: 'error' },
  'openid.refused': { status: 403, audience: 'anyone', level: 'warn' },
  'openid.expired': { status: 410, audience: 'anyone', level: 'info' },
  'token.invalid': { status: 401, audience: 'anyone', level: 'warn' },
  'token.ended': { status: 401, audience: 'anyone', level: 'warn' },
  'token.not-allowed': { status: 403, audience: 'anyone', level: 'warn' },
  'token.needs-person': { status: 403, audience: 'anyone', level: 'warn' },
  'token.refused': { status: 422, audience: 'anyone', level: 'info' },
  'token.name-taken': { status: 409, audience: 'anyone', level: 'info' },
  'token.unknown': { status: 404, audience: 'anyone', level: 'info' },
  'live.too-many': { status: 429, audience: 'anyone', level: 'warn' },
  'list.too-many': { status: 429, audience: 'anyone', level: 'warn' },
  'access.management-refused': { status: 403, audience: 'anyone', level: 'warn' },
  'access.nobody-found': { status: 404, audience: 'anyone', level: 'info' },
  'set-up.link-invalid': { status: 410, audience: 'anyone', level: 'warn' },
  'set-up.not-open': { status: 401, audience: 'anyone', level: 'info' },
  'set-up.over': { status: 404, audience: 'anyone', level: 'info' },
  'set-up.conflict': { status: 409, audience: 'anyone', level: 'info' },
  'set-up.incomplete': { status: 409, audience: 'anyone', level: 'info' },
  'set-up.secrets-not-kept': { status: 500, audience: 'anyone', level: 'error' },
  'set-up.directory-trouble': { status: 409, audience: 'anyone', level: 'warn' },
  'set-up.administrator-unknown': { status: 409, audience: 'anyone', level: 'info' },
  'set-up.administrator-not-in-group': { status: 409, audience: 'anyone', level: 'info' },
  'set-up.administrator-unfit': { status: 409, audience: 'anyone', level: 'info' },
  'set-up.reset-link-invalid': { status: 410, audience: 'anyone', level: 'warn' },
  'emergency.link-invalid': { status: 410, audience: 'anyone', level: 'warn' },
  'emergency.passkey-needed': { status: 403, audience: 'anyone', level: 'info' },
  'message.address-not-own': { status: 422, audience: 'anyone', level: 'info' },
  'sms.gateway-unknown': { status: 404, audience: 'anyone', level: 'info' },
  'outbox.message-gone': { status: 404, audience: 'anyone', level: 'info' },
  'outbox.message-expired': { status: 409, audience: 'anyone', level: 'info' },
  'outbox.message-busy': { status: 409, audience: 'anyone', level: 'info' },
  'threat.not-raised': { status: 409, audience: 'anyone', level: 'info' },
  'threat.another-needed': { status: 409, audience: 'anyone', level: 'info' },
  'threat.settings-held': { status: 409, audience: 'anyone', level: 'warn' },
  'threat.changed': { status: 409, audience: 'anyone', level: 'info' },
  'session.of-an-emergency': { status: 403, audience: 'anyone', level: 'info' },
  'session.for-enrolment-only': { status: 403, audience: 'anyone', level: 'info' },
  'session.unknown': { status: 404, audience: 'anyone', level: 'info' },
  'account.write-open': { status: 409, audience: 'anyone', level: 'info' },
  'account.disabled': { status: 409, audience: 'anyone', level: 'info' },
  'account.expired': { status: 409, audience: 'anyone', level: 'info' },
  'account.without-password': { status: 409, audience: 'anyone', level: 'info' },
  'account.frozen': { status: 409, audience: 'anyone', level: 'info' },
  'notice.link-invalid': { status: 410, audience: 'anyone', level: 'info' },
  // Enrolment
  'enrolment.address-invalid': { status: 422, audience: 'anyone', level: 'info' },
  'enrolment.number-invalid': { status: 422, audience: 'anyone', level: 'info' },
  'enrolment.seed-invalid': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.hours-invalid': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.present': { status: 409, audience: 'anyone', level: 'info' },
  'enrolment.file-encoding': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.columns': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.quotes': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.field-count': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.line-too-long': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.json-broken': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.entry-malformed': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.nothing-given': { status: 422, audience: 'operator', level: 'info' },
  'enrolment.repeated-person': { status: 409, audience: 'operator', level: 'info' },
  'enrolment.from-directory': { status: 409, audience: 'anyone', level: 'info' },
  'enrolment.factor-unknown': { status: 404, audience: 'anyone', level: 'info' },
  'enrolment.code-wrong': { status: 422, audience: 'anyone', level: 'info' },
  'enrolment.ceremony-over': { status: 410, audience: 'anyone', level: 'info' },
  'journey.hand-over-not-possible': { status: 409, audience: 'anyone', level: 'info' },
  'phone.link-invalid': { status: 410, audience: 'anyone', level: 'info' },
  'phone.over': { status: 410, audience: 'anyone', level: 'info' },
  'phone.digits-wrong': { status: 422, audience: 'anyone', level: 'info' },
  'enrolment.too-many': { status: 409, audience: 'anyone', level: 'info' },
  'enrolment.kind-not-asked': { status: 409, audience: 'anyone', level: 'info' },
  'enrolment.last-way': { status: 409, audience: 'anyone', level: 'info' },
  'enrolment.answers-refused': { status: 422, audience: 'anyone', level: 'info' },
  'enrolment.put-off-over': { status: 409, audience: 'anyone', level: 'info' },
  'enrolment.not-complete': { status: 409, audience: 'anyone', level: 'info' },
  'enrolment.right-invalid': { status: 410, audience: 'anyone', level: 'info' },
  'directory.cannot-filter': { status: 409, audience: 'anyone', level: 'info' },
  'directory.place-missing': { status: 422, audience: 'anyone', level: 'info' },
  // Invitations
  'invitation.invalid': { status: 410, audience: 'anyone', level: 'info' },
  'invitation.other-account': { status: 409, audience: 'anyone', level: 'info' },
  'invitation.sign-in-off': { status: 409, audience: 'operator', level: 'info' },
  'invitation.none': { status: 404, audience: 'operator', level: 'info' },
  // Accounts of one person
  'vouch.over': { status: 410, audience: 'anyone', level: 'info' },
  'vouch.digits-wrong': { status: 422, audience: 'anyone', level: 'info' },
  'vouch.not-possible': { status: 409, audience: 'anyone', level: 'warn' },
  'people.taken': { status: 409, audience: 'anyone', level: 'info' },
  'people.not-linked': { status: 404, audience: 'anyone', level: 'info' },
  // People of a directory that Keyturn keeps
  'people.kept-elsewhere': { status: 409, audience: 'operator', level: 'info' },
  'people.field-invalid': { status: 422, audience: 'operator', level: 'info' },
  'people.present': { status: 409, audience: 'operator', level: 'info' },
  'people.identifier-taken': { status: 409, audience: 'operator', level: 'info' },
  'people.manager-missing': { status: 404, audience: 'operator', level: 'info' },
  'people.repeated': { status: 409, audience: 'operator', level: 'info' },
  'people.columns': { status: 422, audience: 'operator', level: 'info' },
  'people.entry-malformed': { status: 422, audience: 'operator', level: 'info' },
  'people.password-refused': { status: 422, audience: 'operator', level: 'info' },
  'people.searched-too-often': { status: 429, audience: 'anyone', level: 'warn' },
  'people.too-many': { status: 409, audience: 'anyone', level: 'info' },
  // Passkeys
  'passkey.malformed': { status: 422, audience: 'anyone', level: 'info' },
  'passkey.out-of-date': { status: 422, audience: 'anyone', level: 'info' },
  'passkey.wrong-site': { status: 422, audience: 'anyone', level: 'warn' },
  'passkey.user-not-verified': { status: 422, audience: 'anyone', level: 'info' },
  'passkey.unknown': { status: 422, audience: 'anyone', level: 'info' },
  'passkey.account-barred': { status: 422, audience: 'anyone', level: 'info' },
  'passkey.present': { status: 409, audience: 'anyone', level: 'info' },
  // Guard
  'guard.slow-down': { status: 429, audience: 'anyone', level: 'warn' },
  // Directories (`anyone` codes say nothing about an account)
  'directory.unavailable': { status: 503, audience: 'anyone', level: 'error' },
  'directory.unreachable': { status: 503, audience: 'operator', level: 'error' },
  'directory.timed-out': { status: 503, audience: 'operator', level: 'error' },
  'directory.outcome-unknown': { status: 503, audience: 'operator', level: 'error' },
  'directory.tls-unknown-ca': { status: 503, audience: 'operator', level: 'error' },
  'directory.tls-wrong-name': { status: 503, audience: 'operator', level: 'error' },
  'directory.tls-expired': { status: 503, audience: 'operator', level: 'error' },
  'directory.tls-failed': { status: 503, audience: 'operator', level: 'error' },
  'directory.plain-refused': { status: 503, audience: 'operator', level: 'error' },
  'directory.read-only': { status: 503, audience: 'operator', level: 'error' },
  'directory.root-hidden': { status: 503, audience: 'operator', level: 'error' },
  'directory.service-account-refused': { status: 503, audience: 'operator', level: 'error' },
  'directory.no-right': { status: 503, audience: 'operator', level: 'error' },
  'directory.limit-exceeded': { status: 503, audience: 'operator', level: 'error' },
  'directory.account-missing': { status: 404, audience: 'operator', level: 'warn' },
  'directory.entry-moved': { status: 409, audience: 'operator', level: 'warn' },
  'directory.ambiguous': { status: 409, audience: 'operator', level: 'warn' },
  'directory.protocol': { status: 502, audience: 'operator', level: 'error' },
  'directory.not-configured': { status: 500, audience: 'operator', level: 'error' },
  'directory.address-invalid': { status: 400, audience: 'anyone', level: 'info' },
  'directory.no-delegation': { status: 500, audience: 'operator', level: 'error' },
  // Store
  'store.unavailable': { status: 503, audience: 'anyone', level: 'error' },
  'store.unsuitable': { status: 500, audience: 'operator', level: 'error' },
  'store.no-schema': { status: 500, audience: 'operator', level: 'error' },
  'store.older-schema': { status: 500, audience: 'operator', level: 'error' },
  'store.in-use': { status: 500, audience: 'operator', level: 'error' },
  'store.not-empty': { status: 500, audience: 'operator', level: 'error' },
  'store.newer-schema': { status: 500, audience: 'operator', level: 'error' },
  'store.wrong-key': { status: 500, audience: 'operator', level: 'error' },
  'store.undecryptable': { status: 500, audience: 'operator', level: 'error' },
  // Channels
  'mail.refused': { status: 502, audience: 'operator', level: 'warn' },
  'mail.deferred': { status: 503, audience: 'operator', level: 'warn' },
  'mail.unavailable': { status: 503, audience: 'operator', level: 'warn' },
  'sms.refused': { status: 502, audience: 'operator', level: 'warn' },
  'sms.unavailable': { status: 503, audience: 'operator', level: 'warn' },
  'sms.outcome-unknown': { status: 502, audience: 'operator', level: 'warn' },
  // Configuration
  'configuration.invalid': { status: 422, audience: 'operator', level: 'error' },
  'configuration.not-in-order': { status: 422, audience: 'anyone', level: 'info' },
  'configuration.conflict': { status: 409, audience: 'anyone', level: 'warn' },
  'configuration.read-only': { status: 403, audience: 'anyone', level: 'info' },
  'configuration.unknown-version': { status: 404, audience: 'anyone', level: 'info' },
  'configuration.missing': { status: 500, audience: 'operator', level: 'error' },
  'configuration.secret-missing': { status: 500, audience: 'operator', level: 'error' },
  'settings.foreign-owner': { status: 500, audience: 'operator', level: 'error' },
  'settings.invalid': { status: 500, audience: 'operator', level: 'error' },
  // Breached passwords
  'breached.list-missing': { status: 500, audience: 'operator', level: 'error' },
  'breached.list-truncated': { status: 500, audience: 'operator', level: 'error' },
  'breached.list-malformed': { status: 500, audience: 'operator', level: 'error' },
  'breached.list-damaged': { status: 500, audience: 'operator', level: 'error' },
  'breached.list-empty': { status: 500, audience: 'operator', level: 'error' },
  'breached.checksum-differs': { status: 500, audience: 'operator', level: 'error' },
  'breached.import-running': { status: 500, audience: 'operator', level: 'error' },
  'breached.no-space': { status: 500, audience: 'operator', level: 'error' },
  'breached.file-missing': { status: 500, audience: 'operator', level: 'error' },
  'breached.file-damaged': { status: 500, audience: 'operator', level: 'error' },
  // Audit
  'audit.not-so-far': { status: 409, audience: 'operator', level: 'error' },
  'audit.nothing-to-acknowledge': { status: 409, audience: 'operator', level: 'info' },
  'audit.chain-broken': { status: 500, audience: 'operator', level: 'error' },
  // Anything else
  'internal.unexpected': { status: 500, audience: 'anyone', level: 'error' },
} as const satisfies Record<string, ErrorEntry>;

interface ErrorEntry {
  status: number;
  audience: 'anyone' | 'operator';
  level: 'info' | 'warn' | 'error';
}

export type ErrorCode = keyof typeof ERRORS;

/** Plain facts that go with an error. Never a password, code, token or answer. */
export type ErrorDetails = Record<string, string | number | boolean | null | readonly string[]>;

/**
 * The only class that Keyturn throws. `details` are for operators and the log; the HTTP door decides what leaves.
 * The raw reason of a library goes into `cause`, which is logged and never sent.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: { cause?: unknown } = {}) {
    super(describe(code, details), options);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

function describe(code: ErrorCode, details: ErrorDetails): string {
  const facts = Object.entries(details).map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(',') : String(value)}`);
  return facts.length === 0 ? code : `${code} (${facts.join(', ')})`;
}

/** True for an `AppError` with one of the given codes (any code when none is given). */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}

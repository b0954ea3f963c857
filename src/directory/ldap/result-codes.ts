/**
 * LDAP result codes (RFC 4511 section 4.1.9 and appendix A) that adapters decide by. Always compared as numbers: the same digits
 * also occur in diagnostic messages, where they mean something else.
 */
export const RESULT = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  strongerAuthRequired: 8,
  referral: 10,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  confidentialityRequired: 13,
  noSuchAttribute: 16,
  undefinedAttributeType: 17,
  constraintViolation: 19,
  noSuchObject: 32,
  invalidDnSyntax: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
  objectClassViolation: 65,
  other: 80,
} as const;

/**
 * Codes that say of a write that it was not done. The others can come from a server in between that lost the answer of the one behind it
 * (slapo-chain, a load balancer), from a time limit, or from whoever knows no better: `unavailable`, `timeLimitExceeded`, `other`.
 */
const notDone: ReadonlySet<number> = new Set([
  RESULT.protocolError,
  RESULT.strongerAuthRequired,
  RESULT.referral,
  RESULT.unavailableCriticalExtension,
  RESULT.confidentialityRequired,
  RESULT.noSuchAttribute,
  RESULT.undefinedAttributeType,
  RESULT.constraintViolation,
  RESULT.noSuchObject,
  RESULT.invalidDnSyntax,
  RESULT.inappropriateAuthentication,
  RESULT.invalidCredentials,
  RESULT.insufficientAccessRights,
  RESULT.busy,
  RESULT.unwillingToPerform,
  RESULT.objectClassViolation,
]);

/** Whether a write with this result code was certainly not done. */
export function provesNothingDone(code: number): boolean {
  return notDone.has(code);
}

/** The server works at present for nobody (RFC 4511 appendix A.2). */
export function isAnswerOfTrouble(code: number): boolean {
  return code === RESULT.busy || code === RESULT.unavailable;
}

/**
 * How servers that hold a copy, or a database that is read-only, refuse a write beside with a referral (RFC 4511 section 4.1.10): slapd
 * "shadow context; no update referral" and "operation restricted"; 389 DS "database is read-only", "Server is read-only" and, of a
 * password, "Insufficient 'write' privilege", which it says with code 50 where a right is missing (slapd 2.5 and 389 DS 2.3, tried).
 */
const readOnlyWords = /shadow context|operation restricted|read[- ]only|insufficient 'write' privilege/i;

/** Whether a server answered a write that it takes none, and another server of the directory may. */
export function saysReadOnly({ code, message }: LdapResult): boolean {
  return code === RESULT.referral || (code === RESULT.unwillingToPerform && readOnlyWords.test(message));
}

/** The answer of a server to one request. `message` is the server's diagnostic text: for operators, never for decisions by digits. */
export interface LdapResult {
  readonly code: number;
  readonly message: string;
}

/** The request was done. */
export function succeeded(result: LdapResult): boolean {
  return result.code === RESULT.success;
}

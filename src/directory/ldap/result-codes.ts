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

/** The answer of a server to one request. `message` is the server's diagnostic text: for operators, never for decisions by digits. */
export interface LdapResult {
  readonly code: number;
  readonly message: string;
}

/** The request was done. */
export function succeeded(result: LdapResult): boolean {
  return result.code === RESULT.success;
}

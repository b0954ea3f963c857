/** Kinds of proofs that are enrolled with us, and so can be removed here: what the directory knows of somebody is changed there. */
export const REMOVABLE_KINDS = ['passkey', 'totp', 'email', 'sms', 'recovery-code', 'questions', 'temporary-pass'] as const;
export type RemovableKind = (typeof REMOVABLE_KINDS)[number];

import { BerWriter } from 'ldapts';

/** Whose password, and which; parts left out are left out of the request. */
export interface PasswordModification {
  /** A DN on every server that is supported. */
  readonly userIdentity?: string;
  readonly oldPassword?: string;
  /** Always given: without it the server invents a password. */
  readonly newPassword: string;
}

/**
 * PasswdModifyRequestValue (RFC 3062 section 2), as bytes for an extended operation `OID.passwordModify`. Passwords are UTF-8;
 * lengths of 128 octets and more take several octets, which the writer does.
 */
export function passwordModifyValue(modification: PasswordModification): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  if (modification.userIdentity !== undefined) writer.writeString(modification.userIdentity, 0x80);
  if (modification.oldPassword !== undefined) writer.writeString(modification.oldPassword, 0x81);
  writer.writeString(modification.newPassword, 0x82);
  writer.endSequence();
  return Buffer.from(writer.buffer);
}

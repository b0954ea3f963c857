import { type BerReader, Control } from 'ldapts';
import { OID } from './root-dse.ts';

/** `error` of the response control (draft-behera-ldap-password-policy-11 section 6.2). */
export const POLICY_ERROR = {
  passwordExpired: 0,
  accountLocked: 1,
  changeAfterReset: 2,
  passwordModNotAllowed: 3,
  mustSupplyOldPassword: 4,
  insufficientPasswordQuality: 5,
  passwordTooShort: 6,
  passwordTooYoung: 7,
  passwordInHistory: 8,
} as const;

export interface PolicyResponse {
  /** Seconds. */
  readonly timeBeforeExpiration: number | null;
  readonly graceLoginsRemaining: number | null;
  readonly error: number | null;
}

/**
 * The password policy control. The library hands a response to the very object that was sent: use a new one for each request, and
 * read `response` afterwards, also after a refusal. null: the server sent none.
 */
export class PolicyControl extends Control {
  response: PolicyResponse | null = null;

  constructor() {
    super(OID.passwordPolicy);
  }

  // Whatever this throws would take the place of the server's real result.
  protected override parseControl(reader: BerReader): void {
    try {
      this.response = parsePolicyResponse(reader.remainingBuffer);
    } catch {
      this.response = null;
    }
  }
}

interface Element {
  readonly tag: number;
  readonly value: Buffer;
  readonly rest: Buffer;
}

/** One tag-length-value of BER (X.690 section 8.1), lengths short or of up to four octets (389 DS always sends four). */
function readElement(bytes: Buffer): Element {
  const tag = bytes.readUInt8(0);
  const first = bytes.readUInt8(1);
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 4) throw new RangeError('length form not supported');
  const length = octets === 0 ? first : bytes.readUIntBE(2, octets);
  const start = 2 + octets;
  if (start + length > bytes.length) throw new RangeError('value is cut off');
  return { tag, value: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

function readInteger(value: Buffer): number {
  if (value.length === 0 || value.length > 6) throw new RangeError('integer of unexpected size');
  return value.readIntBE(0, value.length);
}

/**
 * Reads PasswordPolicyResponseValue (draft-behera section 6.2).
 * @throws RangeError when the bytes are not such a value
 */
export function parsePolicyResponse(bytes: Buffer): PolicyResponse {
  const response = {
    timeBeforeExpiration: null as number | null,
    graceLoginsRemaining: null as number | null,
    error: null as number | null,
  };
  const sequence = readElement(bytes);
  if (sequence.tag !== 0x30) throw new RangeError('not a sequence');
  let rest = sequence.value;
  while (rest.length > 0) {
    const part = readElement(rest);
    rest = part.rest;
    if (part.tag === 0xa0) {
      const warning = readElement(part.value);
      if (warning.tag === 0x80) response.timeBeforeExpiration = readInteger(warning.value);
      if (warning.tag === 0x81) response.graceLoginsRemaining = readInteger(warning.value);
    } else if (part.tag === 0x81) {
      response.error = readInteger(part.value);
    }
  }
  return response;
}

import { createHash } from 'node:crypto';

/** The public lists: SHA-1 of the UTF-8 form, and NTLM (MD4 of the UTF-16LE form), as Have I Been Pwned gives them out. */
export const HASH_KINDS = ['sha1', 'ntlm'] as const;
export type HashKind = (typeof HASH_KINDS)[number];

/** Hexadecimal digits of a hash. */
export const HASH_DIGITS: Record<HashKind, number> = { sha1: 40, ntlm: 32 };

/** The hash of a password as the list of a kind has it. The password is normalised already. */
export function hashPassword(password: string, kind: HashKind): Buffer {
  return kind === 'sha1' ? createHash('sha1').update(password, 'utf8').digest() : md4(Buffer.from(password, 'utf16le'));
}

const ROUNDS: readonly { add: number; shifts: readonly number[]; order: readonly number[] }[] = [
  { add: 0, shifts: [3, 7, 11, 19], order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
  { add: 0x5a827999, shifts: [3, 5, 9, 13], order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] },
  { add: 0x6ed9eba1, shifts: [3, 9, 11, 15], order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15] },
];

/**
 * MD4 (RFC 1320). It protects nothing here, it only finds a password in a list of NTLM hashes. Node.js cannot: OpenSSL 3
 * keeps MD4 in a provider that is not loaded.
 */
function md4(message: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8);
  let state: [number, number, number, number] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d] = state;
    for (const [round, { add, shifts, order }] of ROUNDS.entries()) {
      for (const [step, word] of order.entries()) {
        const chosen = round === 0 ? (b & c) | (~b & d) : round === 1 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
        const sum = (a + chosen + padded.readUInt32LE(block + 4 * word) + add) | 0;
        const shift = shifts[step % 4] ?? 0;
        [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
      }
    }
    state = [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
  }
  const digest = Buffer.alloc(16);
  for (const [index, word] of state.entries()) digest.writeInt32LE(word, 4 * index);
  return digest;
}

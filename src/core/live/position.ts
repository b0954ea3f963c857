import type { CoreDeps } from '../core-deps.ts';

const NONCE_BYTES = 9;
const NONCE_CHARACTERS = 12;
/** A number of an event, as many bytes as the index of events keeps of a term. */
const BYTES = 6;

type Deps = Pick<CoreDeps, 'keys' | 'random'>;

/**
 * How far somebody has read, for them to keep: the number of an event, under a mask. The bare number would tell agents how much happens
 * beyond their scope. It is no secret that anything rests on: whoever makes one up reads from somewhere else, by the same scope.
 */
export function writePosition({ keys, random }: Deps, seq: number): string {
  const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url');
  const number = Buffer.alloc(BYTES);
  number.writeUIntBE(seq, 0, BYTES);
  return nonce + masked({ keys }, nonce, number).toString('base64url');
}

/** null: it is none of ours. */
export function readPosition({ keys }: Pick<Deps, 'keys'>, text: string): number | null {
  const [nonce, number] = [text.slice(0, NONCE_CHARACTERS), Buffer.from(text.slice(NONCE_CHARACTERS), 'base64url')];
  return nonce.length < NONCE_CHARACTERS || number.length !== BYTES ? null : masked({ keys }, nonce, number).readUIntBE(0, BYTES);
}

function masked({ keys }: Pick<Deps, 'keys'>, nonce: string, number: Buffer): Buffer {
  const mask = Buffer.from(keys.digest('live-position', nonce), 'base64url');
  return Buffer.from(number.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

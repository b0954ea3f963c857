import type { CoreDeps } from '../core-deps.ts';

/** Digits that any number of an event fits in: how many of them it has would tell something. */
const DIGITS = 16;

type Deps = Pick<CoreDeps, 'keys'>;

/** How far somebody has read, for them to keep: the bare number would tell agents how much happens beyond their scope. */
export function writePosition({ keys }: Deps, seq: number): string {
  return keys.seal('live-position', '', String(seq).padStart(DIGITS, '0'));
}

/** null: it is none of ours. */
export function readPosition({ keys }: Deps, text: string): number | null {
  const seq = keys.open('live-position', '', text);
  return seq === null ? null : Number(seq);
}

import { shellWord, withLines } from '../../../shared/fix-text.ts';
import type { CoreDeps } from '../core-deps.ts';
import { describeTime } from './describe-time.ts';
import { type Finding, findingsOf } from './finding.ts';

/** So long before its end a token is spoken of: a program has to be given another one. Milliseconds. */
const SOON = 7 * 86_400_000;

/** Tokens of programs that end soon, or have ended and were not revoked. Nothing to say is the usual. */
export async function checkTokens({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>): Promise<Finding[]> {
  const { warn } = findingsOf('tokens');
  const now = clock.now();
  const ending = (await store.tokens.list()).filter(({ expiresAt }) => expiresAt - now <= SOON);
  return ending.map(({ name, expiresAt }) => {
    const revoke = `keyturn token revoke ${shellWord(name)}`;
    return expiresAt <= now
      ? warn(
          `${name} ended on ${describeTime(expiresAt)}: a program that still has it is refused`,
          withLines('If it is still needed make another one and give it to the program, and in any case free its name', revoke),
        )
      : warn(
          `${name} ends on ${describeTime(expiresAt)}`,
          withLines('Make another one with a new name, give it to the program, and revoke this one then', revoke),
        );
  });
}

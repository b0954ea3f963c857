import type { Emergency } from '../access/emergency.ts';
import { describeTime } from './describe-time.ts';

/** What there is, in lines. */
export function describeEmergencies(told: readonly Emergency[]): string[] {
  if (told.length === 0) return ['None is in use, and no link waits.'];
  return told.map(({ author, reason, madeAt, openedAt, expiresAt, hasPasskey }) => {
    const made = `made ${describeTime(madeAt)} by ${author}: ${reason}`;
    if (openedAt === null) return `A link waits until ${describeTime(expiresAt)}, ${made}`;
    return `IN USE since ${describeTime(openedAt)}${hasPasskey ? '' : ', without a passkey'}, ${made}`;
  });
}

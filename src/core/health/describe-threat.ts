import type { RaisedThreat } from '../threat/threat.ts';
import { describeTime } from './describe-time.ts';

/** How it stands, in one line. */
export function describeThreat(raised: RaisedThreat | null): string {
  if (raised === null) return 'No threat is raised.';
  const { since, author, reason, lift } = raised;
  const agreed = lift === null ? '' : ` ${lift.author} agrees that it is over; a second one is awaited until ${describeTime(lift.until)}.`;
  return `RAISED since ${describeTime(since)} by ${author}: ${reason}.${agreed}`;
}

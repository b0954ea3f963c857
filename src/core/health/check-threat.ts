import { withLines } from '../../../shared/fix-text.ts';
import type { CoreDeps } from '../core-deps.ts';
import { readThreat } from '../threat/threat.ts';
import { describeThreat } from './describe-threat.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Whether a threat is raised. Nothing to say is the usual. */
export async function checkThreat(runtime: Pick<CoreDeps, 'store' | 'clock'>): Promise<Finding[]> {
  const raised = await readThreat(runtime);
  const { warn } = findingsOf('raised threat');
  return raised === null
    ? []
    : [warn(describeThreat(raised), withLines('Once it is over, have two people lift it', 'keyturn threat lift'))];
}

import { withLines } from '../../../shared/fix-text.ts';
import { readEmergencies } from '../access/emergency.ts';
import type { CoreDeps } from '../core-deps.ts';
import { describeEmergencies } from './describe-emergencies.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Whether somebody administers, or can, who needs no role for it. Nothing to say is the usual. */
export async function checkEmergency(runtime: Pick<CoreDeps, 'store' | 'clock'>): Promise<Finding[]> {
  const told = await readEmergencies(runtime);
  const { warn } = findingsOf('emergency administration');
  const fix = withLines('End it once it is over', 'keyturn access emergency retire');
  return told.length === 0 ? [] : describeEmergencies(told).map((line) => warn(line, fix));
}

import { withLines } from '../../../shared/fix-text.ts';
import { readEmergencies } from '../../core/access/emergency.ts';
import { describeEmergencies } from '../access/emergency.ts';
import type { Runtime } from '../runtime.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Whether somebody administers, or can, who needs no role for it. Nothing to say is the usual. */
export async function checkEmergency(runtime: Pick<Runtime, 'store' | 'clock'>): Promise<Finding[]> {
  const told = await readEmergencies(runtime);
  const { warn } = findingsOf('emergency administration');
  const fix = withLines('End it once it is over', 'keyturn access emergency retire');
  return told.length === 0 ? [] : describeEmergencies(told).map((line) => warn(line, fix));
}

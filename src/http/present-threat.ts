import type { ShownThreat } from '../../shared/api/admin.ts';
import { presentTime } from '../core/journey/present-step.ts';
import { readThreat } from '../core/threat/threat.ts';
import type { HttpDeps } from './http-deps.ts';

/** How it stands with a raised threat, for who works here; null: none is raised. */
export async function presentThreat(deps: Pick<HttpDeps, 'store' | 'clock'>): Promise<ShownThreat | null> {
  const raised = await readThreat(deps);
  if (raised === null) return null;
  const { seen, since, author, reason, lift } = raised;
  const agreed = lift === null ? null : { author: lift.author, until: presentTime(lift.until, 'down') };
  return { seen, since: presentTime(since, 'down'), author, reason, lift: agreed };
}

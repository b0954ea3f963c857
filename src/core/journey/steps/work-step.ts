import type { FactorKind } from '../../../../shared/api/journeys.ts';
import { createWork } from '../../guard/work.ts';
import { randomId } from '../../random-id.ts';
import type { JourneyDeps } from '../journey-deps.ts';
import type { OpenStepOf } from '../journey-state.ts';

/** A step that asks for work before `next`; `factor` says how many times as hard as the smallest. */
export async function workStep(deps: JourneyDeps, factor: number, next: 'begin' | FactorKind): Promise<OpenStepOf<'proof-of-work'>> {
  return { id: randomId(deps.random), kind: 'proof-of-work', ...(await createWork(deps, factor)), factor, next };
}

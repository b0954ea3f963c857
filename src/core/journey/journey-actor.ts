import type { Actor } from '../audit/events.ts';
import type { JourneyState } from './journey-state.ts';

/** Who walks the journey, for the audit log. */
export function journeyActor(state: JourneyState): Actor {
  return { kind: 'self', address: state.address, client: state.client.kind };
}

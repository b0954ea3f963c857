import { FUNNEL_GOALS, FUNNEL_STEPS, type FunnelStep } from '../../../shared/report-parts.ts';
import { accountsIn } from '../audit/event-terms.ts';
import { factsOf } from '../audit/facts-of.ts';
import type { AuditRow } from '../ports/audit-store.ts';
import type { CountedJourney, DayCount } from '../ports/report-store.ts';

const DAY = 86_400_000;

/** What is counted, as a word. */
export const counted = {
  step: (goal: string, step: FunnelStep) => `funnel/${goal}/${step}`,
  factor: (kind: string, outcome: 'accepted' | 'refused') => `factor/${kind}/${outcome}`,
};

/** Days from 1970 to an instant, by UTC. */
export const dayOf = (at: number): number => Math.floor(at / DAY);

type Event = Pick<AuditRow, 'at' | 'type' | 'data'>;

/** Events whose journey has come to a step. A journey is counted on the day on which it began, once for each step. */
const REACHED: Readonly<Record<string, FunnelStep>> = {
  'journey.started': 'found',
  'journey.leads-nowhere': 'begun',
  'journey.proof-accepted': 'first-proof',
  'journey.proof-complete': 'all-proofs',
  'write.succeeded': 'done',
  'journey.user-name-mailed': 'done',
  'session.opened': 'done',
  'session.raised': 'done',
};

const BEGINNINGS: readonly string[] = ['journey.started', 'journey.leads-nowhere'];

const ENDED: Readonly<Record<string, CountedJourney['end']>> = {
  'journey.refused': 'refused',
  'journey.cancelled': 'cancelled',
  'journey.expired': 'expired',
};

/** The journeys that events tell of, for looking up how far they had come. */
export function journeysIn(events: readonly Event[]): string[] {
  return [...new Set(events.flatMap(({ data }) => journeyOf(factsOf(data)) ?? []))];
}

/** Counts events, in order, on top of what was known of their journeys. Pure. @returns what has changed */
export function countEvents(
  events: readonly Event[],
  known: readonly CountedJourney[],
): { counts: DayCount[]; journeys: CountedJourney[] } {
  const journeys = new Map(known.map((journey) => [journey.id, journey]));
  const changed = new Set<string>();
  const counts = new Map<string, DayCount>();
  const add = (at: number, what: string): void => {
    const day = dayOf(at);
    const key = `${day} ${what}`;
    counts.set(key, { day, what, count: (counts.get(key)?.count ?? 0) + 1 });
  };
  const set = (journey: CountedJourney): void => {
    journeys.set(journey.id, journey);
    changed.add(journey.id);
  };

  for (const { at, type, data } of events) {
    const facts = factsOf(data);
    const isRefused = type === 'journey.proof-refused';
    if (typeof facts.factor === 'string' && (isRefused || type === 'journey.proof-accepted'))
      add(at, counted.factor(facts.factor, isRefused ? 'refused' : 'accepted'));
    const id = journeyOf(facts);
    if (id === null) continue;
    const journey = journeys.get(id) ?? beginningOf(id, { at, type, facts });
    if (journey === null) continue;
    const step = Object.hasOwn(REACHED, type) ? FUNNEL_STEPS.indexOf(REACHED[type] as FunnelStep) : -1;
    for (const passed of FUNNEL_STEPS.slice(journey.reached + 1, step + 1)) add(journey.startedAt, counted.step(journey.goal, passed));
    const end = Object.hasOwn(ENDED, type) ? (ENDED[type] ?? null) : journey.end;
    const next = { ...journey, end, reached: Math.max(journey.reached, step), wrongProofs: journey.wrongProofs + (isRefused ? 1 : 0) };
    if (!journeys.has(id) || next.reached !== journey.reached || next.end !== journey.end || isRefused) set(next);
  }
  return { counts: [...counts.values()], journeys: [...changed].map((id) => journeys.get(id) as CountedJourney) };
}

/** null: its beginning was not among the events, or its goal has no way that is told. */
function beginningOf(id: string, { at, type, facts }: { at: number; type: string; facts: Record<string, unknown> }): CountedJourney | null {
  const goal = FUNNEL_GOALS.find((each) => each === facts.goal);
  if (goal === undefined || !BEGINNINGS.includes(type)) return null;
  const accounts = Array.isArray(facts.accounts) ? accountsIn(facts.accounts) : [];
  return { id, goal, startedAt: at, reached: -1, wrongProofs: 0, end: null, accounts };
}

function journeyOf({ journey }: Record<string, unknown>): string | null {
  return typeof journey === 'string' ? journey : null;
}

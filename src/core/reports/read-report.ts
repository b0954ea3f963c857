import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Report } from '../../../shared/api/reports.ts';
import { FUNNEL_GOALS, FUNNEL_STEPS } from '../../../shared/report-parts.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import { createNames } from '../history/name-accounts.ts';
import { presentTime } from '../journey/present-step.ts';
import type { CountedJourney, DayCount } from '../ports/report-store.ts';
import { counted, dayOf } from './count-events.ts';
import { foldReports } from './fold-reports.ts';

const DAY = 86_400_000;
/** Pages of events that are counted before a report is told: what was not counted in the background yet. */
const PAGES_FIRST = 4;
/** Journeys of a day that are looked through for who is stuck, and people who are told. */
const MOST_JOURNEYS = 2000;
const MOST_STUCK = 50;
/** Who does not get through by one of these calls the helpdesk. */
const RECOVERIES = ['reset-password', 'unlock-account'] as const;
const DONE = FUNNEL_STEPS.indexOf('done');

/**
 * What was done here in so many days, today among them, and how people are enrolled now (HELP-8).
 * @param now milliseconds since 1970
 */
export async function readReport(deps: Pick<CoreDeps, 'store' | 'directories' | 'log'>, days: number, now: number): Promise<Report> {
  const isAll = await foldReports(deps, PAGES_FIRST);
  const first = dayOf(now) - days + 1;
  const [counts, enrolled, journeys] = await Promise.all([
    deps.store.reports.counts(first),
    deps.store.reports.enrolled(),
    deps.store.reports.journeysSince(now - DAY, MOST_JOURNEYS),
  ]);
  const total = (what: string, day?: number) => sum(counts.filter((each) => each.what === what && (day === undefined || each.day === day)));
  const recovered = (step: (typeof FUNNEL_STEPS)[number], day?: number) =>
    RECOVERIES.reduce((all, goal) => all + total(counted.step(goal, step), day), 0);
  const found = stuckAmong(journeys);
  const shown = found.slice(0, MOST_STUCK);
  const nameOf = await createNames(deps)(shown.map(({ account }) => account));
  return {
    behind: !isAll,
    activity: Array.from({ length: days }, (_, nth) => first + nth).map((day) => ({
      day: new Date(day * DAY).toISOString().slice(0, 10),
      ...{ begun: recovered('begun', day), done: recovered('done', day) },
    })),
    funnel: FUNNEL_GOALS.map((goal) => ({
      goal,
      steps: FUNNEL_STEPS.map((step) => ({ step, count: total(counted.step(goal, step)) })),
    })).filter(({ steps }) => steps.some(({ count }) => count > 0)),
    factors: kindsOf(counts).map((kind) => ({
      kind,
      accepted: total(counted.factor(kind, 'accepted')),
      refused: total(counted.factor(kind, 'refused')),
    })),
    enrolment: enrolled.kinds.toSorted((one, other) => other.accounts - one.accounts),
    enrolled: enrolled.any,
    stuck: shown.map(({ account, journey: { goal, startedAt, reached, wrongProofs, end } }) => ({
      account: { ...account, login: nameOf(account) },
      ...{ goal, at: presentTime(startedAt, 'down'), step: FUNNEL_STEPS[reached] ?? 'begun', wrongProofs, end },
    })),
    moreStuck: found.length > shown.length || journeys.length === MOST_JOURNEYS,
    helpedThemselves: recovered('done'),
  };
}

/** Of each account the newest journey that was to recover it, where that did not, and none has since. The newest come first. */
function stuckAmong(journeys: readonly CountedJourney[]) {
  const seen = new Set<string>();
  return journeys
    .filter(({ goal }) => RECOVERIES.some((each) => each === goal))
    .flatMap((journey) => {
      const { accounts, reached, end, wrongProofs } = journey;
      const isStuck = reached < DONE && (end !== null || wrongProofs > 0);
      const fresh = accounts.filter((account) => !seen.has(accountKey(account)));
      if (isStuck || reached === DONE) for (const account of accounts) seen.add(accountKey(account));
      return isStuck ? fresh.map((account) => ({ account, journey })) : [];
    });
}

function kindsOf(counts: readonly DayCount[]): FactorKind[] {
  const kinds = counts.flatMap(({ what }) => /^factor\/([^/]+)\//.exec(what)?.[1] ?? []);
  return [...new Set(kinds)].toSorted() as FactorKind[];
}

function sum(counts: readonly DayCount[]): number {
  return counts.reduce((all, { count }) => all + count, 0);
}

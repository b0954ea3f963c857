// Apart from the schemas of the API: pages import it, and would bring the whole of zod with them.

/** Days that a report can be about, today among them. */
export const REPORT_DAYS = [7, 30, 90, 365] as const;

/** The way of a journey; each step is reached by some of those that reached the one before. */
export const FUNNEL_STEPS = ['begun', 'found', 'first-proof', 'all-proofs', 'done'] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

/** Goals whose way is told. */
export const FUNNEL_GOALS = ['reset-password', 'unlock-account', 'find-username', 'sign-in', 'step-up'] as const;

/** Parts of a report that can be taken away as a table. */
export const REPORT_TABLES = ['activity', 'funnel', 'factors', 'enrolment', 'stuck', 'locked'] as const;
export type ReportTable = (typeof REPORT_TABLES)[number];

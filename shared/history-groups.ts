// Apart from the schemas of the API: pages import it, and would bring the whole of zod with them.

/** Groups in which people look for events. */
export const HISTORY_GROUPS = ['proof', 'passwords', 'sign-in', 'enrolment', 'helpdesk', 'protection', 'administration'] as const;
export type HistoryGroup = (typeof HISTORY_GROUPS)[number];

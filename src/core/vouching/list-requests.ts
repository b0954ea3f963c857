import { accountKey } from '../accounts/candidate.ts';
import type { ActDeps } from '../journey/act.ts';
import type { VouchRow } from '../ports/vouch-store.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { isDeputy } from './approvers.ts';
import { waitingCaseOf } from './decide-in-case.ts';

const DAY = 24 * 3_600_000;
const MOST_SHOWN = 50;

/** Requests that somebody is asked to answer: those that wait, and for a day what became of others. @throws AppError `session.for-enrolment-only`, `directory.*` */
export async function listRequests(deps: ActDeps, session: Session): Promise<VouchRow[]> {
  requireFullRights(session);
  const since = deps.act.at - DAY;
  const own = await deps.store.vouches.list({ manager: session.account }, since, MOST_SHOWN);
  const self = await deps.directories.get(session.account.directory).readAccount(session.account);
  const { directory } = session.account;
  const asDeputy =
    self !== null && (await isDeputy(deps, self, directory)) ? await deps.store.vouches.list({ directory }, since, MOST_SHOWN) : [];
  const mine = new Set((await deps.store.people.accountsOf(session.account)).map(accountKey));
  const all = new Map([...own, ...asDeputy].map((row) => [row.id, row]));
  const others = [...all.values()].filter((row) => !mine.has(accountKey({ directory: row.directory, id: row.accountId })));
  return Promise.all(others.map((row) => asItStands(deps, row)));
}

/** A request of a case that waits for it no more: nothing else has ended it. */
async function asItStands(deps: ActDeps, row: VouchRow): Promise<VouchRow> {
  const isOver = row.journeyId === null && row.outcome === null && (await waitingCaseOf(deps, row)) === null;
  return isOver ? { ...row, outcome: 'withdrawn' } : row;
}

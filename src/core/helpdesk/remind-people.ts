import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { NotReminded } from '../../../shared/api/reminders.ts';
import { AppError } from '../../../shared/errors.ts';
import { canStanding } from '../access/can.ts';
import { countSearch } from '../access/count-search.ts';
import { readSessionActor } from '../access/held-roles.ts';
import { delegateActor } from '../access/helped.ts';
import { readHolder } from '../access/read-access-facts.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Configuration } from '../configuration/document.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import { queueReminder } from '../enrolment/queue-reminder.ts';
import { kindsNotLeaving, readRequirement } from '../enrolment/read-requirement.ts';
import type { Requirement, RequirementRule } from '../enrolment/requirement.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { findPeople, type WantedPeople } from './find-people.ts';

/** Nobody is reminded by agents twice within this time, whoever had the first mail sent; milliseconds. */
const AGAIN_AFTER = 24 * 3_600_000;
/** So many are looked at side by side: each is some round trips, and the directory serves others besides. */
const SIDE_BY_SIDE = 4;

export interface RemindedPeople {
  readonly reminded: number;
  /** Of whom no mail was sent, by why. */
  readonly passed: Readonly<Partial<Record<NotReminded, number>>>;
  /** There may be more; null: there are none. */
  readonly cursor: string | null;
}

/**
 * Reminds people by mail to set up what proves them, whether or not a rule asks it of them: those who are named, or one page of a search,
 * so that who asks sees how far it is, and ends it when they like. Who could recover their account is left alone.
 * @throws AppError `access.refused`, `session.for-enrolment-only`, `session.ended`, `people.searched-too-often`, and as `findPeople`; `directory.*`
 */
export async function remindPeople(
  deps: ActDeps,
  session: Session,
  asked: { readonly people: readonly AccountRef[] } | { readonly wanted: WantedPeople },
): Promise<RemindedPeople> {
  requireFullRights(session);
  const { roles } = deps.configuration();
  const actor = await readSessionActor(deps, session);
  if (actor === null || !canStanding(roles, actor, 'remind-people', null).allowed) throw new AppError('access.refused');
  if ('wanted' in asked) await countWanted(deps, session, asked.wanted);
  const page =
    'people' in asked ? { people: await readAll(deps, asked.people), cursor: null } : await findPeople(deps, session, asked.wanted);
  const notLeaving = await kindsNotLeaving(deps.store, deps.act.at);
  const lane = 'people' in asked && asked.people.length === 1 ? 'notice' : 'bulk';
  const remind = async (account: Account | null): Promise<'reminded' | NotReminded> => {
    if (account === null) return 'not-there';
    const directory = deps.directories.get(account.directory);
    if (!canStanding(roles, actor, 'remind-people', await readHolder(directory, roles, account)).allowed) return 'not-there';
    return remindOne(deps, session, { directory, account }, { notLeaving, lane });
  };
  const outcomes: ('reminded' | NotReminded)[] = [];
  for (let from = 0; from < page.people.length; from += SIDE_BY_SIDE)
    outcomes.push(...(await Promise.all(page.people.slice(from, from + SIDE_BY_SIDE).map(remind))));
  const passed: Partial<Record<NotReminded, number>> = {};
  for (const outcome of outcomes) if (outcome !== 'reminded') passed[outcome] = (passed[outcome] ?? 0) + 1;
  const reminded = outcomes.filter((outcome) => outcome === 'reminded').length;
  if (reminded > 0) deps.wakeOutbox(lane);
  return { reminded, passed, cursor: page.cursor };
}

/**
 * A search with all its pages is one: a long list is what reminders are for. Of whom nobody gets a mail nothing is in the log, and how many they
 * are tells as much as the search would.
 */
async function countWanted(deps: ActDeps, session: Session, { directory, cursor }: WantedPeople): Promise<void> {
  if (cursor !== undefined) return;
  const where = deps.directories.all().find(({ id }) => id === directory)?.id ?? '';
  await countSearch(deps, { agent: accountKey(session.account), session, actor: delegateActor(deps, session), where });
}

async function readAll({ directories }: ActDeps, refs: readonly AccountRef[]): Promise<(Account | null)[]> {
  const read = async (ref: AccountRef) =>
    (await directories
      .all()
      .find(({ id }) => id === ref.directory)
      ?.readAccount(ref)) ?? null;
  const accounts: (Account | null)[] = [];
  for (let from = 0; from < refs.length; from += SIDE_BY_SIDE)
    accounts.push(...(await Promise.all(refs.slice(from, from + SIDE_BY_SIDE).map(read))));
  return accounts;
}

async function remindOne(
  deps: ActDeps,
  session: Session,
  found: { directory: Directory; account: Account },
  { notLeaving, lane }: { notLeaving: readonly FactorKind[]; lane: 'notice' | 'bulk' },
): Promise<'reminded' | NotReminded> {
  const requirement = await requirementOf(deps, found, notLeaving);
  if (requirement.ask === 'nothing') return reasonOf(requirement.because);
  if (requirement.uncertain) return 'not-known';
  if (requirement.stuck !== null) return 'not-possible';
  const { account } = found;
  const hasAddress = account.mail.length > 0 || (await factorsOf(deps, account)).some(({ kind }) => kind === 'email');
  if (!hasAddress) return 'no-address';
  const { rule, deadline } = requirement;
  const isQueued = await queueReminder(deps, account, {
    ...{ actor: delegateActor(deps, session), deadline, lane, ...(rule === EVERYBODY ? {} : { rule: rule.name }) },
    ...{ notSince: deps.clock.now() - AGAIN_AFTER, atMost: Number.MAX_SAFE_INTEGER },
    require: (store) => requireOpen(deps, store, session),
  });
  return isQueued ? 'reminded' : 'lately';
}

/** Stands in where no rule asks somebody yet: an agent does. */
const EVERYBODY: RequirementRule = { name: 'helpdesk', when: {}, ask: 'remind', putOffDays: 1 };

/** What the rules ask of somebody; where none does, or not yet, whether they could recover. */
async function requirementOf(
  deps: ActDeps,
  { directory, account }: { directory: Directory; account: Account },
  notLeaving: readonly FactorKind[],
): Promise<Requirement> {
  const configuration = deps.configuration();
  const { required } = configuration.enrolment;
  const askedBy = (rules: readonly RequirementRule[]) => {
    const asking: Configuration = { ...configuration, enrolment: { ...configuration.enrolment, required: [...rules] } };
    return readRequirement(deps, asking, directory, account, { now: deps.act.at, notLeaving });
  };
  const requirement = await askedBy([...required, EVERYBODY]);
  return requirement.ask === 'nothing' && requirement.because === 'not-yet' ? askedBy([EVERYBODY]) : requirement;
}

function reasonOf(because: Extract<Requirement, { because: unknown }>['because']): NotReminded {
  // Everybody falls under the last rule.
  return because === 'no-rule' || because === 'not-yet' ? 'not-known' : because;
}

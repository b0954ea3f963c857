import { sql } from 'kysely';
import type { Database } from './schema.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A journey that is over stays this long, so that a late caller is told "expired" and not "unknown". */
const JOURNEY_GRACE = DAY;
/** No configuration remembers a place for longer. */
const LONGEST_KNOWN = 400 * DAY;
/** Places of one account that are kept, the newest ones. */
const MOST_PLACES = 20;
/** How long it stays known who was invited, beyond the end of the invitation. */
const INVITATION_GRACE = 90 * DAY;
/** Who was asked to vouch sees for so long what became of it. */
const VOUCH_GRACE = 7 * DAY;
/** A message that could not be delivered stays this long, for the operator to see. */
const FAILED_MESSAGE_GRACE = 7 * DAY;
/** Who was counted, with names, is of use while rules are worked on, and by then as old as whoever reads it should still go by. */
const COUNTED_GRACE = 30 * DAY;

/**
 * Deletes what is past its use at `now` (milliseconds since 1970). Each kind is a statement of its own: tidying never
 * holds locks for long. Factors, audit events, configurations and closed intents are records and stay.
 * @returns how many rows were deleted, not counting challenges that went with their journey
 */
export async function tidy(db: Database, now: number): Promise<number> {
  const journeys = db
    .deleteFrom('journeys')
    .where('expires_at', '<=', now - JOURNEY_GRACE)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('intents')
            .select('intents.id')
            .whereRef('intents.journey_id', '=', 'journeys.id')
            .where('intents.status', '=', 'open'),
        ),
      ),
    );
  const challenges = db.deleteFrom('challenges').where('expires_at', '<=', now - JOURNEY_GRACE);
  const counters = db.deleteFrom('counters').where('window_ends_at', '<=', now).where('paused_until', '<=', now);
  const links = db.deleteFrom('freeze_links').where('expires_at', '<=', now);
  const places = db.deleteFrom('known_places').where('seen_at', '<=', now - LONGEST_KNOWN);
  // Only an account that got a place lately can have too many.
  const lately = db
    .selectFrom('known_places as late')
    .select(['late.directory', 'late.account_id'])
    .where('late.seen_at', '>', now - DAY);
  const newer = sql<number>`(select count(*) from known_places as newer where newer.directory = known_places.directory
    and newer.account_id = known_places.account_id and (newer.seen_at > known_places.seen_at
      or (newer.seen_at = known_places.seen_at and newer.digest < known_places.digest)))`;
  const surplus = db
    .deleteFrom('known_places')
    .where((eb) => eb(eb.refTuple('directory', 'account_id'), 'in', lately.$asTuple('directory', 'account_id')))
    .where(newer, '>=', MOST_PLACES);
  const sessions = db.deleteFrom('sessions').where('ends_at', '<=', now - JOURNEY_GRACE);
  const opened = db.deleteFrom('provider_sessions').where('ends_at', '<=', now - JOURNEY_GRACE);
  const invitations = db.deleteFrom('invitations').where('expires_at', '<=', now - INVITATION_GRACE);
  const cases = db.deleteFrom('helpdesk_cases').where('expires_at', '<=', now - JOURNEY_GRACE);
  const unused = db
    .deleteFrom('emergencies')
    .where('opened_at', 'is', null)
    .where('expires_at', '<=', now - JOURNEY_GRACE);
  const vouches = db.deleteFrom('vouch_requests').where('ends_at', '<=', now - VOUCH_GRACE);
  const messages = db
    .deleteFrom('outbox')
    .where((eb) =>
      eb.or([
        eb('done_at', '<=', now),
        eb('failed_at', '<=', now - FAILED_MESSAGE_GRACE),
        eb.and([eb('done_at', 'is', null), eb('failed_at', 'is', null), eb('expires_at', '<=', now - FAILED_MESSAGE_GRACE)]),
      ]),
    );
  // By the counts that are young enough, so that parts of which the count is gone go too.
  const young = db
    .selectFrom('people_counts')
    .select('id')
    .where('seen_at', '>', now - COUNTED_GRACE);
  const counted = db.deleteFrom('counted_people').where('count_id', 'not in', young);

  let deleted = 0;
  for (const statement of [
    challenges,
    journeys,
    counters,
    links,
    places,
    surplus,
    sessions,
    opened,
    invitations,
    cases,
    unused,
    vouches,
    messages,
    counted,
  ]) {
    const result = await statement.executeTakeFirst();
    deleted += Number(result.numDeletedRows);
  }
  return deleted;
}

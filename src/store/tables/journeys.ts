import { type Selectable, sql } from 'kysely';
import type { Goal } from '../../../shared/api/journeys.ts';
import { WRONG_CLOCK } from '../../core/guard/wrong-clock.ts';
import type { JourneyRow, JourneyStore } from '../../core/ports/store.ts';
import type { JourneyMove } from '../append.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import { endIsGone, writeRecorded } from '../recorded-events.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';
import { statement } from '../statement.ts';

interface Counted {
  digest: string;
  id: string;
  now: number;
  /** A window that began before this is over. */
  before: number;
  /** A window that begins from here on was begun by a clock that was wrong, and would last until that time comes. */
  ahead: number;
}

const countAnswer = (of: 'any-journey' | 'one-journey') =>
  statement<Counted>()((db, { digest, id, now, before, ahead }) => {
    const over = sql<boolean>`(answers_since <= ${before} or answers_since >= ${ahead})`;
    return db
      .updateTable('journeys')
      .set({
        answers: sql<number>`case when ${over} then 1 else answers + 1 end`,
        answers_since: sql<number>`case when ${over} then ${now} else answers_since end`,
      })
      .where('token_digest', '=', digest)
      .$if(of === 'one-journey', (query) => query.where('id', '=', id))
      .returningAll()
      .returning((eb) => eb.selectFrom('audit_head').select('seq').as('log_end'));
  });
const COUNTS = { any: countAnswer('any-journey'), one: countAnswer('one-journey') };

const advance = statement<JourneyMove>()((db, { id, version, status, expires_at, state, from }) =>
  db.updateTable('journeys').set({ version, status, expires_at, state }).where('id', '=', id).where('version', '=', from),
);

/** The verbs of table `journeys`. */
export function createJourneys(context: TableContext): JourneyStore {
  const toRow = (row: Selectable<Schema['journeys']>): JourneyRow => ({
    id: row.id,
    tokenDigest: row.token_digest,
    version: row.version,
    goal: row.goal as Goal,
    status: row.status as JourneyRow['status'],
    state: openColumn(context.secrets, 'journeys', row, row.state),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  });

  return {
    async insert(row) {
      const columns = columnsOf(row);
      const state = sealColumn(context.secrets, 'journeys', columns, row.state);
      await context.db
        .insertInto('journeys')
        .values({ ...columns, state, expiry_noted_at: null, answers: 0, answers_since: 0 })
        .execute();
    },
    async findByToken(tokenDigest) {
      const row = await context.db.selectFrom('journeys').selectAll().where('token_digest', '=', tokenDigest).executeTakeFirst();
      return row === undefined ? null : (readable(context, 'journeys', [row], toRow)[0] ?? null);
    },
    async countAnswer(tokenDigest, id, { now, milliseconds }) {
      const counted = { digest: tokenDigest, id: id ?? '', now, before: now - milliseconds, ahead: now + WRONG_CLOCK };
      const [row] = (await (id === null ? COUNTS.any : COUNTS.one)(context, counted)).rows;
      if (row === undefined) return null;
      const [opened] = readable(context, 'journeys', [row], toRow);
      // Without its end nothing is appended either.
      if (row.log_end === null) throw endIsGone();
      return opened === undefined ? null : { row: opened, answers: row.answers, answersSince: row.answers_since, logEnd: row.log_end };
    },
    async noteExpired(now, limit) {
      const rows = await context.db
        .with(
          (cte) => cte('expired').materialized(),
          (db) =>
            db
              .selectFrom('journeys')
              .select('id')
              .where('status', '=', 'open')
              .where('expiry_noted_at', 'is', null)
              .where('expires_at', '<=', now)
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
              )
              .orderBy('expires_at')
              .limit(limit)
              .$if(context.engine === 'postgres', (query) => query.forUpdate().skipLocked()),
        )
        .updateTable('journeys')
        .set({ expiry_noted_at: now })
        .where('id', 'in', (eb) => eb.selectFrom('expired').select('expired.id'))
        .returning(['id', 'goal'])
        .execute();
      return rows.map(({ id, goal }) => ({ id, goal: goal as Goal }));
    },
    async find(id) {
      const row = await context.db.selectFrom('journeys').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : (readable(context, 'journeys', [row], toRow)[0] ?? null);
    },
    async advance(row, next) {
      const columns = columnsOf({ ...row, ...next, version: row.version + 1 });
      const state = sealColumn(context.secrets, 'journeys', columns, next.state);
      const { id, version, status, expires_at } = columns;
      const move = { id, version, status, expires_at, state, from: row.version };
      // What was recorded before it in the same transaction goes with it.
      return (await writeRecorded(context, move)) ?? (await advance(context, move)).numAffectedRows === 1n;
    },
  };
}

function columnsOf(row: JourneyRow) {
  return {
    id: row.id,
    token_digest: row.tokenDigest,
    version: row.version,
    goal: row.goal,
    status: row.status,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
  };
}

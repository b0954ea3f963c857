import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { HeldRow, OutboxLane, OutboxRow, OutboxStore, QueuedRow, TakenRow } from '../../core/ports/outbox-store.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';
import { statement } from '../statement.ts';

/** What one recipient brings about. */
const DEFERRED: ErrorCode = 'mail.deferred';

type Queued = Omit<Insertable<Schema['outbox']>, 'done_at' | 'failed_at' | 'problem'>;

const LANES: readonly OutboxLane[] = ['code', 'notice', 'bulk'];

const insert = statement<Queued>()((db, { id, lane, kind, created_at, expires_at, payload, attempts, run_at, lease_until }) =>
  db.insertInto('outbox').values({ id, lane, kind, created_at, expires_at, payload, attempts, run_at, lease_until }),
);

const take = statement<{ lane: OutboxLane; now: number; until: number; limit: number }>()((db, { lane, now, until, limit }, engine) =>
  // Materialized: PostgreSQL may otherwise run a limited subquery more than once and lock more than `limit` rows.
  db
    .with(
      (cte) => cte('due').materialized(),
      (inner) =>
        inner
          .selectFrom('outbox')
          .select('id')
          .where('done_at', 'is', null)
          .where('failed_at', 'is', null)
          .where('lane', '=', lane)
          .where('run_at', '<=', now)
          .where('lease_until', '=', 0)
          .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
          .orderBy('run_at')
          .orderBy('created_at')
          .limit(limit)
          .$if(engine === 'postgres', (query) => query.forUpdate().skipLocked()),
    )
    .updateTable('outbox')
    .set((eb) => ({ lease_until: until, attempts: eb('attempts', '+', 1) }))
    .where('id', 'in', (eb) => eb.selectFrom('due').select('due.id'))
    .returningAll(),
);

/** What was delivered (a code, an address) has no further use here. */
const done = statement<{ id: string; now: number }>()((db, { id, now }) =>
  db
    .updateTable('outbox')
    .set({ done_at: now, lease_until: 0, problem: null, payload: '' })
    .where('id', '=', id)
    .where('done_at', 'is', null),
);

/**
 * The verbs of table `outbox`. A row whose `expiresAt` is over is taken for nobody but who takes it over from a node that has died;
 * `backlog` counts it as failed until `tidy` clears it away.
 */
export function createOutbox(context: TableContext): OutboxStore {
  const toPlainRow = (row: Selectable<Schema['outbox']>): Omit<OutboxRow, 'payload'> => ({
    id: row.id,
    lane: row.lane,
    kind: row.kind,
    attempts: row.attempts,
    createdAt: row.created_at,
    runAt: row.run_at,
    expiresAt: row.expires_at,
    leaseUntil: row.lease_until,
    doneAt: row.done_at,
    failedAt: row.failed_at,
    problem: row.problem,
  });
  const toRow = (row: Selectable<Schema['outbox']>): OutboxRow => ({
    ...toPlainRow(row),
    payload: openColumn(context.secrets, 'outbox', row, row.payload),
  });

  const toColumns = (row: QueuedRow) => {
    const columns = { id: row.id, lane: row.lane, kind: row.kind, created_at: row.createdAt, expires_at: row.expiresAt };
    const payload = sealColumn(context.secrets, 'outbox', columns, row.payload);
    return { ...columns, payload, attempts: 0, run_at: row.runAt, lease_until: 0 };
  };

  const opened = (rows: Selectable<Schema['outbox']>[]): OutboxRow[] =>
    readable(
      context,
      'outbox',
      rows.sort((a, b) => a.run_at - b.run_at || a.created_at - b.created_at),
      toRow,
    );
  /** As long as it is what the caller has taken, and nobody has done it. */
  const update = ({ id, attempts, leaseUntil }: TakenRow, set: Updateable<Schema['outbox']>) =>
    context.db
      .updateTable('outbox')
      .set({ ...set, lease_until: 0 })
      .where('id', '=', id)
      .where('attempts', '=', attempts)
      .where('lease_until', '=', leaseUntil)
      .where('done_at', 'is', null)
      .execute();

  return {
    async insert(row) {
      await insert(context, toColumns(row));
    },
    async replace({ id, kind }, rows, { until, most }) {
      const columns = rows.map((row, index) => ({
        ...toColumns({ ...row, id: index === 0 ? id : `${id}.${index}` }),
        ...(index < most ? { attempts: 1, lease_until: until } : {}),
      }));
      const replaced = await context.db
        .insertInto('outbox')
        .values(columns)
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((eb) => ({
              lane: eb.ref('excluded.lane'),
              kind: eb.ref('excluded.kind'),
              payload: eb.ref('excluded.payload'),
              created_at: eb.ref('excluded.created_at'),
              run_at: eb.ref('excluded.run_at'),
              expires_at: eb.ref('excluded.expires_at'),
              attempts: eb.ref('excluded.attempts'),
              lease_until: eb.ref('excluded.lease_until'),
              problem: null,
            }))
            .where('outbox.kind', '=', kind)
            .where('outbox.done_at', 'is', null)
            .where('outbox.failed_at', 'is', null),
        )
        .returningAll()
        .execute();
      if (!replaced.some((row) => row.id === id)) return [];
      const byId = new Map(replaced.map((row) => [row.id, row]));
      return columns
        .slice(0, most)
        .flatMap((row) => byId.get(row.id) ?? [])
        .map(toRow);
    },
    async take(lane, now, leaseUntil, limit) {
      const { rows } = await take(context, { lane, now, until: leaseUntil, limit });
      return opened(rows);
    },
    async held(now, latestTry, limit) {
      const rows = await context.db
        .selectFrom('outbox')
        .select(['id', 'lane', 'attempts', 'created_at', 'run_at', 'lease_until'])
        .where('done_at', 'is', null)
        .where('failed_at', 'is', null)
        .where((eb) =>
          eb.or([
            eb('lease_until', '<>', 0),
            eb.and([eb('attempts', '=', 0), eb('run_at', '>', now)]),
            ...LANES.map((lane) => eb.and([eb('lane', '=', lane), eb('run_at', '>', latestTry[lane])])),
          ]),
        )
        .orderBy('attempts')
        .orderBy('run_at')
        .limit(limit)
        .execute();
      return rows.map(
        ({ id, lane, attempts, created_at, run_at, lease_until }): HeldRow => ({
          ...{ id, lane, attempts, createdAt: created_at, runAt: run_at, leaseUntil: lease_until },
        }),
      );
    },
    async takeOver(seen, leaseUntil) {
      if (seen.length === 0) return [];
      const rows = await context.db
        .updateTable('outbox')
        .set((eb) => ({ lease_until: leaseUntil, attempts: eb('attempts', '+', 1) }))
        .where('done_at', 'is', null)
        .where('failed_at', 'is', null)
        .where((eb) =>
          eb.or(
            seen.map((row) =>
              eb.and([
                eb('id', '=', row.id),
                eb('attempts', '=', row.attempts),
                eb('run_at', '=', row.runAt),
                eb('lease_until', '=', row.leaseUntil),
              ]),
            ),
          ),
        )
        .returningAll()
        .execute();
      return opened(rows);
    },
    async pending(limit, except) {
      const rows = await context.db
        .selectFrom('outbox')
        .selectAll()
        .where('done_at', 'is', null)
        .where('kind', 'not in', except)
        .orderBy('created_at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return readable(context, 'outbox', rows, toRow);
    },
    async find(id) {
      const row = await context.db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toPlainRow(row);
    },
    async tryAgain(id, now) {
      const result = await context.db
        .updateTable('outbox')
        .set({ run_at: now, attempts: 0, failed_at: null })
        .where('id', '=', id)
        .where('done_at', 'is', null)
        .where('lease_until', '=', 0)
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
        .where((eb) => eb.or([eb('failed_at', 'is not', null), eb('run_at', '>', now)]))
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async remove(id, now) {
      const result = await context.db
        .deleteFrom('outbox')
        .where('id', '=', id)
        .where('done_at', 'is', null)
        .where('lease_until', '=', 0)
        .where((eb) => eb.or([eb('failed_at', 'is not', null), eb('problem', 'is not', null), eb('expires_at', '<=', now)]))
        .executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    async done(id, now) {
      return (await done(context, { id, now })).numAffectedRows === 1n;
    },
    async retry(taken, runAt, problem) {
      await update(taken, { run_at: runAt, problem });
    },
    async giveUp(taken, now, problem) {
      await update(taken, { failed_at: now, problem });
    },
    async notLeaving(lane, since, due) {
      const isWaiting = sql`done_at is null and failed_at is null and ((problem is not null and problem <> ${DEFERRED}) or run_at <= ${due})`;
      const rows = await context.db
        .selectFrom('outbox')
        .where('lane', '=', lane)
        .where('created_at', '>', since)
        .groupBy('kind')
        .select([
          'kind',
          sql<number | null>`max(case when ${isWaiting} then created_at end)`.as('waitingSince'),
          sql<number | null>`max(done_at)`.as('leftAt'),
        ])
        .execute();
      return rows.filter(({ waitingSince, leftAt }) => waitingSince !== null && (leftAt ?? 0) <= waitingSince).map(({ kind }) => kind);
    },
    async backlog(now) {
      const expired = sql<boolean>`(expires_at is not null and expires_at <= ${now})`;
      const rows = await context.db
        .selectFrom('outbox')
        .where('done_at', 'is', null)
        .groupBy('lane')
        .select([
          'lane',
          sql<number>`count(case when failed_at is null and not ${expired} then 1 end)`.as('waiting'),
          sql<number | null>`min(case when failed_at is null and not ${expired} then run_at end)`.as('oldestRunAt'),
          sql<number>`count(case when failed_at is not null or ${expired} then 1 end)`.as('failed'),
        ])
        .execute();
      return LANES.map((lane) => rows.find((row) => row.lane === lane) ?? { lane, waiting: 0, oldestRunAt: null, failed: 0 });
    },
  };
}

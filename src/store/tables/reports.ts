import { type Selectable, sql } from 'kysely';
import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import type { AccountRef } from '../../core/ports/directory.ts';
import type { CountedJourney, ReportStore } from '../../core/ports/report-store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';

/** The verbs of tables `report_counts`, `report_journeys` and `report_position`. */
export function createReports(context: TableContext): ReportStore {
  const toJourney = (row: Selectable<Schema['report_journeys']>): CountedJourney => ({
    id: row.id,
    goal: row.goal as Goal,
    startedAt: row.started_at,
    reached: row.reached,
    wrongProofs: row.wrong_proofs,
    end: row.end_kind as CountedJourney['end'],
    accounts: JSON.parse(row.accounts) as AccountRef[],
  });

  return {
    async position() {
      const { seq } = await context.db
        .selectFrom('report_position')
        .select('seq')
        .$if(context.engine === 'postgres', (query) => query.forUpdate())
        .executeTakeFirstOrThrow();
      return seq;
    },
    async journeys(ids) {
      if (ids.length === 0) return [];
      const rows = await context.db.selectFrom('report_journeys').selectAll().where('id', 'in', ids).execute();
      return rows.map(toJourney);
    },
    keep: ({ position, counts, journeys, forgetBefore }) =>
      context.atomically(async (db) => {
        if (counts.length > 0)
          await db
            .insertInto('report_counts')
            .values([...counts])
            .onConflict((conflict) =>
              conflict.columns(['day', 'what']).doUpdateSet({ count: sql`report_counts.count + excluded.count` as never }),
            )
            .execute();
        if (journeys.length > 0)
          await db
            .insertInto('report_journeys')
            .values(journeys.map(toColumns))
            .onConflict((conflict) =>
              conflict.column('id').doUpdateSet((eb) => ({
                reached: eb.ref('excluded.reached'),
                wrong_proofs: eb.ref('excluded.wrong_proofs'),
                end_kind: eb.ref('excluded.end_kind'),
              })),
            )
            .execute();
        await db.deleteFrom('report_journeys').where('started_at', '<', forgetBefore).execute();
        await db.updateTable('report_position').set({ seq: position }).execute();
      }),
    counts: (fromDay) => context.db.selectFrom('report_counts').selectAll().where('day', '>=', fromDay).execute(),
    async journeysSince(startedAt, most) {
      const rows = await context.db
        .selectFrom('report_journeys')
        .selectAll()
        .where('started_at', '>=', startedAt)
        .orderBy('started_at', 'desc')
        .limit(most)
        .execute();
      return rows.map(toJourney);
    },
    async enrolled() {
      // All factors are gone through once: there are some for everybody.
      const rows = await context.db
        .with('accounts', (db) =>
          db.selectFrom('factors').select(['kind', 'directory', 'account_id']).distinct().where('ended_at', 'is', null),
        )
        .selectFrom('accounts')
        .select(['kind', (eb) => eb.fn.countAll<number>().as('count')])
        .groupBy('kind')
        .unionAll((eb) =>
          eb
            .selectFrom(eb.selectFrom('accounts').select(['directory', 'account_id']).distinct().as('anything'))
            .select([sql<string>`'any'`.as('kind'), (each) => each.fn.countAll<number>().as('count')]),
        )
        .execute();
      const [any, ...others] = [...rows].sort((one, other) => Number(other.kind === 'any') - Number(one.kind === 'any'));
      return {
        kinds: others.map(({ kind, count }) => ({ kind: kind as FactorKind, accounts: Number(count) })),
        any: Number(any?.count ?? 0),
      };
    },
  };
}

function toColumns({ id, goal, startedAt, reached, wrongProofs, end, accounts }: CountedJourney): Schema['report_journeys'] {
  return {
    ...{ id, goal, started_at: startedAt, reached, wrong_proofs: wrongProofs, end_kind: end },
    accounts: JSON.stringify(accounts),
  };
}

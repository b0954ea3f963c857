import type { Updateable } from 'kysely';
import type { AccountRef } from '../../core/ports/directory.ts';
import type { EnrolmentAskStore } from '../../core/ports/enrolment-ask-store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';

/** The verbs of the tables `enrolment_asks` and `enrolment_walks`. */
export function createEnrolmentAsks(context: TableContext): EnrolmentAskStore {
  const keyOf = ({ directory, id }: AccountRef) => ({ directory, account_id: id });
  /** There is a row to update from now on. */
  const haveRow = (account: AccountRef) =>
    context.db
      .insertInto('enrolment_asks')
      .values({ ...keyOf(account), mails: 0 })
      .onConflict((conflict) => conflict.columns(['directory', 'account_id']).doNothing())
      .execute();
  const update = ({ directory, id }: AccountRef, set: Updateable<Schema['enrolment_asks']>) =>
    context.db.updateTable('enrolment_asks').set(set).where('directory', '=', directory).where('account_id', '=', id);

  return {
    async find({ directory, id }) {
      const row = await context.db
        .selectFrom('enrolment_asks')
        .selectAll()
        .where('directory', '=', directory)
        .where('account_id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        firstAskedAt: row.first_asked_at,
        putOffUntil: row.put_off_until,
        deferredUntil: row.deferred_until,
        mails: row.mails,
        mailedAt: row.mailed_at,
      };
    },
    async ask(account, now) {
      await haveRow(account);
      const result = await update(account, { first_asked_at: now }).where('first_asked_at', 'is', null).executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async putOff(account, until, now) {
      await haveRow(account);
      const result = await update(account, { put_off_until: until })
        .where((eb) => eb.or([eb('put_off_until', 'is', null), eb('put_off_until', '<=', now)]))
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async forget({ directory, id }) {
      await context.db.deleteFrom('enrolment_asks').where('directory', '=', directory).where('account_id', '=', id).execute();
    },
    async defer(account, until) {
      await haveRow(account);
      await update(account, { deferred_until: until }).execute();
    },
    async countMail(account, { now, notSince, atMost }) {
      await haveRow(account);
      const result = await update(account, { mailed_at: now })
        .set((eb) => ({ mails: eb('mails', '+', 1) }))
        .where('mails', '<', atMost)
        .where((eb) => eb.or([eb('mailed_at', 'is', null), eb('mailed_at', '<=', notSince)]))
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async walks() {
      const rows = await context.db.selectFrom('enrolment_walks').selectAll().where('lease_until', '<>', 0).execute();
      return rows.map(({ directory, holder, lease_until: leaseUntil }) => ({ directory, holder, leaseUntil }));
    },
    async takeWalk(directory, holder, { now, leaseUntil, notSince }, left) {
      const result = await context.db
        .insertInto('enrolment_walks')
        .values({ directory, holder, lease_until: leaseUntil })
        .onConflict((conflict) =>
          conflict
            .column('directory')
            .doUpdateSet({ holder, lease_until: leaseUntil })
            .where((eb) =>
              eb.or([
                eb('enrolment_walks.lease_until', '=', 0),
                eb.and([
                  eb('enrolment_walks.holder', '=', left?.holder ?? ''),
                  eb('enrolment_walks.lease_until', '=', left?.leaseUntil ?? 0),
                ]),
              ]),
            )
            .where((eb) =>
              eb.or([
                eb('enrolment_walks.ended_at', 'is', null),
                eb('enrolment_walks.ended_at', '<=', notSince),
                eb('enrolment_walks.ended_at', '>', now),
              ]),
            ),
        )
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    async keepWalk(directory, holder, leaseUntil) {
      const result = await context.db
        .updateTable('enrolment_walks')
        .set({ lease_until: leaseUntil })
        .where('directory', '=', directory)
        .where('holder', '=', holder)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async endWalk(directory, holder, now) {
      await context.db
        .updateTable('enrolment_walks')
        .set({ ended_at: now, lease_until: 0 })
        .where('directory', '=', directory)
        .where('holder', '=', holder)
        .execute();
    },
  };
}

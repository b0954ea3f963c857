import type { Selectable } from 'kysely';
import type { AccountRef } from '../../core/ports/directory.ts';
import type { FactorRow, FactorStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import { openFactor, readPerson } from '../read-person.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';
import { statement } from '../statement.ts';

const acceptTimeStep = statement<{ id: string; timeStep: number; driftSteps: number; now: number }>()(
  (db, { id, timeStep, driftSteps, now }) =>
    db
      .updateTable('factors')
      .set({ last_time_step: timeStep, last_used_at: now, drift_steps: driftSteps, failures: 0 })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .where('suspended_at', 'is', null)
      .where((eb) => eb.or([eb('last_time_step', 'is', null), eb('last_time_step', '<', timeStep)])),
);

/** The verbs of table `factors`. */
export function createFactors(context: TableContext): FactorStore {
  const toRow = (row: Selectable<Schema['factors']>): FactorRow => openFactor(context, row);
  const ofAccount = async (account: AccountRef) => (await readPerson(context, account)).factors;

  return {
    async insert(row) {
      const columns = {
        id: row.id,
        directory: row.directory,
        account_id: row.accountId,
        kind: row.kind,
        source: row.source,
        created_at: row.createdAt,
        ended_at: row.endedAt,
      };
      const secret = sealColumn(context.secrets, 'factors', columns, JSON.stringify({ label: row.label, secret: row.secret }));
      await context.db
        .insertInto('factors')
        .values({
          ...columns,
          secret,
          last_used_at: row.lastUsedAt,
          last_time_step: row.lastTimeStep,
          drift_steps: row.driftSteps,
          failures: row.failures,
          suspended_at: row.suspendedAt,
          seen_at: row.seenAt,
          credential: row.credential,
          rp_id: row.rpId,
          sign_count: row.signCount,
          counts_from: row.countsFrom,
        })
        .execute();
    },
    ofAccount,
    async page(kind, after, limit) {
      const rows = await context.db
        .selectFrom('factors')
        .selectAll()
        .where('kind', '=', kind)
        .where('ended_at', 'is', null)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      const next = rows.length < limit ? null : (rows.at(-1)?.id ?? null);
      return { rows: readable(context, 'factors', rows, toRow), next };
    },
    async countAccounts(kinds, directories) {
      const wanted = [...new Set(kinds)];
      const accounts = context.db
        .selectFrom('factors')
        .select(['directory', 'account_id'])
        .where('ended_at', 'is', null)
        .where('kind', 'in', wanted)
        .where('directory', 'in', [...directories])
        .groupBy(['directory', 'account_id'])
        .having((eb) => eb(eb.fn.count('kind').distinct(), '=', wanted.length));
      const { count } = await context.db
        .selectFrom(accounts.as('accounts'))
        .select((eb) => eb.fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    async acceptTimeStep(id, timeStep, driftSteps, now) {
      return (await acceptTimeStep(context, { id, timeStep, driftSteps, now })).numAffectedRows === 1n;
    },
    async countFailures(ids, most, now) {
      const suspended: string[] = [];
      // One after the other in one order: rows are locked, and two journeys may count for the same accounts.
      for (const id of ids.toSorted()) {
        const row = await context.db
          .updateTable('factors')
          .set((eb) => ({
            failures: eb('failures', '+', 1),
            suspended_at: eb
              .case()
              .when('failures', '>=', most - 1)
              .then(now)
              .else(null)
              .end(),
          }))
          .where('id', '=', id)
          .where('ended_at', 'is', null)
          .where('suspended_at', 'is', null)
          .returning('suspended_at')
          .executeTakeFirst();
        if (row !== undefined && row.suspended_at !== null) suspended.push(id);
      }
      return suspended;
    },
    async resume(account) {
      const ids = (await ofAccount(account)).map(({ id }) => id);
      if (ids.length === 0) return 0;
      const rows = context.db.updateTable('factors').set({ failures: 0, suspended_at: null }).where('id', 'in', ids);
      const suspended = await rows.where('suspended_at', 'is not', null).executeTakeFirst();
      await rows.where('failures', '>', 0).execute();
      return Number(suspended.numUpdatedRows);
    },
    async markUsed(id, now) {
      await context.db.updateTable('factors').set({ last_used_at: now }).where('id', '=', id).execute();
    },
    async accept(id, now) {
      const result = await context.db
        .updateTable('factors')
        .set({ last_used_at: now, failures: 0 })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where('suspended_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async byCredential(credential) {
      const rows = await context.db
        .selectFrom('factors')
        .selectAll()
        .where('credential', '=', credential)
        .where('ended_at', 'is', null)
        .execute();
      return readable(context, 'factors', rows, toRow)[0] ?? null;
    },
    async acceptSignCount(id, signCount, now) {
      const result = await context.db
        .updateTable('factors')
        .set({ sign_count: signCount, last_used_at: now })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        // An authenticator without a counter always says 0 (WebAuthn 6.1.1).
        .where('sign_count', signCount === 0 ? '=' : '<', signCount)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async countPasskeyOwners(rpId) {
      const owners = context.db
        .selectFrom('factors')
        .select((eb) => eb.fn.max(eb.case().when('rp_id', '=', rpId).then(1).else(0).end()).as('here'))
        .where('ended_at', 'is', null)
        .where('credential', 'is not', null)
        .groupBy(['directory', 'account_id']);
      const { all, here } = await context.db
        .selectFrom(owners.as('owners'))
        .select((eb) => [eb.fn.countAll().as('all'), eb.fn.sum('here').as('here')])
        .executeTakeFirstOrThrow();
      return { owners: Number(all), stranded: Number(all) - Number(here ?? 0) };
    },
    async endedPasskeys(account, limit) {
      const ended = (await readPerson(context, account, { which: 'ended' })).factors.filter(({ kind }) => kind === 'passkey');
      return ended.toSorted((one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0)).slice(0, limit);
    },
    async withEnd(limit) {
      const rows = await context.db
        .selectFrom('factors')
        .selectAll()
        .where('seen_at', 'is not', null)
        .where('ended_at', 'is', null)
        .orderBy('seen_at')
        .limit(limit)
        .execute();
      return readable(context, 'factors', rows, toRow);
    },
    async see(id, now) {
      await context.db.updateTable('factors').set({ seen_at: now }).where('id', '=', id).where('seen_at', '<', now).execute();
    },
    async acceptBeforeEnd(id, now, tolerance) {
      const result = await context.db
        .updateTable('factors')
        .set((eb) => ({ last_used_at: now, seen_at: eb.case().when('seen_at', '<', now).then(now).else(eb.ref('seen_at')).end() }))
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where('seen_at', '<=', now + tolerance)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async rename(row, label) {
      const found = await context.db
        .selectFrom('factors')
        .selectAll()
        .where('id', '=', row.id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      if (found === undefined) return false;
      const result = await context.db
        .updateTable('factors')
        .set({ secret: sealColumn(context.secrets, 'factors', found, JSON.stringify({ label, secret: row.secret })) })
        .where('id', '=', row.id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async end(id, now) {
      // Sealed anew with its end, so that nobody gives it life again by deleting the date.
      const row = await context.db.selectFrom('factors').selectAll().where('id', '=', id).where('ended_at', 'is', null).executeTakeFirst();
      if (row === undefined) return false;
      const plain = openColumn(context.secrets, 'factors', row, row.secret);
      const result = await context.db
        .updateTable('factors')
        .set({ ended_at: now, secret: sealColumn(context.secrets, 'factors', { ...row, ended_at: now }, plain) })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}

import type { Selectable } from 'kysely';
import type { EmergencyRow, EmergencyStore } from '../../core/ports/emergency-store.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of table `emergencies`. */
export function createEmergencies(context: TableContext): EmergencyStore {
  type Row = Selectable<Schema['emergencies']>;
  const toRow = (row: Row): EmergencyRow => ({
    id: row.id,
    linkDigest: row.link_digest,
    version: row.version,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    openedAt: row.opened_at,
    credential: row.credential,
    retiredAt: row.retired_at,
    facts: openColumn(context.secrets, 'emergencies', row, row.facts),
  });
  const opened = (rows: readonly Row[]) => readable(context, 'emergencies', rows, toRow);
  const sealed = (row: EmergencyRow) => {
    const columns = {
      id: row.id,
      link_digest: row.linkDigest,
      version: row.version,
      created_at: row.createdAt,
      expires_at: row.expiresAt,
      opened_at: row.openedAt,
      credential: row.credential,
      retired_at: row.retiredAt,
    };
    return { ...columns, facts: sealColumn(context.secrets, 'emergencies', columns, row.facts) };
  };
  const findBy = async (column: 'id' | 'link_digest' | 'credential', value: string) =>
    opened(await context.db.selectFrom('emergencies').selectAll().where(column, '=', value).execute())[0] ?? null;

  return {
    async insert(row) {
      await context.db.insertInto('emergencies').values(sealed(row)).execute();
    },
    findByLink: (linkDigest) => findBy('link_digest', linkDigest),
    findByCredential: (credential) => findBy('credential', credential),
    find: (id) => findBy('id', id),
    async current(now) {
      const rows = await context.db
        .selectFrom('emergencies')
        .selectAll()
        .where('retired_at', 'is', null)
        .where((eb) => eb.or([eb('opened_at', 'is not', null), eb('expires_at', '>', now)]))
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return opened(rows);
    },
    async change(row, next) {
      const result = await context.db
        .updateTable('emergencies')
        .set(sealed({ ...row, ...next, version: row.version + 1 }))
        .where('id', '=', row.id)
        .where('version', '=', row.version)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}

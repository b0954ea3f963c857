import { type Insertable, type Selectable, sql } from 'kysely';
import type { EmbeddedAccountRow, EmbeddedStore } from '../../core/ports/embedded-store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';

/** People may type it, no account has it, and PostgreSQL refuses it in text instead of finding nothing. */
const NUL = '\0';

type Row = Schema['embedded_accounts'];

/** The verbs of table `embedded_accounts`. */
export function createEmbeddedAccounts(context: TableContext): EmbeddedStore {
  return {
    async insert(row) {
      const result = await context.db
        .insertInto('embedded_accounts')
        .values(toColumns(row))
        .onConflict((conflict) => conflict.columns(['directory', 'login']).doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    async find(directory, id) {
      const row = await context.db
        .selectFrom('embedded_accounts')
        .selectAll()
        .where('directory', '=', directory)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async findSome(directory, ids) {
      const wanted = ids.filter((id) => !id.includes(NUL));
      if (wanted.length === 0) return [];
      const rows = await context.db
        .selectFrom('embedded_accounts')
        .selectAll()
        .where('directory', '=', directory)
        .where('id', 'in', wanted)
        .execute();
      return rows.map(toRow);
    },
    async findByIdentifier(directory, identifier) {
      if (identifier.includes(NUL)) return [];
      const rows = await context.db
        .selectFrom('embedded_accounts')
        .selectAll()
        .where('directory', '=', directory)
        .where((eb) => eb.or([eb('login', '=', identifier), eb('mail', '=', identifier), eb('employee_number', '=', identifier)]))
        .orderBy('login')
        .execute();
      return rows.map(toRow);
    },
    async search(directory, request) {
      if (request.text.includes(NUL)) return [];
      const set = typeof request.filter === 'object' ? request.filter : null;
      const rows = await context.db
        .selectFrom('embedded_accounts')
        .selectAll()
        .where('directory', '=', directory)
        .where((eb) =>
          eb.and(termsOf(request.text).map((term) => sql<boolean>`search_text like ${`%${escapeLike(fold(term))}%`} escape '\\'`)),
        )
        .$if(request.filter === 'locked', (query) => query.where('locked_at', 'is not', null))
        .$if(request.filter === 'disabled', (query) => query.where('disabled', '=', 1))
        .$if(request.filter === 'must-change', (query) => query.where('must_change', '=', 1))
        .$if(set !== null, (query) => query.where('must_change', '=', 0).where('password_set_at', '<=', set?.setUpTo ?? 0))
        .$if(set !== null && set.setAfter !== null, (query) => query.where('password_set_at', '>', set?.setAfter ?? 0))
        .$if(request.after !== null, (query) =>
          query.where('login', '>', (before) =>
            before
              .selectFrom('embedded_accounts as before')
              .select('before.login')
              .where('before.directory', '=', directory)
              .where('before.id', '=', request.after ?? ''),
          ),
        )
        .orderBy('login')
        .limit(request.limit)
        .execute();
      return rows.map(toRow);
    },
    async update(row) {
      const { directory, id, ...columns } = toColumns(row);
      const result = await context.db
        .updateTable('embedded_accounts')
        .set({ ...columns, version: row.version + 1 })
        .where('directory', '=', directory)
        .where('id', '=', id)
        .where('version', '=', row.version)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async countBadAttempt(directory, id, threshold, now) {
      const row = await context.db
        .updateTable('embedded_accounts')
        .set((eb) => ({ bad_attempts: eb('bad_attempts', '+', 1), last_bad_attempt_at: now, version: eb('version', '+', 1) }))
        .$if(threshold > 0, (query) =>
          query.set({
            locked_at: sql<number>`case when locked_at is null and bad_attempts + 1 >= ${threshold} then ${now} else locked_at end`,
          }),
        )
        .where('directory', '=', directory)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async remove(directory, id) {
      const result = await context.db
        .deleteFrom('embedded_accounts')
        .where('directory', '=', directory)
        .where('id', '=', id)
        .executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    async countManagedBy(directory, id) {
      const row = await context.db
        .selectFrom('embedded_accounts')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('directory', '=', directory)
        .where('manager_id', '=', id)
        .executeTakeFirstOrThrow();
      return row.count;
    },
    async count(directory) {
      const row = await context.db
        .selectFrom('embedded_accounts')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('directory', '=', directory)
        .executeTakeFirstOrThrow();
      return row.count;
    },
  };
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}

function toColumns(row: EmbeddedAccountRow): Insertable<Row> {
  const searched = [row.login, row.displayName, row.givenName, row.surname, row.mail, row.employeeNumber];
  return {
    directory: row.directory,
    id: row.id,
    login: row.login,
    display_name: row.displayName,
    given_name: row.givenName,
    surname: row.surname,
    mail: row.mail,
    mobile: row.mobile,
    employee_number: row.employeeNumber,
    language: row.language,
    groups: JSON.stringify(row.groups),
    manager_id: row.managerId,
    password_hash: row.passwordHash,
    password_history: JSON.stringify(row.passwordHistory),
    password_set_at: row.passwordSetAt,
    must_change: row.mustChange ? 1 : 0,
    disabled: row.disabled ? 1 : 0,
    expires_at: row.expiresAt,
    bad_attempts: row.badAttempts,
    last_bad_attempt_at: row.lastBadAttemptAt,
    locked_at: row.lockedAt,
    version: row.version,
    search_text: fold(searched.filter((value) => value !== null).join('\n')),
  };
}

function toRow(row: Selectable<Row>): EmbeddedAccountRow {
  return {
    directory: row.directory,
    id: row.id,
    login: row.login,
    displayName: row.display_name,
    givenName: row.given_name,
    surname: row.surname,
    mail: row.mail,
    mobile: row.mobile,
    employeeNumber: row.employee_number,
    language: row.language,
    groups: JSON.parse(row.groups),
    managerId: row.manager_id,
    passwordHash: row.password_hash,
    passwordHistory: JSON.parse(row.password_history),
    passwordSetAt: row.password_set_at,
    mustChange: row.must_change === 1,
    disabled: row.disabled === 1,
    expiresAt: row.expires_at,
    badAttempts: row.bad_attempts,
    lastBadAttemptAt: row.last_bad_attempt_at,
    lockedAt: row.locked_at,
    version: row.version,
  };
}

/** Each word is looked for by itself, as in the other directories. */
function termsOf(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((term) => term !== '')
    .slice(0, 8);
}

import { sql } from 'kysely';
import { AppError } from '../../shared/errors.ts';
import { shellWord, withLines } from '../../shared/fix-text.ts';
import { explainPostgres } from './explain-database.ts';
import { pendingMigrations } from './migrate.ts';
import type { Database } from './schema.ts';

interface Traits {
  encoding: string;
  read_only: boolean;
  name: string;
  schema: string | null;
  may_create: boolean;
  user: string;
}

/**
 * What would show only later, when somebody's name has a letter that the database has not, or when the first row is written.
 * @throws AppError `store.unsuitable` for another encoding than UTF8, and for a user who may not create the tables that are missing;
 *   `store.unavailable` when the database is read-only, which it may cease to be
 */
export async function refuseUnsuitable(db: Database): Promise<void> {
  const traits = await readTraits(db);
  const { encoding, name, user, schema } = traits;
  const unsuitable = (reason: string, problem: string, fix: string) =>
    new AppError('store.unsuitable', { engine: 'postgres', reason, problem, fix });
  if (encoding !== 'UTF8') {
    throw unsuitable(
      'encoding',
      `The database ${name} has the encoding ${encoding}, in which names and sentences of other scripts cannot be kept`,
      withLines(
        "Make one with encoding 'UTF8', and name it in database.url",
        `createdb --encoding=UTF8 --template=template0 --owner=${shellWord(user)} keyturn`,
      ),
    );
  }
  if (traits.read_only) throw new AppError('store.unavailable', { engine: 'postgres', reason: '25006', ...explainPostgres('25006') });
  if (traits.may_create || (await pendingMigrations(db)).length === 0) return;
  const where = schema === null ? 'no schema of its search_path is there' : `it may create nothing in the schema ${schema}`;
  throw unsuitable(
    'no-create',
    `The user ${user} cannot make the tables of Keyturn in the database ${name}: ${where}`,
    withLines(
      'Make it the owner of the database, as a superuser',
      `psql --dbname=${shellWord(name)} --command=${shellWord(`alter database "${name}" owner to "${user}"`)}`,
    ),
  );
}

/** `public` belongs to the owner of the database since PostgreSQL 15, and others may create nothing in it. */
async function readTraits(db: Database): Promise<Traits> {
  const { rows } = await sql<Traits>`
    select current_setting('server_encoding') as encoding,
           pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only,
           current_database() as name,
           current_user as user,
           current_schema() as schema,
           coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as may_create`.execute(db);
  const [traits] = rows;
  if (traits === undefined) throw new AppError('store.unavailable', { engine: 'postgres', reason: 'no answer' });
  return traits;
}

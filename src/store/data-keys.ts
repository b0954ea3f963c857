import { randomBytes } from 'node:crypto';
import { AppError, isAppError } from '../../shared/errors.ts';
import { GENESIS_HASH } from '../core/audit/chain.ts';
import { createAuditSeals } from '../core/audit/seals.ts';
import type { AuditKeyring } from './context.ts';
import type { Database, Engine } from './schema.ts';
import { SEALED_COLUMNS, type SealedTable } from './sealed-columns.ts';
import type { Place, Secrets } from './secrets.ts';

const KEY_BYTES = 32;
const DIGEST = 'digest';
const AUDIT = 'audit-';

/** Random keys that live in the database, each sealed by every key of the ring. They outlive any key of the ring. */
export interface DataKeys {
  /** Digests of tokens, codes and guard targets are made with it: a change of the ring leaves them as they are. */
  readonly digest: Uint8Array;
  /** Authenticates the audit chain. There is one key for each that was ever first in the ring. */
  readonly audit: AuditKeyring;
}

/**
 * Opens the data keys, makes those that are not there yet, and seals them for keys of the ring that are new. As each one is
 * sealed by each key of the ring, this is also the proof that the ring belongs to the database. Nodes that start together
 * take turns.
 * @throws AppError `store.wrong-key` when it does not (another key under a known id, or no known id at all), or when the data
 *   keys are gone from a database that is in use
 */
export async function openDataKeys(db: Database, engine: Engine, secrets: Secrets): Promise<DataKeys> {
  const current = AUDIT + secrets.keyIds[0];
  const there = await openKnown(db, secrets);
  if (there.keys.has(DIGEST) && there.keys.has(current) && there.unsealed.length === 0) return dataKeysOf(secrets, there.keys, current);
  return db.transaction().execute(async (transaction) => {
    await takeTurns(transaction, engine);
    const { keys } = await openKnown(transaction, secrets);
    await refuseEmptied(transaction, keys);
    const isNew = !keys.has(DIGEST);
    for (const id of [DIGEST, current]) if (!keys.has(id)) keys.set(id, randomBytes(KEY_BYTES));
    const { unsealed } = await openKnown(transaction, secrets, keys);
    for (const { id, key, sealingKey } of unsealed) {
      const sealed = secrets.seal(placeOfKey(id), Buffer.from(key).toString('base64url'), sealingKey);
      await transaction.insertInto('data_keys').values({ id, sealing_key: sealingKey, sealed }).execute();
    }
    const opened = dataKeysOf(secrets, keys, current);
    if (isNew) await sealBeginning(transaction, opened.audit);
    return opened;
  });
}

/** The one row of this table is a lock that every database has. On SQLite a transaction is the only writer anyway. */
async function takeTurns(db: Database, engine: Engine): Promise<void> {
  await db
    .selectFrom('audit_head')
    .select('seq')
    .$if(engine === 'postgres', (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
}

interface Known {
  keys: Map<string, Uint8Array>;
  /** What is not sealed yet by one of the ring. */
  unsealed: { id: string; key: Uint8Array; sealingKey: string }[];
}

/** @param fresh keys that are about to be written, by id */
async function openKnown(db: Database, secrets: Secrets, fresh: ReadonlyMap<string, Uint8Array> = new Map()): Promise<Known> {
  const rows = await db.selectFrom('data_keys').selectAll().orderBy('id').execute();
  const keys = new Map(fresh);
  for (const row of rows) {
    if (!secrets.keyIds.includes(row.sealing_key)) continue;
    keys.set(row.id, openOne(secrets, row));
  }
  if (rows.length > 0 && keys.size === 0) {
    const database = [...new Set(rows.map((row) => row.sealing_key))];
    throw new AppError('store.wrong-key', {
      reason: 'no key of the settings is known to this database',
      database,
      settings: [...secrets.keyIds],
    });
  }
  const there = new Set(rows.map((row) => `${row.id}|${row.sealing_key}`));
  const wanted = [...keys].flatMap(([id, key]) => secrets.keyIds.map((sealingKey) => ({ id, key, sealingKey })));
  return { keys, unsealed: wanted.filter(({ id, sealingKey }) => !there.has(`${id}|${sealingKey}`)) };
}

/**
 * To be asked where nobody makes them meanwhile: in its turn, or when they have been there. Otherwise another node may have made them,
 * and put the database to use, between the two looks.
 */
async function refuseEmptied(db: Database, keys: ReadonlyMap<string, Uint8Array>): Promise<void> {
  if (!keys.has(DIGEST) && (await isInUse(db))) throw new AppError('store.wrong-key', { reason: 'the table data_keys was emptied' });
}

function openOne(secrets: Secrets, row: { id: string; sealing_key: string; sealed: string }): Uint8Array {
  try {
    return new Uint8Array(Buffer.from(secrets.open(placeOfKey(row.id), row.sealed), 'base64url'));
  } catch (error) {
    if (!isAppError(error, 'store.undecryptable')) throw error;
    const reason = 'the settings give this id to another key than the one this database was sealed with';
    throw new AppError('store.wrong-key', { key: row.sealing_key, reason }, { cause: error });
  }
}

async function isInUse(db: Database): Promise<boolean> {
  for (const table of Object.keys(SEALED_COLUMNS) as SealedTable[]) {
    const { sealed } = SEALED_COLUMNS[table];
    const row = await db
      .selectFrom(table as 'journeys')
      .select(sealed as 'state')
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return true;
  }
  const { seq } = await db.selectFrom('audit_head').select('seq').executeTakeFirstOrThrow();
  return seq > 0;
}

function dataKeysOf(secrets: Secrets, keys: ReadonlyMap<string, Uint8Array>, current: string): DataKeys {
  const digest = keys.get(DIGEST);
  if (digest === undefined) throw new AppError('internal.unexpected', { reason: 'no-digest-key' });
  const sealsOf = (known: ReadonlyMap<string, Uint8Array>) =>
    createAuditSeals(new Map([...known].filter(([id]) => id.startsWith(AUDIT))), current);
  let seals = sealsOf(keys);
  const reload = async (db: Database) => {
    const { keys: known } = await openKnown(db, secrets);
    await refuseEmptied(db, known);
    seals = sealsOf(known);
    return seals;
  };
  return { digest, audit: { seals: () => seals, reload, end: null, committed: null } };
}

/** The end of a chain that has no event yet. Sealed once only: whoever empties the log cannot make it begin anew. */
async function sealBeginning(db: Database, audit: AuditKeyring): Promise<void> {
  const { keyId, mac } = audit.seals().seal('end', { seq: 0, hash: GENESIS_HASH });
  await db.updateTable('audit_head').set({ key_id: keyId, mac }).where('seq', '=', 0).execute();
}

/** Not bound to the sealing key: opening it with another one fails anyway. */
function placeOfKey(id: string): Place {
  return { table: 'data_keys', column: 'sealed', bound: [id] };
}

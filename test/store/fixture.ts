import { Buffer } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import pg from 'pg';
import type { CaseRow } from '../../src/core/ports/case-store.ts';
import type { EmbeddedAccountRow } from '../../src/core/ports/embedded-store.ts';
import type { EmergencyRow } from '../../src/core/ports/emergency-store.ts';
import type { InvitationRow } from '../../src/core/ports/invitation-store.ts';
import type { TakenRow } from '../../src/core/ports/outbox-store.ts';
import type { SessionRow } from '../../src/core/ports/session-store.ts';
import type { SetUpRow } from '../../src/core/ports/set-up-store.ts';
import type { FactorRow, IntentRow, JourneyRow, Store } from '../../src/core/ports/store.ts';
import type { ApiTokenRow } from '../../src/core/ports/token-store.ts';
import type { VouchRow } from '../../src/core/ports/vouch-store.ts';
import { createStore, type OpenedStore } from '../../src/store/create-store.ts';
import type { SealingKey } from '../../src/store/secrets.ts';
import type { PostgresCluster, PostgresDatabase } from '../servers/postgres.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { createMigratedDatabase } from './migrated-database.ts';

/** An empty database of one engine, with a way round the store to look at and change what is really in it. */
export interface TestDatabase {
  readonly url: string;
  readonly engine: 'sqlite' | 'postgres';
  /** Runs a statement beside the store. */
  execute(sql: string): Promise<Record<string, unknown>[]>;
  /** Everything that is stored, as a thief would get it. */
  contents(): Promise<string>;
  drop(): Promise<void>;
}

export type MakeDatabase = () => Promise<TestDatabase>;

export const quietLog = { info: () => {}, warn: () => {}, error: () => {} };

/** The same key in every process of a test. */
export function testKey(id: string): SealingKey {
  return { id, key: createHash('sha256').update(`test key ${id}`).digest() };
}

export function openTestStore(url: string, ...keys: SealingKey[]): Promise<OpenedStore> {
  return createStore({ url, sealingKeys: keys.length === 0 ? [testKey('k1')] : keys, log: quietLog });
}

export async function makeSqliteDatabase(): Promise<TestDatabase> {
  const folder = await createScratchFolder('store');
  const path = join(folder, 'keyturn.sqlite');
  return {
    url: `sqlite:${path}`,
    engine: 'sqlite',
    async execute(sql) {
      const file = new SqliteFile(path);
      try {
        const statement = file.prepare(sql);
        if (statement.reader) return statement.all() as Record<string, unknown>[];
        statement.run();
        return [];
      } finally {
        file.close();
      }
    },
    async contents() {
      const names = await readdir(folder);
      const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
      return Buffer.concat(files).toString('latin1');
    },
    drop: () => removeScratchFolder(folder),
  };
}

export async function makePostgresDatabase(cluster: PostgresCluster): Promise<TestDatabase> {
  return lookInto(await cluster.createDatabase('store'));
}

/** The same, with the schema of today in it. */
export async function makeMigratedDatabase(cluster: PostgresCluster): Promise<TestDatabase> {
  return lookInto(await createMigratedDatabase(cluster, 'store'));
}

function lookInto({ url, drop }: PostgresDatabase): TestDatabase {
  const execute = async (sql: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  return {
    url,
    engine: 'postgres',
    execute,
    async contents() {
      const tables = await execute(`select tablename from pg_tables where schemaname = 'public'`);
      const rows = await Promise.all(tables.map(({ tablename }) => execute(`select * from ${String(tablename)}`)));
      return JSON.stringify(rows);
    },
    drop,
  };
}

export const NOW = 1_800_000_000_000;

export function journeyRow(changes: Partial<JourneyRow> = {}): JourneyRow {
  return {
    id: randomUUID(),
    tokenDigest: randomUUID(),
    version: 1,
    goal: 'reset-password',
    status: 'open',
    state: '{"step":"choose-factor"}',
    createdAt: NOW,
    expiresAt: NOW + 900_000,
    ...changes,
  };
}

export function factorRow(changes: Partial<FactorRow> = {}): FactorRow {
  return {
    id: randomUUID(),
    directory: 'corp',
    accountId: randomUUID(),
    kind: 'totp',
    label: 'Phone',
    secret: 'JBSWY3DPEHPK3PXP',
    source: 'enrolment',
    createdAt: NOW,
    endedAt: null,
    lastUsedAt: null,
    lastTimeStep: null,
    driftSteps: 0,
    failures: 0,
    suspendedAt: null,
    credential: null,
    rpId: null,
    signCount: 0,
    countsFrom: null,
    seenAt: null,
    ...changes,
  };
}

/** An invitation that is good for an hour. */
export function invitationRow(changes: Partial<InvitationRow> = {}): InvitationRow {
  return {
    id: randomUUID(),
    tokenDigest: randomUUID(),
    directory: 'corp',
    accountId: randomUUID(),
    author: 'operator',
    createdAt: NOW,
    expiresAt: NOW + 3_600_000,
    sessionId: null,
    usedAt: null,
    revokedAt: null,
    ...changes,
  };
}

export function sessionRow(changes: Partial<SessionRow> = {}): SessionRow {
  return {
    id: randomUUID(),
    tokenDigest: randomUUID(),
    journeyId: randomUUID(),
    directory: 'corp',
    accountId: randomUUID(),
    rights: 'full',
    facts: '{"proofs":[]}',
    createdAt: NOW,
    endsAt: NOW + 3_600_000,
    seenAt: NOW,
    endedAt: null,
    endedBecause: null,
    roles: [],
    rolesReadAt: null,
    ...changes,
  };
}

export function caseRow(changes: Partial<CaseRow> = {}): CaseRow {
  return {
    id: randomUUID(),
    version: 1,
    state: 'open',
    directory: 'corp',
    accountId: randomUUID(),
    agentDirectory: 'corp',
    agentId: 'agent',
    action: 'reset-password',
    tries: 0,
    facts: '{"numbers":{}}',
    createdAt: NOW,
    expiresAt: NOW + 1_800_000,
    closedAt: null,
    approvalAskedAt: null,
    ...changes,
  };
}

export function emergencyRow(changes: Partial<EmergencyRow> = {}): EmergencyRow {
  return {
    id: randomUUID(),
    linkDigest: randomUUID(),
    version: 1,
    createdAt: NOW,
    expiresAt: NOW + 900_000,
    openedAt: null,
    credential: null,
    retiredAt: null,
    facts: '{"author":"root"}',
    ...changes,
  };
}

export function setUpRow(changes: Partial<SetUpRow> = {}): SetUpRow {
  return {
    id: randomUUID(),
    version: 1,
    createdAt: NOW,
    linkDigest: randomUUID(),
    linkExpiresAt: NOW + 3_600_000,
    openedAt: null,
    sessionDigest: null,
    endedAt: null,
    facts: '{"answers":{}}',
    ...changes,
  };
}

export function apiTokenRow(changes: Partial<ApiTokenRow> = {}): ApiTokenRow {
  return {
    id: randomUUID(),
    digest: randomUUID(),
    name: randomUUID(),
    createdAt: NOW,
    expiresAt: NOW + 86_400_000,
    lastUsedAt: null,
    revokedAt: null,
    facts: '{"may":["view-history"],"author":"root"}',
    ...changes,
  };
}

export function vouchRow(changes: Partial<VouchRow> = {}): VouchRow {
  return {
    id: randomUUID(),
    journeyId: randomUUID(),
    directory: 'corp',
    accountId: randomUUID(),
    manager: { directory: 'corp', id: randomUUID() },
    facts: '{"digits":"42"}',
    createdAt: NOW,
    endsAt: NOW + 3_600_000,
    tries: 0,
    outcome: null,
    closedAt: null,
    ...changes,
  };
}

export function intentRow(changes: Partial<IntentRow> = {}): IntentRow {
  return {
    id: randomUUID(),
    directory: 'corp',
    accountId: randomUUID(),
    verb: 'reset-password',
    journeyId: null,
    facts: '{"actor":"journey"}',
    status: 'open',
    createdAt: NOW,
    closedAt: null,
    leaseUntil: NOW + 60_000,
    ...changes,
  };
}

export function outboxRow(changes: Partial<Parameters<Store['outbox']['insert']>[0]> = {}): Parameters<Store['outbox']['insert']>[0] {
  return {
    id: randomUUID(),
    lane: 'code',
    kind: 'mail',
    payload: '{"code":"123456"}',
    createdAt: NOW,
    runAt: NOW,
    expiresAt: null,
    ...changes,
  };
}

/** A row as whoever takes its outcome down has it: as it stands there now. */
export async function asTaken({ outbox }: Pick<Store, 'outbox'>, id: string): Promise<TakenRow> {
  const row = await outbox.find(id);
  if (row === null) throw new Error(`no row ${id} in the outbox`);
  return row;
}

export function embeddedRow(changes: Partial<EmbeddedAccountRow> = {}): EmbeddedAccountRow {
  return {
    directory: 'people',
    id: randomUUID(),
    login: `user-${randomUUID().slice(0, 8)}`,
    displayName: 'Alice Example',
    givenName: 'Alice',
    surname: 'Example',
    mail: null,
    mobile: null,
    employeeNumber: null,
    language: 'en',
    groups: ['Staff'],
    managerId: null,
    passwordHash: '$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA',
    passwordHistory: [],
    passwordSetAt: NOW,
    mustChange: false,
    disabled: false,
    expiresAt: null,
    badAttempts: 0,
    lastBadAttemptAt: null,
    lockedAt: null,
    version: 1,
    ...changes,
  };
}

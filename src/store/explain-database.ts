/** What a refusal of the database means, for an operator. */
export interface DatabaseProblem {
  readonly problem: string;
  readonly fix: string;
}

const password = { problem: 'PostgreSQL does not let this user in', fix: 'Check user and password in database.url, and pg_hba.conf' };
const readOnly = {
  problem: 'The database is read-only: a standby, a server in recovery, or default_transaction_read_only',
  fix: 'Let database.url lead to the primary server; after a failover wait until the new primary takes writes',
};
const full = { problem: 'The disk of the database is full', fix: 'Make room on it' };
const stopping = { problem: 'PostgreSQL is starting or shutting down', fix: 'Wait until it has started; connections are made anew' };

/** SQLSTATE (PostgreSQL manual, appendix A). */
const SQLSTATE: Readonly<Record<string, DatabaseProblem>> = {
  '08P01': {
    problem: 'What answers at this address does not speak as PostgreSQL does',
    fix: 'Let database.url lead to the PostgreSQL server itself, not to PgBouncer: Keyturn pools by itself; and check host and port in it',
  },
  '22P05': {
    problem: 'The encoding of the database has no such character',
    fix: "Make a database with encoding 'UTF8' and move to it",
  },
  '25006': readOnly,
  '25P03': { problem: 'PostgreSQL ended a transaction that stood idle', fix: 'Look at the load of this machine: the process was held up' },
  '28000': password,
  '28P01': password,
  '3D000': { problem: 'There is no database with this name', fix: 'Check the name in database.url, or create the database' },
  '3F000': { problem: 'The user has no schema to work in', fix: 'Check search_path of the user, and that its schema exists' },
  '40001': { problem: 'Two transactions got in each other’s way', fix: 'Nothing to do: it is tried again' },
  '40P01': { problem: 'Two transactions waited for each other', fix: 'Nothing to do: it is tried again' },
  '42501': {
    problem: 'The user of the database lacks a right',
    fix: 'Make it the owner of the database: since PostgreSQL 15 others may create nothing in the schema public',
  },
  '53100': full,
  '53200': { problem: 'PostgreSQL is out of memory', fix: 'Look at the load of its machine' },
  '53300': {
    problem: 'PostgreSQL takes no further connections',
    fix: 'Raise max_connections: each node uses up to 10, and one more while it starts',
  },
  '55P03': { problem: 'A lock in the database was not given in time', fix: 'Look who holds it: select * from pg_locks' },
  '57014': {
    problem: 'A statement took too long and was given up',
    fix: 'Look at the load of the server and at locks: select * from pg_locks',
  },
  '57P01': { problem: 'PostgreSQL ended the connection', fix: 'Nothing to do when it was restarted: connections are made anew' },
  '57P02': { problem: 'PostgreSQL crashed and is recovering', fix: 'Look into its log' },
  '57P03': stopping,
  '58030': { problem: 'PostgreSQL cannot read or write its files', fix: 'Look into its log, and at its disk' },
};

/** By class, for those that have no entry of their own. */
const CLASSES: Readonly<Record<string, DatabaseProblem>> = {
  '08': { problem: 'The connection to PostgreSQL broke', fix: 'Check that the server runs, and the network to it' },
  '28': password,
  '53': { problem: 'PostgreSQL has too little of something it needs', fix: 'Look into its log' },
  '57': stopping,
  '58': { problem: 'PostgreSQL has trouble with its own machine', fix: 'Look into its log' },
};

const unreachable = { problem: 'PostgreSQL cannot be reached', fix: 'Check that it runs, and host and port in database.url' };

/** Codes of Node.js for a connection that was not made; `connection` is what has none. */
const CONNECTION: Readonly<Record<string, DatabaseProblem>> = {
  ECONNREFUSED: { problem: 'Nothing listens at the address of the database', fix: unreachable.fix },
  ENOTFOUND: { problem: 'The name of the database server is unknown', fix: 'Check the host in database.url, and the DNS of this machine' },
  EAI_AGAIN: { problem: 'The name service does not answer', fix: 'Check the DNS of this machine' },
  ETIMEDOUT: { problem: 'The database server does not answer', fix: 'Check that it runs, and firewalls between here and there' },
  ECONNRESET: { problem: 'The database server closed the connection', fix: 'Look into its log' },
};

/** @param code SQLSTATE, a code of Node.js, or `connection` */
export function explainPostgres(code: string): DatabaseProblem | null {
  const known = SQLSTATE[code] ?? CONNECTION[code] ?? CLASSES[/^[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : ''];
  if (known !== undefined) return known;
  return /^[0-9A-Z]{5}$/.test(code) ? null : unreachable;
}

/** A connection that PostgreSQL or the client refused to encrypt has no code, only words. */
export function explainTlsRefusal(message: string): DatabaseProblem | null {
  if (!/does not support SSL/i.test(message)) return null;
  return { problem: 'The database server offers no TLS', fix: 'Turn `ssl` on in postgresql.conf, or take sslmode out of database.url' };
}

const folder = 'the user of this process must be able to write the file and its folder';
const SQLITE: Readonly<Record<string, DatabaseProblem>> = {
  EACCES: { problem: 'This user may not use the file of the database', fix: `Give it to the user: ${folder}` },
  EPERM: { problem: 'This user may not use the file of the database', fix: `Give it to the user: ${folder}` },
  EISDIR: { problem: 'The database is a folder', fix: 'Name a file in database.url' },
  ENOTDIR: { problem: 'A part of the path of the database is no folder', fix: 'Correct database.url or dataDirectory' },
  ENOSPC: full,
  EROFS: { problem: 'The file system of the database is read-only', fix: 'Mount it for writing, or name another place' },
  SQLITE_BUSY: {
    problem: 'Another process holds the database',
    fix: 'Look who has it open (a backup, the sqlite3 shell), and end that',
  },
  SQLITE_CANTOPEN: { problem: 'The file of the database cannot be opened', fix: `Check its path and its owner: ${folder}` },
  SQLITE_CORRUPT: { problem: 'The file of the database is damaged', fix: 'Keep it, and restore the latest backup' },
  SQLITE_FULL: full,
  SQLITE_IOERR: { problem: 'The disk of the database reports an error', fix: 'Look at the log of the system, and at the disk' },
  SQLITE_NOTADB: { problem: 'The file is no SQLite database', fix: 'Correct database.url, or restore a backup' },
  SQLITE_READONLY: { problem: 'The file of the database, or its folder, cannot be written', fix: `Check owner and mode: ${folder}` },
};

/** @param code result code of SQLite, extended or not, or an error of the system */
export function explainSqlite(code: string): DatabaseProblem | null {
  return SQLITE[code] ?? SQLITE[code.split('_').slice(0, 2).join('_')] ?? null;
}

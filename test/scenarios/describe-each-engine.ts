import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { createMigratedDatabase } from '../store/migrated-database.ts';
import { type Keyturn, type KeyturnOptions, startKeyturn } from './start-keyturn.ts';

type NodeOptions = Omit<KeyturnOptions, 'database'>;

/** The database of one suite, empty at first. What is started on it is closed behind the suite, and it is removed. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  /** The first node; SQLite's database is in its memory. */
  start(options: NodeOptions): Promise<Keyturn>;
  /**
   * Another node like the first, with its key and clock, where the engine serves several. SQLite serves one: there it is the first itself.
   * It may be closed before the suite ends.
   */
  startAnother(): Promise<Keyturn>;
  /** Two nodes with one key and clock, on either engine: SQLite's database is a file. */
  startTwo(options: NodeOptions): Promise<[Keyturn, Keyturn]>;
  /** What the nodes are on, for who looks at it past them. */
  databaseUrl(): string;
  /** Where a database of its own is, for a suite that starts its nodes itself; SQLite's is a file. Close them before the suite ends. */
  createDatabase(): Promise<string>;
}

/** One suite for each engine that Keyturn keeps its data in; `%s` in its name becomes the engine's. */
export function describeEachEngine(name: string, suite: (engine: Engine) => void): void {
  describe.each(['sqlite', 'postgres'] as const)(name, (engine) => suite(openEngine(engine)));
}

function openEngine(name: Engine['name']): Engine {
  const nodes: Keyturn[] = [];
  const removals: (() => Promise<unknown>)[] = [];
  let first: { node: Keyturn; options: KeyturnOptions } | null = null;
  // Registered before the hooks of the suite, and so run after them.
  afterAll(async () => {
    for (const node of nodes.splice(0)) await node.close();
    for (const remove of removals.splice(0)) await remove();
  });

  async function startOn(options: KeyturnOptions): Promise<Keyturn> {
    const node = await startKeyturn(options);
    nodes.push(node);
    const close = () => {
      const place = nodes.indexOf(node);
      if (place >= 0) nodes.splice(place, 1);
      return node.close();
    };
    const kept = { ...node, close };
    first ??= { node: kept, options: { ...options, key: node.key, clock: node.clock } };
    return kept;
  }
  async function createDatabase(): Promise<string> {
    if (name === 'postgres') {
      const { url, drop } = await createMigratedDatabase(await sharedPostgres());
      removals.push(drop);
      return url;
    }
    const folder = await createScratchFolder('engine');
    removals.push(() => removeScratchFolder(folder));
    return `sqlite:${join(folder, 'keyturn.sqlite')}`;
  }
  async function startAnother(): Promise<Keyturn> {
    if (first === null) throw new Error('there is no first node');
    return first.options.database === undefined ? first.node : startOn(first.options);
  }
  return {
    name,
    createDatabase,
    startAnother,
    databaseUrl() {
      const url = first?.options.database;
      if (url === undefined) throw new Error('nothing is started on a database that others reach');
      return url;
    },
    start: async (options) => startOn(name === 'postgres' ? { ...options, database: await createDatabase() } : options),
    async startTwo(options) {
      const node = await startOn({ ...options, database: await createDatabase() });
      return [node, await startAnother()];
    },
  };
}

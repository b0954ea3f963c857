import type { Client } from 'ldapts';
import type { BenchDirectory } from './directories.ts';

/** The floor: a reset and an unlock by a bare LDAP client, with as many connections as Keyturn's adapter opens. */
export interface BareClient {
  reset(id: string, password: string): Promise<void>;
  unlock(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Defaults of `connections` in the configuration. */
const readConnections = 4;
const writeConnections = 2;

/** Opens the connections beforehand, so that no operation pays for one. */
export async function openBareClient(directory: BenchDirectory): Promise<BareClient> {
  const { bare, section } = directory;
  const open = (count: number) => Promise.all(Array.from({ length: count }, () => directory.connect()));
  const [readers, writers] = await Promise.all([open(readConnections), open(writeConnections)]);
  const reading = createQueue(readers);
  const writing = createQueue(writers);

  const find = (id: string) =>
    reading(async (client) => {
      const { searchEntries } = await client.search(section.baseDn, {
        scope: 'sub',
        filter: bare.filter(id),
        attributes: [...bare.attributes],
      });
      const [entry] = searchEntries;
      if (entry === undefined) throw new Error(`no entry ${id}`);
      return { dn: entry.dn, id };
    });

  return {
    async reset(id, password) {
      const found = await find(id);
      await writing((client) => bare.reset(client, found, password));
    },
    async unlock(id) {
      const found = await find(id);
      await writing((client) => bare.unlock(client, found));
    },
    async close() {
      await Promise.all([...readers, ...writers].map((client) => client.unbind()));
    },
  };
}

/** Hands each client to one piece of work at a time, in the order of asking. */
function createQueue(clients: readonly Client[]) {
  const free = [...clients];
  const waiting: ((client: Client) => void)[] = [];
  return async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = free.pop() ?? (await new Promise<Client>((resolve) => waiting.push(resolve)));
    try {
      return await work(client);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free.push(client);
      else next(client);
    }
  };
}

import fc from 'fast-check';
import { type Keyturn, until } from '../scenarios/start-keyturn.ts';
import type { ServerControl } from '../servers/server-control.ts';
import type { TcpProxy, Tear } from '../servers/tcp-proxy.ts';

/** A server that can be broken in every way. */
export interface Breakable {
  readonly server: Pick<ServerControl, 'kill' | 'restart'>;
  readonly proxy: TcpProxy;
}

export interface Fault {
  readonly where: 'first' | 'second' | 'both';
  /**
   * `late`: nothing passes, and what was held arrives after Keyturn gave up. `drop`: nothing passes, and what was held is lost. `cut`:
   * connections are reset. `kill`: the server dies. `torn`: a message is torn at a byte that matters, and what was held of it arrives
   * late or never.
   */
  readonly how: { readonly kind: 'late' | 'drop' | 'cut' | 'kill' } | { readonly kind: 'torn'; readonly at: Tear; readonly late: boolean };
  /** Before the account is read for the write, or between that and the write. */
  readonly when: 'reading' | 'writing';
}

/** @param pieces messages in one direction that a write may take */
export const anyFault = (pieces: number): fc.Arbitrary<Fault> =>
  fc.record({
    where: fc.constantFrom('first', 'second', 'both'),
    how: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('torn' as const),
          at: fc.record({
            direction: fc.constantFrom('request' as const, 'answer' as const),
            piece: fc.integer({ min: 1, max: pieces }),
            passes: fc.constantFrom('nothing' as const, 'half' as const, 'all-but-a-byte' as const, 'all' as const),
            ending: fc.constantFrom('cut' as const, 'stall' as const),
          }),
          late: fc.boolean(),
        }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('late' as const, 'drop' as const, 'cut' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
    ),
    when: fc.constantFrom('reading', 'writing'),
  });

const hitBy = ({ where }: Fault, first: Breakable, second: Breakable): Breakable[] =>
  where === 'both' ? [first, second] : [where === 'first' ? first : second];

export async function breakServers(fault: Fault, first: Breakable, second: Breakable): Promise<void> {
  const { how } = fault;
  for (const { proxy, server } of hitBy(fault, first, second)) {
    if (how.kind === 'torn') proxy.tear(how.at);
    else if (how.kind === 'cut') proxy.cutAll();
    else if (how.kind === 'kill') await server.kill();
    else proxy.setMode('stall');
  }
}

/** @param arrived whether the write has arrived that was held; long before the time is over that it is granted */
export async function mendServers(fault: Fault, first: Breakable, second: Breakable, arrived: () => Promise<boolean>): Promise<void> {
  const { how } = fault;
  const late = how.kind === 'late' || (how.kind === 'torn' && how.late);
  for (const { proxy, server } of hitBy(fault, first, second)) {
    if (!late) proxy.cutAll();
    proxy.setMode('forward');
    if (how.kind === 'kill') await server.restart();
  }
  if (late) await until(arrived, 'the late write', 400).catch(() => {});
}

/** Does something when a write is about to be prepared, or to be done. */
export function atTheWrite(keyturn: Keyturn, when: Fault['when'], verb: 'resetPassword' | 'unlock', then: () => Promise<void>): void {
  const adapter = keyturn.deps.directories.get('people');
  const method = when === 'reading' ? 'prepareWrite' : verb;
  const original = adapter[method] as (...given: unknown[]) => Promise<unknown>;
  Object.assign(adapter, {
    async [method](...given: unknown[]) {
      Object.assign(adapter, { [method]: original });
      await then();
      return original(...given);
    },
  });
}

/** Waits until the directory can be asked again. */
export async function untilReadable(keyturn: Keyturn, login: string): Promise<void> {
  const readable = async () => {
    keyturn.clock.move(1000);
    const found = await keyturn.deps.directories
      .get('people')
      .findAccounts(login)
      .catch(() => []);
    return found.length === 1;
  };
  await until(readable, 'the directory to be asked again');
}

import { verifyChain } from '../../src/core/audit/chain.ts';
import { writeWindow } from '../../src/core/writes/write-window.ts';
import { GENEROUS_LIMITS } from '../scenarios/generous-limits.ts';
import { type JourneyClient, startJourney } from '../scenarios/journey-client.ts';
import { codeIn, holdsCode, type Keyturn, until } from '../scenarios/start-keyturn.ts';

/** One proof is enough here, so that a person can walk many journeys within one time step of the authenticator. */
export const ONE_PROOF = { guard: GENEROUS_LIMITS, recovery: { rules: [{ name: 'everybody', accepted: [['email' as const]] }] } };

/** Walks to where the goal asks its question, such as for a new password. */
export async function walkTo(
  keyturn: Keyturn,
  login: string,
  address: string,
  goal: 'reset-password' | 'unlock-account' = 'reset-password',
): Promise<JourneyClient> {
  const client = await startJourney(keyturn.url, login, goal);
  const codes = () => keyturn.messages(address).filter(holdsCode);
  const earlier = new Set(codes().map(({ id }) => id));
  await client.answer({ option: 'email' });
  const fresh = () => codes().find(({ id }) => !earlier.has(id));
  await until(() => fresh() !== undefined, 'the code');
  const message = fresh();
  await client.answer({ code: message === undefined ? '' : codeIn(message) });
  if (goal === 'reset-password') client.at('new-password');
  return client;
}

/** Lets the time pass within which a write could still happen, and stands at what was found out. */
export async function settle(keyturn: Keyturn, client: JourneyClient): Promise<void> {
  keyturn.clock.move(writeWindow(0, keyturn.deps.directories.get('people').timeLimits).settledAt);
  await until(async () => {
    keyturn.clock.move(1000);
    return (await keyturn.deps.store.intents.openCount()) === 0;
  }, 'the sweeper');
  const { step } = (await client.call('GET', '/journeys/current')).body;
  if (step !== undefined) client.step = step;
}

/** Events of writes that were written down so far; the chain of the log is whole. */
export async function writeEvents(keyturn: Keyturn): Promise<{ type: string; server?: string; intent?: string; foundBy?: string }[]> {
  const rows = await keyturn.deps.store.audit.read(0, 10_000);
  if (!(await verifyChain(rows)).ok) throw new Error('the audit chain is broken');
  return rows.filter(({ type }) => type.startsWith('write.')).map(({ type, data }) => ({ type, ...JSON.parse(data) }));
}

import type { VouchRequest } from '../../shared/api/vouch.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import type { EmbeddedAccountRow } from '../../src/core/ports/embedded-store.ts';
import { newLogin } from '../conformance/samples.ts';
import { newestFirst } from './by-time.ts';
import { type JourneyClient, startIdly } from './journey-client.ts';
import { addPerson } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { solveWork } from './solve-work.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, until } from './start-keyturn.ts';

/** Where people of these tests are at home; managers come from the address of the test itself. */
export const HOME = '192.0.2.9';

export interface Manager extends Enrolled {
  login: string;
  held: SessionClient;
  requests(): Promise<VouchRequest[]>;
  vouch(id: string, digits: string): Promise<{ status: number; body: Record<string, unknown> }>;
  refuse(id: string): Promise<{ status: number; body: Record<string, unknown> }>;
}

export interface Report {
  login: string;
  ref: AccountRef;
  address: string;
}

export interface Asked {
  client: JourneyClient;
  digits: string;
  request: string;
}

/** Other digits than these. */
export const wrong = (digits: string): string => (digits === '99' ? '10' : String(Number(digits) + 1));

/** People, managers and their recoveries, on a Keyturn whose rules take an e-mail code and a manager. */
export function vouchingOn(keyturn: () => Keyturn) {
  const rowOf = async (id: string): Promise<EmbeddedAccountRow> => {
    const row = await keyturn().deps.store.embedded.find('people', id);
    if (row === null) throw new Error('gone');
    return row;
  };
  const change = async (id: string, changes: Partial<EmbeddedAccountRow>) => {
    if (!(await keyturn().deps.store.embedded.update({ ...(await rowOf(id)), ...changes }))) throw new Error('changed meanwhile');
  };

  async function manager(more: Parameters<typeof addPerson>[2] = {}): Promise<Manager> {
    const login = newLogin('boss');
    await addPerson(keyturn(), login, more);
    const person = await keyturn().enrol(login);
    const held = await signIn(keyturn(), login, person);
    return {
      ...person,
      login,
      held,
      requests: async () => (await held.call('GET', '/me/vouch')).body.requests as VouchRequest[],
      vouch: (id, digits) => held.call('POST', `/me/vouch/${id}`, { digits }),
      refuse: (id) => held.call('POST', `/me/vouch/${id}/refuse`, {}),
    };
  }

  async function reportOf(boss: { account: AccountRef } | null, more: Parameters<typeof addPerson>[2] = {}): Promise<Report> {
    const login = newLogin();
    await addPerson(keyturn(), login, {
      displayName: `Person ${login}`,
      ...(boss === null ? {} : { managerId: boss.account.id }),
      ...more,
    });
    const [account] = await keyturn().deps.directories.get('people').findAccounts(login);
    if (account === undefined) throw new Error(`no ${login}`);
    const ref = { directory: 'people', id: account.id };
    const address = `${login.toLowerCase()}@home.example.test`;
    await addFactor(keyturn().deps, keyturn().deps.store, { account: ref, kind: 'email', label: address, secret: address, source: 'test' });
    return { login, ref, address };
  }

  /** A recovery in which the mailed code was right. */
  async function proven({ login, address }: Pick<Report, 'login' | 'address'>, from = HOME): Promise<JourneyClient> {
    const client = await startIdly(keyturn().url, { account: login, headers: { 'x-forwarded-for': from } });
    const worked = async () => {
      while (client.step.kind === 'proof-of-work') await client.answer(await solveWork(client.step));
    };
    await worked();
    const mailed = () => keyturn().messages(address).filter(holdsCode).length;
    const before = mailed();
    await client.answer({ option: 'email' });
    await worked();
    await until(() => mailed() > before, `a code to ${address}`);
    const [newest] = newestFirst(keyturn().messages(address).filter(holdsCode));
    if (newest === undefined) throw new Error('no code');
    await client.answer({ code: codeIn(newest) });
    return client;
  }

  /** A recovery that waits for the manager. */
  async function asked(person: Pick<Report, 'login' | 'address'>, from = HOME): Promise<Asked> {
    const client = await proven(person, from);
    await client.answer({ option: 'manager' });
    return waiting(client);
  }

  async function waiting(client: JourneyClient): Promise<Asked> {
    const { digits } = client.at('waiting');
    const { body } = await client.call('GET', '/journeys/current');
    const row = await keyturn().deps.store.journeys.find(String(body.journey));
    const { step } = JSON.parse(row?.state ?? '{}') as { step: { request: string } };
    return { client, digits: String(digits), request: step.request };
  }

  const events = async (type: string, id: string) =>
    (await keyturn().deps.store.audit.read(0, 1_000_000))
      .filter((event) => event.type === type && event.data.includes(id))
      .map(({ data }) => JSON.parse(data) as Record<string, unknown>);

  return { manager, reportOf, proven, asked, waiting, events, change };
}

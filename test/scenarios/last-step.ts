import { randomUUID } from 'node:crypto';
import type { Step } from '../../shared/api/journeys.ts';
import { beginFirstReset } from '../../src/core/set-up/first-reset/first-reset.ts';
import { setUpRow } from '../store/fixture.ts';
import { atBegun, type JourneyClient, request } from './journey-client.ts';
import { type Keyturn, TEST_URL, until } from './start-keyturn.ts';

const PATH = '/set-up/first-reset';
const MINUTE = 60_000;

/** The last step of a set-up, at the node that has begun, for who holds its cookie. @param left of its hour; milliseconds */
export async function atLastStep(keyturn: Keyturn, left = 60 * MINUTE) {
  const { store, keys, clock } = keyturn.deps;
  const [token, now, before] = [randomUUID().replaceAll('-', '').padEnd(43, 'x'), clock.now(), await store.setUps.current()];
  if (before !== null) await store.setUps.change(before, { endedAt: now });
  const row = setUpRow({ openedAt: now, sessionDigest: keys.digest('set-up-session', token) });
  await store.setUps.begin(row);
  await store.transaction((inside) => beginFirstReset(inside, now + left - 60 * MINUTE, row.id, TEST_URL));
  const call = (method: string, path: string, body?: unknown, { url }: { url: string } = keyturn) =>
    request(url, method, `${PATH}${path}`, body, { cookie: `keyturn-set-up=${token}` });
  return {
    call,
    name: (account: string) => call('POST', '', { account }),
    async link(at: { url: string } = keyturn) {
      const reply = await call('POST', '/link', {}, at);
      const { address = '' } = reply.body as { address?: string };
      return { status: reply.status, secret: address.split('#')[1] ?? '' };
    },
  };
}
export type LastStep = Awaited<ReturnType<typeof atLastStep>>;

export const opening = ({ url }: { url: string }, link: string) => request(url, 'POST', '/first-reset', { link });
/** At the page of the new password. */
export async function open(node: { url: string }, link: string): Promise<JourneyClient> {
  const page = atBegun(node.url, await opening(node, link));
  await settle(page);
  page.at('new-password');
  return page;
}
export async function settle(page: JourneyClient): Promise<void> {
  await until(async () => {
    page.step = (await page.call('GET', '/journeys/current')).body.step as Step;
    return page.step.kind !== 'waiting';
  }, 'an answer');
}
export async function set(page: JourneyClient, password: string): Promise<string> {
  await page.answer({ password });
  await settle(page);
  return page.step.kind;
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Step } from '../../shared/api/journeys.ts';
import type { Actor } from '../../src/core/audit/events.ts';
import { newPassword } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Reply, request } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

let keyturn: Keyturn;
let people = 0;

beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: { ...GENEROUS_LIMITS, messagesPerAccount: { count: 1, countWithWork: 1 }, messagesPerAccountOverall: { count: 40 } },
    },
    trustedProxies: ['127.0.0.1'],
  });
});
afterAll(async () => {
  await keyturn.close();
});

async function newPerson(): Promise<Enrolled & { login: string }> {
  people += 1;
  await addPerson(keyturn, `person${people}`);
  return { login: `person${people}`, ...(await keyturn.enrol(`person${people}`)) };
}

/** A journey whose every request may come from another address. */
function walker(login: string) {
  let token = '';
  let step: Step | undefined;
  const keep = (reply: Reply) => {
    step = reply.body.step ?? step;
    return reply;
  };
  return {
    at: () => step,
    async start(from: string) {
      const body = { goal: 'reset-password', account: login, locale: 'en', client: { kind: 'cli' } };
      const reply = keep(await request(keyturn.url, 'POST', '/journeys', body, { 'x-forwarded-for': from }));
      token = reply.body.token ?? '';
      return reply;
    },
    async answer(from: string, body: unknown) {
      const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': from };
      return keep(await request(keyturn.url, 'POST', `/journeys/current/steps/${step?.id}`, body, headers));
    },
    call: (from: string, method: string) =>
      request(keyturn.url, method, '/journeys/current', undefined, { authorization: `Bearer ${token}`, 'x-forwarded-for': from }),
  };
}

async function eventsOf(since: number): Promise<{ type: string; actor: Actor }[]> {
  const rows = await keyturn.deps.store.audit.read(since, 10_000);
  return rows.map(({ type, data }) => ({ type, ...(JSON.parse(data) as { actor: Actor }) }));
}

describe('every event of a journey', () => {
  it('names the address of the one who acted, and where the journey was started', async () => {
    const person = await newPerson();
    const { seq } = await keyturn.deps.store.audit.head();
    const walk = walker(person.login);
    await walk.start('198.51.100.1');
    await walk.answer('203.0.113.2', { option: 'email' });
    const code = codeIn(await keyturn.waitForMessage(person.address));
    await walk.answer('203.0.113.3', { code: code === '00000000' ? '11111111' : '00000000' });
    await walk.answer('203.0.113.4', { code });
    await walk.answer('203.0.113.5', { code: person.totp() });
    await walk.answer('203.0.113.6', { password: newPassword() });
    expect(walk.at()?.kind).toBe('done');
    const at = (address: string) => ({ kind: 'self', address, startedFrom: '198.51.100.1', client: 'cli' });
    expect((await eventsOf(seq)).map(({ type, actor }) => ({ type, actor }))).toEqual([
      { type: 'journey.started', actor: { kind: 'self', address: '198.51.100.1', client: 'cli' } },
      { type: 'journey.code-sent', actor: at('203.0.113.2') },
      { type: 'journey.proof-refused', actor: at('203.0.113.3') },
      { type: 'journey.proof-accepted', actor: at('203.0.113.4') },
      { type: 'journey.proof-accepted', actor: at('203.0.113.5') },
      { type: 'journey.proof-complete', actor: at('203.0.113.5') },
      { type: 'write.intended', actor: at('203.0.113.6') },
      { type: 'write.succeeded', actor: at('203.0.113.6') },
    ]);
  });

  it('does so for the ends of it too', async () => {
    const person = await newPerson();
    const walk = walker(person.login);
    await walk.start('198.51.100.1');
    await walk.answer('198.51.100.1', { option: 'email' });
    const { seq } = await keyturn.deps.store.audit.head();
    for (let attempt = 0; attempt < 5; attempt += 1) await walk.answer('203.0.113.9', { code: '00000000' });
    expect((await eventsOf(seq)).find(({ type }) => type === 'journey.refused')?.actor.address).toBe('203.0.113.9');
    const other = walker(person.login);
    await other.start('198.51.100.1');
    await other.call('203.0.113.10', 'DELETE');
    expect((await eventsOf(seq)).find(({ type }) => type === 'journey.cancelled')?.actor).toMatchObject({
      address: '203.0.113.10',
      startedFrom: '198.51.100.1',
    });
  });
});

it('a message counts against the network that asks for it, not the one that started the journey', async () => {
  const person = await newPerson();
  const ask = async (startedFrom: string, from: string) => {
    const walk = walker(person.login);
    await walk.start(startedFrom);
    expect((await walk.answer(from, { option: 'email' })).body.step?.kind).toBe('code');
  };
  const sent = async () =>
    (await eventsOf(0)).filter((event) => event.type === 'journey.code-sent' && JSON.stringify(event).includes(person.account.id)).length;
  await ask('198.51.100.1', '203.0.113.2');
  expect(await sent()).toBe(1);
  // From elsewhere, and asked for where one was sent to already.
  await ask('192.0.2.7', '203.0.113.2');
  expect(await sent()).toBe(1);
  await ask('198.51.100.1', '198.51.100.1');
  expect(await sent()).toBe(2);
  // The page said "sent" three times; whoever reads the log learns that it was not so once.
  const withheld = (await eventsOf(0)).filter(({ type }) => type === 'journey.code-withheld');
  expect(withheld).toMatchObject([{ reason: 'too-many-messages', accounts: [person.account] }]);
});

/** Every instant in an answer, wherever it stands. */
function instantsIn(value: unknown): number[] {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return [Date.parse(value)];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(instantsIn) : [];
}

/**
 * Work that differs by who exists is made to take very long by the clock: whatever instant leaves must be where it would be had
 * it taken no time. Work of each port by itself, so that none hides another one's.
 */
describe('no instant in an answer tells how long the work for it took', () => {
  const SLOWNESS = 7000;

  function slowed<T extends object>(port: T): () => void {
    const before = new Map<string, unknown>();
    for (const [name, method] of Object.entries(port)) {
      if (typeof method !== 'function' || name === 'close') continue;
      before.set(name, method);
      Object.assign(port, {
        [name]: (...given: unknown[]) => {
          keyturn.clock.move(SLOWNESS);
          return (method as (...all: unknown[]) => unknown).apply(port, given);
        },
      });
    }
    return () => void Object.assign(port, Object.fromEntries(before));
  }

  /** Nothing waits in the outbox: its work moves the clock as well, whoever acts meanwhile. */
  const idle = () =>
    until(async () => {
      const lanes = await keyturn.deps.store.outbox.backlog(keyturn.clock.now());
      return lanes.every(({ waiting }) => waiting === 0);
    }, 'the outbox');

  const ports = (): Record<string, object> => {
    const { store, directories } = keyturn.deps;
    const [directory] = directories.all();
    return {
      directory: directory ?? {},
      factors: store.factors,
      counters: store.counters,
      challenges: store.challenges,
      freezes: store.freezes,
    };
  };

  it.each(['directory', 'factors', 'counters', 'challenges', 'freezes'])('%s', async (slow) => {
    const person = await newPerson();
    const names = { enrolled: person.login, unknown: 'nobody-has-this' };
    for (const login of Object.values(names)) {
      const restore = slowed(ports()[slow] ?? {});
      try {
        const walk = walker(login);
        const act = async (work: () => Promise<Reply>, spans: number[]) => {
          const arrivedAfter = keyturn.clock.now();
          const { body } = await work();
          const allowed = spans.map((span) => arrivedAfter + span);
          for (const instant of instantsIn(body)) {
            // Between what the arrival gives and the two seconds that rounding and this machine may add.
            expect(allowed.some((from) => instant >= from - 1000 && instant <= from + 2000)).toBe(true);
          }
        };
        const lookedUp = async () => (await eventsOf(0)).filter(({ type }) => /^journey\.(started|leads-nowhere)$/.test(type)).length;
        const before = await lookedUp();
        await idle();
        await act(() => walk.start('198.51.100.1'), [20 * 60_000]);
        // Beside the answer the look-up moves the clock as well: the next request comes after it, or both could be meant.
        await until(async () => (await lookedUp()) > before, 'the look-up');
        await idle();
        await act(() => walk.answer('198.51.100.1', { option: 'email' }), [0, 60_000, 10 * 60_000]);
      } finally {
        restore();
      }
    }
  });
});

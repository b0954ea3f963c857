import { beforeAll, expect, it } from 'vitest';
import type { TokenPermission } from '../../shared/permissions.ts';
import { makeEmergencyLink } from '../../src/core/access/emergency.ts';
import { recordEvent } from '../../src/core/audit/record-event.ts';
import { exportHistory } from '../../src/core/history/export-history.ts';
import { openHistory } from '../../src/core/history/read-history.ts';
import { endTokensOfLostMakers } from '../../src/core/tokens/end-tokens.ts';
import { findToken } from '../../src/core/tokens/find-token.ts';
import { makeToken } from '../../src/core/tokens/make-token.ts';
import { listTokens, revokeToken } from '../../src/core/tokens/revoke-token.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, until } from './start-keyturn.ts';

const by = { actor: { kind: 'operator' as const }, author: 'root' };
const DAY = 86_400_000;

describeEachEngine('tokens of programs on %s', (engine) => {
  let one: Keyturn;
  let two: Keyturn;
  let clerk: SessionClient;
  let clerkProof: Enrolled;
  beforeAll(async () => {
    const options = {
      directories: [embeddedSection('people'), embeddedSection('cloud')],
      configuration: {
        guard: { ...GENEROUS_LIMITS, strayRequestsPerAddress: { count: 12, windowSeconds: 60 } },
        signIn: { enabled: true },
        roles: [
          { name: 'chiefs', may: ['manage-roles' as const], heldBy: { directories: ['people'], groups: ['Chiefs'] } },

          {
            name: 'agents',
            may: ['reset-password' as const],
            heldBy: { directories: ['people'], accounts: ['frida'] },
            over: { directories: ['people'] },
          },
        ],
      },
      trustedProxies: ['127.0.0.1'],
    };
    one = await engine.start(options);
    two = await engine.startAnother();
    for (const [name, directory] of [
      ['alice', 'people'],
      ['frida', 'people'],
      ['bob', 'cloud'],
    ] as const)
      await addPerson(one, name, { directory, groups: name === 'alice' ? ['Sales'] : [] });
    await addPerson(one, 'clerk');
    clerkProof = await one.enrol('clerk');
    clerk = await signIn(one, 'clerk', clerkProof);
  });

  let made = 0;
  const token = async (may: TokenPermission[], more: { over?: object; days?: number } = {}) => {
    made += 1;
    return makeToken(one.deps, { name: `${engine.name} ${made}`, may, days: 30, ...more }, by);
  };
  const call = (node: Keyturn, text: string, path: string) => inSession(node.url, text, 'GET', path);
  const logins = async (text: string, directory: string) => {
    const { status, body } = await call(two, text, `/helpdesk/people?directory=${directory}`);
    return status === 200 ? (body.people as { login: string }[]).map(({ login }) => login).toSorted() : body.code;
  };

  it('see those who are in their scope, and nobody else', async () => {
    const people = await token(['see-people'], { over: { directories: ['people'] } });
    expect(await logins(people.text, 'people')).toEqual(['alice', 'clerk', 'frida']);
    expect(await logins(people.text, 'cloud')).toBe('access.refused');
    const sales = await token(['see-people'], { over: { directories: ['people'], groups: ['Sales'] } });
    expect(await logins(sales.text, 'people')).toEqual(['alice']);
    const nowhere = await token(['see-people'], { over: { groups: ['Nobody has this'] } });
    expect(await logins(nowhere.text, 'people')).toEqual([]);
    const everybody = await token(['see-people'], { over: {} });
    expect(await logins(everybody.text, 'cloud')).toEqual(['bob']);
    const [frida] = await one.deps.directories.get('people').findAccounts('frida');
    expect((await call(one, sales.text, `/helpdesk/people/people/${frida?.id}`)).body).toMatchObject({ code: 'access.refused' });
    const seen = await call(one, people.text, `/helpdesk/people/people/${frida?.id}`);
    expect(seen).toMatchObject({ status: 200, body: { may: [], inCase: [], mayNot: [], account: { login: 'frida' } } });
  });

  it('hold no role of the configuration, whatever they are called', async () => {
    const { text } = await makeToken(one.deps, { name: 'frida', may: ['see-people'], days: 1, over: {} }, by);
    expect((await inSession(one.url, text, 'POST', '/help/find', { account: 'alice' })).body).toMatchObject({ code: 'token.needs-person' });
    expect((await inSession(one.url, text, 'GET', '/session')).body).toMatchObject({ code: 'token.needs-person' });
  });

  it('are the author of what is taken away with them', async () => {
    const { text, token: used } = await token(['see-people', 'view-history'], { over: {} });
    const list = await fetch(`${one.url}/api/v1/helpdesk/people.csv?directory=cloud`, { headers: { authorization: `Bearer ${text}` } });
    expect([list.status, (await list.text()).includes('bob')]).toEqual([200, true]);
    type Told = { type: string; sentence: string; facts: { actor: object; session?: string } };
    let taken: Told | undefined;
    await until(async () => {
      const told = (await call(one, text, '/history?group=helpdesk')).body.events as Told[];
      taken = told.find(({ type }) => type === 'people.exported');
      return taken !== undefined;
    }, 'the event');
    expect(taken?.facts.actor).toMatchObject({ kind: 'token', token: used.id, login: `token ${used.name}` });
    expect(taken?.facts.session).toBeUndefined();
    expect(taken?.sentence).toContain(`token ${used.name}`);
  });

  it('are worth nothing on any node once they are revoked', async () => {
    const { text, token: used } = await token(['view-history']);
    expect((await call(two, text, '/history')).status).toBe(200);
    await revokeToken(one.deps, used.id, by);
    for (const node of [one, two]) expect(await call(node, text, '/history')).toMatchObject({ status: 401, body: { code: 'token.ended' } });
    await expect(revokeToken(two.deps, used.id, by)).rejects.toMatchObject({ code: 'token.unknown' });
  });

  it('give no more of a list once they are revoked', async () => {
    const { text, token: used } = await token(['view-history']);
    const acting = { ...two.deps, act: { at: one.clock.now(), address: '192.0.2.1' } };
    const caller = await findToken(acting, text);
    const history = await openHistory(acting, {}, 'en');
    const pages = exportHistory(acting, history, {}, { actor: { kind: 'token' }, caller });
    await revokeToken(one.deps, used.id, by);
    await expect(pages.next()).rejects.toMatchObject({ code: 'token.ended' });
  });

  it('have a name for one of them at a time, also where two are made at once', async () => {
    const wanted = { name: `${engine.name} same`, may: ['view-history' as const], days: 1 };
    const results = await Promise.allSettled([one, two, one, two].map((node) => makeToken(node.deps, wanted, by)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'token.name-taken' });
    // Nothing is told of one that was not made.
    const rows = await one.deps.store.audit.read(0, 10_000);
    expect(rows.filter(({ type, data }) => type === 'token.made' && data.includes(wanted.name))).toHaveLength(1);
  });

  it('say when they were used last, to the minute', async () => {
    const { text, token: used } = await token(['view-history']);
    const last = async () => (await listTokens(two.deps)).find(({ id }) => id === used.id)?.lastUsedAt ?? null;
    expect(await last()).toBeNull();
    await call(one, text, '/token');
    const first = await last();
    expect(first).not.toBeNull();
    one.clock.move(30_000);
    await call(one, text, '/token');
    expect(await last()).toBe(first);
    one.clock.move(31_000);
    await call(two, text, '/token');
    expect(await last()).toBeGreaterThan((first ?? 0) + 60_000);
  });

  it('are limited where they are wrong, and those that are right go on from there', async () => {
    const { text } = await token(['view-history']);
    const from = { 'x-forwarded-for': '198.51.100.7' };
    const ask = (given: string) => request(one.url, 'GET', '/history', undefined, { ...from, authorization: `Bearer ${given}` });
    const wrong: number[] = [];
    for (let nth = 0; nth < 16; nth += 1) wrong.push((await ask(`ktn_${'x'.repeat(43)}00000000`)).status);
    expect(wrong.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => 401));
    expect(wrong.slice(12)).toEqual(Array.from({ length: 4 }, () => 429));
    expect((await ask(text)).status).toBe(200);
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -1)],
    ['with another checksum', (text: string) => `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`],
    ['with another letter', (text: string) => text.replace(/^ktn_./, (begin) => (begin === 'ktn_A' ? 'ktn_B' : 'ktn_A'))],
    ['twice', (text: string) => text + text],
    ['in capitals', (text: string) => text.replace('ktn_', 'ktn_K')],
    ['long', (text: string) => text.padEnd(6000, 'a')],
    ['a path', () => 'ktn_../../../etc/passwd'],
    ['a quote', () => `ktn_'or'1'='1`],
    ['bytes', () => 'ktn_\u00ff\u00fe'],
    ['only the prefix', () => 'ktn_'],
  ])('are refused where they come %s, also beside a good cookie', async (_what, change) => {
    const { text } = await token(['view-history']);
    const cookie = `keyturn-session=${clerk.token}`;
    const ask = (authorization: string) =>
      request(one.url, 'GET', '/session', undefined, { authorization, cookie, 'x-forwarded-for': `198.51.100.${100 + (made % 100)}` });
    expect(await ask(`Bearer ${change(text)}`)).toMatchObject({ status: 401, body: { code: 'token.invalid' } });
    expect(await ask('Basic YTpi')).toMatchObject({ status: 200 });
  });

  it('that hold a NUL are no request', async () => {
    const { connect } = await import('node:net');
    const { port } = new URL(one.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1');
      let text = '';
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.on('close', () => resolve(text));
      socket.end('GET /api/v1/history HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ktn_a\0b\r\nConnection: close\r\n\r\n');
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('are nowhere but in the hands of who was told', async () => {
    const { text, token: used } = await token(['view-history']);
    await call(one, text, '/history');
    await call(one, `${text}x`, '/history');
    const told = JSON.stringify([await one.deps.store.audit.read(0, 10_000), one.logLines, await listTokens(one.deps)]);
    expect(told).toContain(used.name);
    for (const part of [text, text.slice(4, 47)]) expect(told).not.toContain(part);
  });

  it('end by themselves', async () => {
    const { text } = await token(['view-history'], { days: 1 });
    one.clock.move(DAY - 5000);
    expect((await call(one, text, '/token')).status).toBe(200);
    one.clock.move(5001);
    for (const node of [one, two]) expect(await call(node, text, '/token')).toMatchObject({ status: 401, body: { code: 'token.ended' } });
  });

  it('are made by nobody without a passkey given lately, by no role that gives none, and not in an emergency', async () => {
    const wanted = { name: `${engine.name} by hand`, may: ['view-history'], days: 1 };
    await addPerson(one, 'chief', { groups: ['Chiefs'] });
    const proof = await one.enrol('chief');
    const chief = await signIn(one, 'chief', proof);
    expect(await chief.call('POST', '/admin/tokens', wanted)).toMatchObject({
      ...{ status: 403, body: { code: 'session.step-up-needed', anyOf: [['passkey']] } },
    });
    expect((await (await signIn(one, 'clerk', clerkProof)).call('POST', '/admin/tokens', wanted)).body).toMatchObject({
      code: 'access.management-refused',
    });
    const { address } = await makeEmergencyLink(one.deps, { author: 'root', reason: 'test', lifetime: 60_000 });
    const entered = await request(one.url, 'POST', '/emergency', { secret: address.split('#')[1] });
    const { token: emergency } = entered.body as unknown as { token: string };
    expect((await inSession(one.url, emergency, 'POST', '/admin/tokens', wanted)).body).toMatchObject({ code: 'session.of-an-emergency' });
    expect((await listTokens(two.deps)).map(({ name }) => name)).not.toContain(wanted.name);

    // What is wrong may be ended by who is there: with the proofs of the session, given lately.
    const { token: found } = await token(['view-history']);
    const path = `/admin/tokens/${found.id}`;
    one.clock.move(6 * 60_000);
    expect((await chief.call('DELETE', path)).body).toMatchObject({ code: 'session.step-up-needed' });
    const again = await signIn(one, 'chief', proof);
    expect((await again.call('DELETE', path)).status).toBe(204);
    expect(await again.call('DELETE', path)).toMatchObject({ status: 404, body: { code: 'token.unknown' } });
    expect((await again.call('GET', '/admin/tokens')).body.tokens).not.toContainEqual(expect.objectContaining({ id: found.id }));
  });

  it('give no more of a list once they are past their end, however slowly it is read', async () => {
    const { text } = await token(['view-history'], { days: 1 });
    const acting = { ...one.deps, act: { at: one.clock.now(), address: '192.0.2.1' } };
    const caller = await findToken(acting, text);
    // More than is read at once.
    await one.deps.store.transaction(async (store) => {
      for (let nth = 0; nth < 600; nth += 1)
        await recordEvent(store, one.clock, {
          type: 'token.refused',
          id: 'none',
          name: 'none',
          actor: { kind: 'token' },
          problem: 'token.not-allowed',
        });
    });
    const pages = exportHistory(acting, await openHistory(acting, {}, 'en'), {}, { actor: { kind: 'token' }, caller });
    expect((await pages.next()).done).toBe(false);
    one.clock.move(86_400_000 + 1000);
    await expect(pages.next()).rejects.toMatchObject({ code: 'token.ended' });
  });

  it('end with who made them, and those of the console do not', async () => {
    const takenAway: Readonly<Record<string, (row: Row) => Promise<unknown>>> = {
      'out of the group': (row) => one.deps.store.embedded.update({ ...row, groups: [] }),
      disabled: (row) => one.deps.store.embedded.update({ ...row, disabled: true }),
      frozen: (row) => one.deps.store.freezes.freeze({ directory: 'people', id: row.id }, 'not-me', one.clock.now()),
    };
    type Row = NonNullable<Awaited<ReturnType<typeof one.deps.store.embedded.find>>>;
    const { text: ofConsole } = await token(['view-history']);
    const endings = async () => (await one.deps.store.audit.read(0, 100_000)).filter(({ type }) => type === 'token.maker-lost');
    for (const [name, happens] of Object.entries(takenAway)) {
      const login = `leaver-${name.replaceAll(' ', '-')}`;
      await addPerson(one, login, { groups: ['Chiefs'] });
      const [account] = await one.deps.directories.get('people').findAccounts(login);
      const maker = { directory: 'people', id: account?.id ?? '' };
      const wanted = { name: `${engine.name} of ${login}`, may: ['view-history' as const], days: 30 };
      const { text } = await makeToken(one.deps, wanted, { actor: { kind: 'delegate' }, author: login, maker });
      expect(await endTokensOfLostMakers(one.deps)).toBe(0);
      expect([name, (await call(two, text, '/token')).status]).toEqual([name, 200]);
      const before = (await endings()).length;
      await happens((await one.deps.store.embedded.find('people', maker.id)) as Row);
      const counts = await Promise.all([one, two, one, two].map((node) => endTokensOfLostMakers(node.deps)));
      expect([name, counts.reduce((sum, count) => sum + count)]).toEqual([name, 1]);
      for (const node of [one, two]) expect([name, (await call(node, text, '/token')).body.code]).toEqual([name, 'token.ended']);
      expect([name, (await endings()).length]).toEqual([name, before + 1]);
    }
    const gone = { directory: 'people', id: 'nobody' };
    const { text } = await makeToken(
      one.deps,
      { name: `${engine.name} of nobody`, may: ['view-history'], days: 1 },
      { ...by, maker: gone },
    );
    expect(await endTokensOfLostMakers(two.deps)).toBe(1);
    expect((await call(one, text, '/token')).body.code).toBe('token.ended');
    expect((await call(one, ofConsole, '/token')).status).toBe(200);
  });

  it.each([
    ['no name', { name: ' ' }],
    ['a name that ends with a space', { name: 'x ' }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a name that turns the text round', { name: 'a\u202eb' }],
    ['no scope', { may: [] }],
    ['a scope that asks for a person', { may: ['reset-password'] as never }],
    ['no days', { days: 0 }],
    ['half a day', { days: 0.5 }],
    ['more than a year', { days: 366 }],
    ['nobody said whom it sees', { may: ['see-people' as const] }],
    ['a scope of people, and sees none', { over: {} }],
    ['a directory that is not there', { may: ['see-people' as const], over: { directories: ['elsewhere'] } }],
  ])('are not made with %s', async (_what, wrong) => {
    const wanted = { name: 'x', may: ['view-history' as const], days: 1, ...wrong };
    await expect(makeToken(one.deps, wanted, by)).rejects.toMatchObject({ code: 'token.refused' });
  });
});

import { beforeAll, expect, it } from 'vitest';
import type { History } from '../../shared/api/history.ts';
import { recordEvent } from '../../src/core/audit/record-event.ts';
import { exportHistory } from '../../src/core/history/export-history.ts';
import { openHistory } from '../../src/core/history/read-history.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { findSession } from '../../src/core/sessions/find-session.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startIdly, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const roles = [
  { name: 'auditors', may: ['view-history' as const], heldBy: { directories: ['people'], groups: ['Auditors'] } },
  { name: 'admins', may: ['manage-configuration' as const], heldBy: { directories: ['people'], groups: ['Admins'] } },
];

describeEachEngine('the history on %s', (engine) => {
  let keyturn: Keyturn;
  let auditor: SessionClient;
  let auditorLogin: string;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection('people'), embeddedSection('cloud')],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles },
    });
    auditorLogin = newLogin('auditor');
    await addPerson(keyturn, auditorLogin, { groups: ['Auditors'] });
    auditor = await signIn(keyturn, auditorLogin, await keyturn.enrol(auditorLogin));
  });

  async function person(directory = 'people'): Promise<{ login: string; ref: AccountRef }> {
    const login = newLogin();
    await addPerson(keyturn, login, { directory });
    const [account] = await keyturn.deps.directories.get(directory).findAccounts(login);
    if (account === undefined) throw new Error('no account');
    return { login, ref: { directory, id: account.id } };
  }
  const history = async (of: Record<string, string>, language = 'en') => {
    const url = `${keyturn.url}/api/v1/history?${new URLSearchParams(of)}`;
    const reply = await fetch(url, { headers: { authorization: `Bearer ${auditor.token}`, 'accept-language': language } });
    expect(reply.status).toBe(200);
    return (await reply.json()) as History;
  };
  const note = (account: AccountRef, more: { author?: string; reason?: string } = {}) =>
    keyturn.deps.store.transaction((store) =>
      recordEvent(store, keyturn.deps.clock, {
        type: 'factor.ended',
        account,
        actor: { kind: 'operator' },
        ...{ author: more.author ?? 'root', factor: 'totp', id: 'x', reason: more.reason ?? 'phone lost' },
      }),
    );

  it('tells in words what happened to one person, and nothing of others', async () => {
    const [one, other] = [await person(), await person()];
    await keyturn.enrol(one.login);
    const client = await startJourney(keyturn.url, one.login);
    await client.answer({ option: 'email' });
    await note(other.ref);
    await until(async () => (await history({ person: one.login })).events.some(({ type }) => type === 'journey.code-sent'), 'the look-up');
    const told = await history({ person: ` ${one.login.toUpperCase()} ` });
    expect(told.about).toEqual([{ ...one.ref, login: one.login }]);
    expect(told.cursor).toBeNull();
    expect(told.events.map(({ sentence }) => sentence)).toContain(`Somebody began for ${one.login}: a new password`);
    for (const { accounts } of told.events) expect(accounts).toContainEqual({ ...one.ref, login: one.login });
    const german = await history({ directory: 'people', account: other.ref.id }, 'de');
    expect(german.events.map(({ sentence, group }) => [sentence, group])).toEqual([
      [`root hat einen Nachweis von ${other.login} beendet: Authenticator-App („phone lost“)`, 'enrolment'],
    ]);
  });

  it('has what was begun with a name that nobody has, and tells of an account that is gone by what never changes', async () => {
    const nobody = newLogin('nobody');
    await startIdly(keyturn.url, { account: nobody });
    await until(async () => (await history({ person: nobody })).events.length > 0, 'the look-up');
    expect(await history({ person: nobody })).toMatchObject({ about: [], events: [{ type: 'journey.leads-nowhere' }] });
    const gone = { directory: 'people', id: 'guid-of-somebody-gone' };
    await note(gone);
    expect(await history({ directory: 'people', account: gone.id })).toMatchObject({
      about: [{ ...gone, login: null }],
      events: [{ sentence: `root ended a proof of ${gone.id}: authenticator app (“phone lost”)`, accounts: [{ ...gone, login: null }] }],
    });
  });

  it('is narrowed down by group, author, directory and time, all at once, page by page', async () => {
    const [one, cloud] = [await person(), await person('cloud')];
    const author = newLogin('operator');
    for (let nth = 0; nth < 60; nth += 1) await note(nth % 4 === 0 ? cloud.ref : one.ref, { author, reason: `call ${nth}` });
    const listed: string[] = [];
    for (let cursor: number | null = 0; cursor !== null; ) {
      const page: History = await history({ by: author.toUpperCase(), ...(cursor === 0 ? {} : { cursor: String(cursor) }) });
      listed.push(...page.events.map(({ facts }) => String(facts.reason)));
      cursor = page.cursor;
    }
    expect(listed).toEqual(Array.from({ length: 60 }, (_, nth) => `call ${59 - nth}`));
    expect((await history({ by: author, directory: 'cloud' })).events).toHaveLength(15);
    expect((await history({ by: author, directory: 'cloud', person: one.login })).events).toEqual([]);
    expect((await history({ by: author, group: 'enrolment', person: cloud.login })).events).toHaveLength(15);
    expect((await history({ by: author, group: 'helpdesk' })).events).toEqual([]);
    const now = keyturn.clock.now();
    const [past, future] = [new Date(now - 86_400_000).toISOString(), new Date(now + 86_400_000).toISOString()];
    expect((await history({ by: author, to: past })).events).toEqual([]);
    expect((await history({ by: author, from: future })).events).toEqual([]);
    expect((await history({ by: author, from: past, to: future })).events).toHaveLength(50);
    for (const wrong of ['group=all', 'from=yesterday', 'cursor=0', 'cursor=x', 'person='])
      expect([wrong, (await auditor.call('GET', `/history?${wrong}`)).status]).toEqual([wrong, 400]);
  });

  it('is taken away as a list that no spreadsheet calculates with, and that is written down', async () => {
    const one = await person();
    for (let nth = 0; nth < 3; nth += 1) await note(one.ref, { author: '=HYPERLINK("http://evil.test")' });
    const reply = await fetch(`${keyturn.url}/api/v1/history.csv?person=${one.login}`, {
      headers: { authorization: `Bearer ${auditor.token}` },
    });
    expect([reply.status, reply.headers.get('content-type'), reply.headers.get('content-disposition')]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'attachment; filename="history.csv"',
    ]);
    const lines = (await reply.text()).trim().split('\n');
    expect(lines[0]).toBe('seq,at,type,sentence,accounts,facts');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^\d+,\d{4}-[^,]+Z,factor\.ended,"'=HYPERLINK/);
    const [told] = (await history({ person: one.login })).events;
    expect(told).toMatchObject({
      type: 'history.exported',
      sentence: `${auditorLogin} took events of this history away: 3`,
      facts: { count: 3, whole: true, filter: { accounts: [one.ref], everybody: false } },
    });
  });

  it('goes no further once who takes it away is signed out', async () => {
    const login = newLogin('auditor');
    await addPerson(keyturn, login, { groups: ['Auditors'] });
    const leaver = await signIn(keyturn, login, await keyturn.enrol(login));
    const one = await person();
    // More than an export reads at once.
    for (let nth = 0; nth < 510; nth += 1) await note(one.ref);
    const deps = { ...keyturn.deps, act: { at: keyturn.clock.now(), address: '127.0.0.1' } };
    const session = await findSession(deps, [leaver.token]);
    const wanted = { directory: 'people', account: one.ref.id };
    const pages = exportHistory(deps, await openHistory(deps, wanted, 'en'), wanted, {
      actor: { kind: 'delegate', login },
      caller: session,
    });
    expect((await pages.next()).value).toHaveLength(500);
    expect((await leaver.call('DELETE', '/session')).status).toBe(204);
    await expect(pages.next()).rejects.toMatchObject({ code: 'session.ended' });
    expect((await history({ by: login })).events[0]).toMatchObject({ type: 'history.exported', facts: { count: 500, whole: false } });
  });

  it('is for nobody without the permission', async () => {
    for (const groups of [[], ['Admins']]) {
      const login = newLogin();
      await addPerson(keyturn, login, { groups });
      const held = await signIn(keyturn, login, await keyturn.enrol(login));
      for (const path of ['/history', '/history.csv'])
        expect([path, (await held.call('GET', path)).body.code]).toEqual([path, 'access.management-refused']);
    }
    expect((await inSession(keyturn.url, 'x'.repeat(43), 'GET', '/history')).status).toBe(401);
  });
});

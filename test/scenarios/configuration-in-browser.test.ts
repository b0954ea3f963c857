import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  AppliedConfiguration,
  CheckedConfiguration,
  ConfigurationVersions,
  ShownConfiguration,
} from '../../shared/api/configuration.ts';
import { makeEmergencyLink } from '../../src/core/access/emergency.ts';
import { changeConfiguration } from '../../src/core/administration/change-configuration.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { findSession } from '../../src/core/sessions/find-session.ts';
import { raiseThreat } from '../../src/core/threat/threat.ts';
import { threatAuthor } from '../../src/core/threat/threat-author.ts';
import { newLogin } from '../conformance/samples.ts';
import { createSoftPasskey, type SoftPasskey } from '../servers/soft-passkey.ts';
import { sessionRow } from '../store/fixture.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { exchange, inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';
const MINUTE = 60_000;
const [CHIEF, EDITOR, READER] = [newLogin('chief'), newLogin('editor'), newLogin('reader')];

const configuration = {
  guard: GENEROUS_LIMITS,
  organisation: { name: 'Test', publicUrl: ORIGIN },
  signIn: {
    enabled: true,
    rules: [{ name: 'everybody', accepted: [['passkey' as const], ['password' as const, 'totp' as const]] }],
  },
  roles: [
    {
      name: 'chiefs',
      may: ['manage-configuration' as const, 'manage-roles' as const],
      heldBy: { directories: ['people'], accounts: [CHIEF] },
    },
    { name: 'editors', may: ['manage-configuration' as const], heldBy: { directories: ['people'], accounts: [EDITOR] } },
    { name: 'readers', may: ['view-history' as const], heldBy: { directories: ['people'], accounts: [READER] } },
  ],
};

type Document = Record<string, unknown> & { organisation: Record<string, unknown> };

describeEachEngine('the configuration in the browser, on %s', (engine) => {
  let keyturn: Keyturn;
  let second: Keyturn;
  const passkeys = new Map<string, SoftPasskey>();
  beforeAll(async () => {
    const key = new Uint8Array(randomBytes(32));
    const options = { directories: [embeddedSection()], key, configuration };
    keyturn = await engine.start(options);
    second = await engine.startAnother();
    for (const login of [CHIEF, EDITOR, READER]) {
      await addPerson(keyturn, login);
      const held = await signIn(keyturn, login, await keyturn.enrol(login));
      const passkey = createSoftPasskey(ORIGIN);
      const { body } = await held.call('POST', '/me/factors/passkey-options', {});
      const credential = passkey.make(body.publicKey as never);
      const added = await held.call('POST', '/me/factors/passkeys', { ceremony: body.ceremony, credential, name: 'x' });
      expect(added.status).toBe(201);
      passkeys.set(login, passkey);
    }
    keyturn.clock.move(25 * 60 * MINUTE);
  });

  async function byPasskey(login: string, node = keyturn): Promise<SessionClient> {
    const client = await startJourney(node.url, login, 'sign-in');
    await client.answer({ option: 'passkey' });
    await client.answer({ credential: passkeys.get(login)?.use(client.at('passkey').publicKey) });
    const { body } = await exchange(node.url, client);
    const { token = '', session } = body;
    if (session === undefined) throw new Error(`not signed in: ${JSON.stringify(body)}`);
    return { token, session, call: (method, path, sent) => inSession(node.url, token, method, path, sent) };
  }
  async function byPassword(login: string): Promise<SessionClient> {
    const seed = await keyturn.enrol(login, `${newLogin('mail')}@example.test`);
    return signIn(keyturn, login, seed);
  }
  const shown = async (held: Pick<SessionClient, 'call'>) =>
    (await held.call('GET', '/admin/configuration')).body as unknown as ShownConfiguration & { document: Document };
  const check = async (held: Pick<SessionClient, 'call'>, document: unknown, base: number) =>
    (await held.call('POST', '/admin/configuration/check', { document, base })).body as unknown as CheckedConfiguration;
  const apply = async (held: Pick<SessionClient, 'call'>, document: unknown, base: number, comment = 'why') => {
    const { status, body } = await held.call('PUT', '/admin/configuration', { document, base, comment });
    return { status, body: body as unknown as AppliedConfiguration & { code?: string; anyOf?: unknown } };
  };
  const named = (document: Document, name: string): Document => ({ ...document, organisation: { ...document.organisation, name } });
  const inForce = () => keyturn.deps.store.configurations.current();

  it('warns before of what ends with a directory', async () => {
    const held = await byPasskey(CHIEF);
    const { version: base, document } = await shown(held);
    const guests = { kind: 'embedded', id: 'guests', label: 'Guests' };
    const both = { ...document, directories: [...(document.directories as object[]), guests] };
    const { version: added } = (await apply(held, both, base)).body;
    const warnings = async () => (await check(held, document, added)).problems.filter(({ path }) => path === 'directories');
    expect(await warnings()).toEqual([]);
    const { store, clock } = keyturn.deps;
    const endsAt = clock.now() + 60 * MINUTE;
    await store.sessions.insert(sessionRow({ directory: 'guests', endsAt }));
    const message = 'Without guests 1 session ends, and does not come back with it';
    expect(await warnings()).toEqual([{ severity: 'warning', path: 'directories', message, isNew: true }]);
    expect((await check(held, both, added)).problems).not.toContainEqual(expect.objectContaining({ path: 'directories' }));
    expect((await apply(held, document, added)).status).toBe(200);
  });

  it('is read with its schema by who may, and its form is that of the console', async () => {
    const held = await byPasskey(EDITOR);
    const { version, document, inEffect, readOnly } = await shown(held);
    expect({ version, readOnly }).toEqual({ version: (await inForce())?.version, readOnly: false });
    expect(document).toEqual(JSON.parse((await inForce())?.document ?? ''));
    expect(inEffect).toMatchObject({ factors: { email: { codeLength: 8 } } });
    const { body } = await held.call('GET', '/admin/configuration/schema');
    expect(body).toMatchObject({ title: 'Keyturn configuration', properties: { organisation: { description: expect.any(String) } } });
    const reader = await byPasskey(READER);
    for (const path of ['', '/schema', '/versions', '/versions/1'])
      expect((await reader.call('GET', `/admin/configuration${path}`)).body.code).toBe('access.management-refused');
    expect((await reader.call('POST', '/admin/configuration/check', { document, base: version })).body.code).toBe(
      'access.management-refused',
    );
    expect((await apply(reader, named(document, 'Taken'), version)).body.code).toBe('access.management-refused');
  });

  it('is judged before, and changed with a comment: in force at once, audited, in the history', async () => {
    const held = await byPasskey(EDITOR);
    const { version, document } = await shown(held);
    const wanted = named(document, 'Harbour office');
    const judged = await check(held, wanted, version);
    expect(judged).toMatchObject({
      ok: true,
      changes: [{ path: 'organisation.name', before: 'Test', after: 'Harbour office' }],
      needs: { permissions: ['manage-configuration'], proof: 'fresh' },
      other: null,
      keeps: true,
    });
    expect((await inForce())?.version).toBe(version);
    expect((await apply(held, wanted, version, '  ')).status).toBe(400);
    expect(await apply(held, wanted, version, 'We have moved')).toMatchObject({
      status: 200,
      body: { applied: true, version: version + 1 },
    });
    expect(keyturn.deps.configuration().organisation.name).toBe('Harbour office');
    const { body } = await held.call('GET', '/admin/configuration/versions');
    expect((body as unknown as ConfigurationVersions).versions[0]).toMatchObject({
      ...{ version: version + 1, author: EDITOR, comment: 'We have moved' },
    });
    expect((await held.call('GET', `/admin/configuration/versions/${version + 1}`)).body.changes).toEqual(judged.changes);
    expect((await held.call('GET', '/admin/configuration/versions/9999')).body.code).toBe('configuration.unknown-version');
    const events = (await keyturn.deps.store.audit.read(0, 100_000)).filter(({ type }) => type === 'configuration.applied');
    expect(JSON.parse(events.at(-1)?.data ?? '')).toMatchObject({
      ...{ version: version + 1, author: EDITOR, comment: 'We have moved' },
      actor: { kind: 'delegate', login: EDITOR },
    });
    // Saying the same once more makes no version.
    expect((await apply(held, wanted, version + 1)).body).toMatchObject({ applied: false, version: version + 1, problems: [] });
    // And back: an older document is a document.
    const old = (await held.call('GET', `/admin/configuration/versions/${version}`)).body.document;
    expect((await apply(held, old, version + 1, 'back')).body).toMatchObject({ applied: true, version: version + 2 });
  });

  it('tells all that is wrong, says what is new of it, and puts nothing of that into force', async () => {
    const held = await byPasskey(EDITOR);
    const { version, document } = await shown(held);
    const wrong = { ...document, organisation: { nme: 'x', publicUrl: 'nowhere' }, guard: { startsOverall: { count: 0 } } };
    const judged = await check(held, wrong, version);
    expect(judged).toMatchObject({ ok: false, changes: [], keeps: null });
    const errors = judged.problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ path, isNew }) => ({ path, isNew }))).toEqual(
      ['organisation.nme', 'organisation.publicUrl', 'guard.startsOverall.count'].map((path) => ({
        path: expect.stringContaining(path.split('.')[0] as string),
        isNew: true,
      })),
    );
    const weak = { ...document, recovery: { rules: [{ name: 'everybody', accepted: [['email']] }] } };
    expect((await check(held, weak, version)).problems).toContainEqual(
      expect.objectContaining({ severity: 'warning', path: 'recovery.rules[0].accepted[0]', isNew: true }),
    );
    expect(await apply(held, wrong, version)).toMatchObject({ status: 200, body: { applied: false, version } });
    expect((await inForce())?.version).toBe(version);
    for (const document of [null, [], 'text', 7]) expect((await check(held, document, version)).ok).toBe(false);
  });

  it('asks for fresh proofs for a name, for a passkey for what opens accounts, and for the right over roles for roles', async () => {
    const old = await byPassword(EDITOR);
    const { version, document } = await shown(old);
    const weaker = { ...document, recovery: { rules: [{ name: 'everybody', accepted: [['email']] }] } };
    expect((await check(old, weaker, version)).needs).toEqual({ permissions: ['manage-configuration'], proof: 'passkey' });
    expect(await apply(old, weaker, version)).toMatchObject({
      status: 403,
      body: { code: 'session.step-up-needed', anyOf: [['passkey']] },
    });
    keyturn.clock.move(6 * MINUTE);
    expect(await apply(old, named(document, 'Late'), version)).toMatchObject({
      status: 403,
      body: { code: 'session.step-up-needed', anyOf: [['password', 'totp']] },
    });
    const held = await byPasskey(EDITOR);
    const roles = { ...document, roles: [...configuration.roles, { name: 'mine', may: ['manage-roles'], heldBy: { accounts: [EDITOR] } }] };
    expect((await check(held, roles, version)).needs).toEqual({
      permissions: ['manage-configuration', 'manage-roles'],
      proof: 'passkey',
    });
    expect(await apply(held, roles, version)).toMatchObject({ status: 403, body: { code: 'access.management-refused' } });
    expect((await inForce())?.version).toBe(version);
    expect((await apply(held, weaker, version)).body).toMatchObject({ applied: true });
    expect((await apply(held, document, version + 1)).body).toMatchObject({ applied: true });
    const chief = await byPasskey(CHIEF);
    expect((await apply(chief, roles, version + 2)).body).toMatchObject({ applied: true });
    expect((await apply(chief, document, version + 3)).body).toMatchObject({ applied: true });
  });

  it('says who would be shut out of it', async () => {
    const chief = await byPasskey(CHIEF);
    const { version, document } = await shown(chief);
    expect((await check(chief, { ...document, roles: configuration.roles.slice(1) }, version)).keeps).toBe(false);
    expect((await check(chief, { ...document, signIn: { enabled: false } }, version)).keeps).toBe(false);
    const nowhere = [{ name: 'a', may: ['manage-configuration'], heldBy: { groups: ['No such group'] } }];
    expect((await check(chief, { ...document, roles: nowhere }, version)).keeps).not.toBe(true);
  });

  it('takes one of several who change the same version, whichever node they are at, and tells the others what changed', async () => {
    const [one, other] = [await byPasskey(EDITOR), await byPasskey(CHIEF, second)];
    const { version, document } = await shown(one);
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, nth) => apply(nth % 2 === 0 ? one : other, named(document, `Name ${nth}`), version, `by ${nth}`)),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409]);
    expect(new Set(replies.flatMap(({ body }) => body.code ?? []))).toEqual(new Set(['configuration.conflict']));
    const winner = replies.findIndex(({ status }) => status === 200);
    expect((await inForce())?.comment).toBe(`by ${winner}`);
    const mine = await check(other, named(document, 'Mine'), version);
    expect(mine).toMatchObject({
      changes: [{ path: 'organisation.name', after: 'Mine' }],
      other: { version: version + 1, comment: `by ${winner}`, changes: [{ path: 'organisation.name', after: `Name ${winner}` }] },
    });
    expect(mine.other?.merged).toBe(null);
    const apart = { ...document, organisation: { ...document.organisation, timeZone: 'Europe/Berlin' } };
    expect((await check(other, apart, version)).other?.merged).toMatchObject({
      organisation: { name: `Name ${winner}`, timeZone: 'Europe/Berlin' },
    });
    expect((await apply(one, document, version + 1)).body.applied).toBe(true);
  });

  it('goes by the roles that are in force, not by those that a node still has', async () => {
    const chief = await byPasskey(CHIEF, second);
    const editor = await byPasskey(EDITOR);
    const { version, document } = await shown(chief);
    const without = { ...document, roles: configuration.roles.filter(({ name }) => name !== 'editors') };
    expect((await apply(chief, without, version)).body.applied).toBe(true);
    const late = await apply(editor, named(document, 'Taken over'), version + 1);
    expect(['access.management-refused', 'session.ended']).toContain(late.body.code);
    expect((await apply(await byPasskey(CHIEF, second), document, version + 1)).body.applied).toBe(true);
    // Who edits again from here on is one who may for the first node, too.
    await keyturn.takeUpConfiguration();
  });

  it('names nothing of the machine that is not named already, and tells nothing of what is there', async () => {
    const held = await byPasskey(EDITOR);
    const { version, document } = await shown(held);
    const server = (more: object) => ({ host: 'mail.example.test', ...more });
    const withMail = (more: object) => ({ ...document, mail: { kind: 'smtp', from: 'a@example.test', servers: [server(more)] } });
    for (const document of [
      withMail({ user: 'x', password: 'env:PATH' }),
      withMail({ user: 'x', password: 'env:NO_SUCH_VARIABLE' }),
      withMail({ user: 'x', password: 'file:/etc/hostname' }),
      withMail({ user: 'x', password: 'file:/no/such/file' }),
      withMail({ caFile: '/etc/hostname' }),
      withMail({ caFile: '/no/such/file' }),
    ]) {
      const judged = await check(held, document, version);
      const errors = judged.problems.filter(({ severity }) => severity === 'error');
      expect(errors.map(({ message }) => message.replace(/^\S+ /, ''))).toEqual([
        'is named here for the first time: that takes a change at the console of a node',
      ]);
      expect((await apply(held, document, version)).body).toMatchObject({ applied: false });
    }
    expect((await inForce())?.version).toBe(version);
  });

  it('protects nobody less than before, whoever asks', async () => {
    const chief = await byPasskey(CHIEF);
    const { version, document } = await shown(chief);
    const [people] = document.directories as unknown as Record<string, unknown>[];
    const less = { ...document, directories: [{ ...people, protected: {} }] };
    const judged = await check(chief, less, version);
    expect(judged.problems).toContainEqual(expect.objectContaining({ severity: 'error', path: 'directories[0].protected.groups' }));
    expect((await apply(chief, less, version)).body.applied).toBe(false);
    const more = { ...document, directories: [{ ...people, protected: { groups: ['Directory Admins', 'More'] } }] };
    expect((await apply(chief, more, version)).body.applied).toBe(true);
    expect((await apply(chief, document, version + 1)).body.applied).toBe(false);
    await applyConfiguration(
      {
        store: keyturn.deps.store,
        clock: keyturn.clock,
        checkContext: { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] },
      },
      { document, expectedVersion: version + 1, actor: { kind: 'operator' }, author: 'root', comment: 'at the console' },
    );
  });

  it('takes no protection away with a directory that is to come back, and lets nobody without the right over roles say who is who', async () => {
    const [chief, editor] = [await byPasskey(CHIEF), await byPasskey(EDITOR)];
    const { version, document } = await shown(chief);
    const directories = document.directories as unknown as Record<string, unknown>[];
    const beside = { ...document, directories: [...directories, { kind: 'embedded', id: 'beside', label: 'Beside' }] };
    // Which accounts an id of a directory stands for says who holds the roles of its people.
    expect((await check(editor, beside, version)).needs.permissions).toEqual(['manage-configuration', 'manage-roles']);
    expect((await apply(editor, beside, version)).body.code).toBe('access.management-refused');
    expect((await apply(chief, beside, version)).body.applied).toBe(true);
    const alone = { ...document, roles: [], directories: beside.directories.slice(-1) };
    const judged = await check(chief, alone, version + 1);
    expect(judged.problems).toContainEqual(expect.objectContaining({ severity: 'error', path: 'directories', isNew: true }));
    expect((await apply(chief, alone, version + 1)).body.applied).toBe(false);
    expect((await apply(chief, document, version + 1)).body.applied).toBe(true);
  });

  it('is changed in an emergency too, with its passkey', async () => {
    const { address } = await makeEmergencyLink(keyturn.deps, { author: 'root', reason: 'nobody holds a role', lifetime: 15 * MINUTE });
    const opened = await request(keyturn.url, 'POST', '/emergency', { secret: address.split('#')[1] });
    const token = String((opened.body as unknown as { token: string }).token);
    const held = { call: (method: string, path: string, body?: unknown) => inSession(keyturn.url, token, method, path, body) };
    const { version, document: stored } = {
      version: (await inForce())?.version ?? 0,
      document: JSON.parse((await inForce())?.document ?? ''),
    };
    expect((await apply(held, named(stored, 'Early'), version)).body.code).toBe('emergency.passkey-needed');
    const options = await held.call('POST', '/emergency/passkey-options', {});
    const credential = createSoftPasskey(ORIGIN).make(options.body.publicKey as never);
    expect((await held.call('POST', '/emergency/passkeys', { credential })).status).toBe(204);
    const roles = [...configuration.roles, { name: 'again', may: ['manage-roles'], heldBy: { accounts: [READER] } }];
    expect((await check(held, { ...stored, roles }, version)).keeps).toBe(true);
    expect((await apply(held, { ...stored, roles }, version)).body.applied).toBe(true);
    expect((await apply(held, stored, version + 1)).body.applied).toBe(true);
  });

  it('makes no raised threat milder, and two administrators with passkeys lift it, never one by two sessions', async () => {
    const [chief, editor, again] = [await byPasskey(CHIEF), await byPasskey(EDITOR, second), await byPasskey(EDITOR)];
    const { document, version } = await shown(chief);
    expect((await chief.call('POST', '/admin/threat', { reason: 'calls by impostors' })).status).toBe(204);
    const milder = { ...document, threat: { withoutKinds: [] } };
    expect((await apply(chief, milder, version)).body.code).toBe('threat.settings-held');
    expect((await apply(chief, named(document, 'While it is raised'), version)).body).toMatchObject({ applied: true });
    const lift = async (held: SessionClient) => {
      const { threat } = (await held.call('GET', '/admin')).body as { threat: { seen: string } };
      return (await held.call('POST', '/admin/threat/lift', { seen: threat.seen })).body;
    };
    expect(await lift(editor)).toEqual({ lifted: false });
    expect(await lift(again)).toMatchObject({ code: 'threat.another-needed' });
    expect((await apply(editor, milder, version + 1)).body.code).toBe('threat.settings-held');
    expect(await lift(chief)).toEqual({ lifted: true });
    expect((await apply(chief, { ...milder, organisation: document.organisation }, version + 1)).body).toMatchObject({ applied: true });
  });

  it('tells the address for alarms that it is told no more', async () => {
    const held = await byPasskey(EDITOR);
    const { document, version } = await shown(held);
    const to = (alarmAddress?: string) => ({ ...document, organisation: { ...document.organisation, alarmAddress } });
    const told = (address: string) => keyturn.messages(address).filter(({ subject }) => subject === 'This address gets no alarms any more');
    for (const [nth, address] of ['old@example.test', 'new@example.test'].entries())
      expect((await apply(held, to(address), version + nth)).body.applied).toBe(true);
    await until(() => told('old@example.test').length === 1, 'a mail to the old address');
    expect(told('old@example.test')[0]?.text).toContain(EDITOR);
    expect((await apply(held, named(to('new@example.test'), 'Another'), version + 2)).body.applied).toBe(true);
    expect((await apply(held, document, version + 3)).body.applied).toBe(true);
    await until(() => told('new@example.test').length === 1, 'a mail to the new address');
    expect(told('old@example.test')).toHaveLength(1);
  });

  it('is not changed, nor is a threat raised, by who was signed out while that was being judged', async () => {
    const held = await byPasskey(CHIEF);
    const { document, version } = await shown(held);
    const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
    const deps = { ...keyturn.deps, checkContext, act: { at: keyturn.clock.now(), address: '192.0.2.1' } };
    const session = await findSession(deps, [held.token]);
    expect((await held.call('DELETE', '/session')).status).toBe(204);
    const wanted = { document: named(document, 'By nobody'), base: version, comment: 'x' };
    await expect(changeConfiguration(deps, session, wanted)).rejects.toMatchObject({ code: 'session.ended' });
    expect((await inForce())?.version).toBe(version);
    const author = await threatAuthor(deps, session, { kind: 'delegate' });
    await expect(raiseThreat(deps, author, 'x')).rejects.toMatchObject({ code: 'session.ended' });
    expect(await keyturn.deps.store.threats.current()).toBeNull();
  });

  it('changes nothing where the files rule, and cannot be told otherwise from here', async () => {
    const chief = await byPasskey(CHIEF);
    const { version, document } = await shown(chief);
    expect((await apply(chief, { ...document, administration: { readOnlyInBrowser: true } }, version)).body.applied).toBe(true);
    expect((await shown(chief)).readOnly).toBe(true);
    expect((await check(chief, document, version + 1)).ok).toBe(true);
    expect((await apply(chief, document, version + 1)).body.code).toBe('configuration.read-only');
  });
});

describe('an administrator where no rule asks for passkeys', () => {
  let keyturn: Keyturn;
  const [chief, other] = [newLogin('chief'), newLogin('other')];
  beforeAll(async () => {
    const roles = [{ name: 'chiefs', may: ['manage-configuration' as const], heldBy: { accounts: [chief] } }];
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: { guard: GENEROUS_LIMITS, organisation: { name: 'Test', publicUrl: ORIGIN }, signIn: { enabled: true }, roles },
    });
    for (const login of [chief, other]) await addPerson(keyturn, login);
  });
  afterAll(() => keyturn?.close());

  it('is offered one, and changes by it what opens accounts once it counts', async () => {
    const addable = async (held: SessionClient) => {
      await held.call('GET', '/session/roles');
      return (await held.call('GET', '/me/factors')).body.addable;
    };
    const somebody = await signIn(keyturn, other, await keyturn.enrol(other));
    expect(await addable(somebody)).not.toContain('passkey');
    const owner = await keyturn.enrol(chief);
    const first = await signIn(keyturn, chief, owner);
    expect(await addable(first)).toContain('passkey');
    const passkey = createSoftPasskey(ORIGIN);
    const begun = (await first.call('POST', '/me/factors/passkey-options', {})).body;
    const credential = passkey.make(begun.publicKey as never);
    expect((await first.call('POST', '/me/factors/passkeys', { ceremony: begun.ceremony, credential, name: 'x' })).status).toBe(201);
    keyturn.clock.move(25 * 60 * MINUTE);

    const held = await signIn(keyturn, chief, owner);
    const { version, document } = (await held.call('GET', '/admin/configuration')).body as unknown as ShownConfiguration & {
      document: Document;
    };
    const wanted = { document: { ...document, helpdesk: { caseMinutes: 20 } }, base: version, comment: 'why' };
    const needed = (await held.call('PUT', '/admin/configuration', wanted)).body;
    expect(needed).toMatchObject({ code: 'session.step-up-needed', anyOf: [['passkey']] });
    const { body } = await held.call('POST', '/session/step-up', { anyOf: needed.anyOf });
    const [journey, journeyToken] = [String(body.journey), String(body.token)];
    let step = body.step as { id: string; kind: string; publicKey?: never };
    if (step.kind === 'choose-factor') {
      const chosen = await inSession(keyturn.url, journeyToken, 'POST', `/journeys/${journey}/steps/${step.id}`, { option: 'passkey' });
      step = chosen.body.step as typeof step;
    }
    const answer = { credential: passkey.use(step.publicKey as never) };
    expect((await inSession(keyturn.url, journeyToken, 'POST', `/journeys/${journey}/steps/${step.id}`, answer)).status).toBe(200);
    const raised = await held.call('PUT', '/session', { journey, journeyToken });
    const done = await inSession(keyturn.url, String(raised.body.token), 'PUT', '/admin/configuration', wanted);
    expect(done.body).toMatchObject({ applied: true, version: version + 1 });
  });
});

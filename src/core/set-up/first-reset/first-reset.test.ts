import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors.ts';
import { type AccessWorld, ADDRESS, openAccessWorld } from '../../../../test/access-world.ts';
import { setUpRow } from '../../../../test/store/fixture.ts';
import { readLogEnd } from '../../audit/log-end.ts';
import type { LoadedJourney } from '../../journey/journey-state.ts';
import type { AccountRef } from '../../ports/directory.ts';
import { factsOf } from '../facts.ts';
import { firstResetBehind } from './behind-write.ts';
import {
  beginFirstReset,
  endFirstReset,
  expireFirstReset,
  type FirstReset,
  findFirstReset,
  foundIn,
  keep,
  keepInvitation,
  requireFirstReset,
} from './first-reset.ts';
import { makeFirstResetLink, openFirstResetLink } from './link.ts';
import { nameTestPerson } from './name-person.ts';

const MINUTE = 60_000;
const URL = 'https://password.example.test//';
const TOKENS = ['stale', 'token'];
const ROLES: Parameters<AccessWorld['configure']>[0] = {
  roles: [
    { name: 'none', may: ['view-history'], heldBy: { groups: ['Nobody'] } },
    { name: 'helpdesk', may: ['reset-password'], heldBy: { groups: ['Agents'] }, over: { directories: ['people'] } },
  ],
};
let world: AccessWorld;
let setUp: string;
let logEnd = 0;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  world.changeBack();
  world.clock.advance(MINUTE);
  world.configure(ROLES);
  const [now, sessionDigest] = [world.clock.now(), world.deps().keys.digest('set-up-session', 'token')];
  const row = setUpRow({ createdAt: now, openedAt: now, sessionDigest });
  setUp = row.id;
  await world.store.setUps.begin(row);
  await beginFirstReset(world.store, now, setUp, URL);
  logEnd = (await world.events()).length;
});
afterEach(async () => {
  const row = await world.store.setUps.current();
  if (row !== null) await world.store.setUps.change(row, { endedAt: world.clock.now() });
});

const current = async (): Promise<FirstReset> => foundIn(await world.store.setUps.current())?.firstReset as FirstReset;
/** The step is as told, besides. */
async function put(changes: Partial<FirstReset>): Promise<void> {
  const found = foundIn(await world.store.setUps.current());
  if (found !== null) await keep(world.store, found, changes);
}
const events = async () => (await world.events()).slice(logEnd);
const OPERATOR = { kind: 'operator', address: ADDRESS, client: 'web' };
const conflict = { code: 'set-up.conflict' };
/** Somebody else changes the set-up as soon as it is written to. */
async function conflicting(work: () => Promise<unknown>): Promise<void> {
  const { store } = world;
  const transaction = store.transaction.bind(store);
  Object.assign(store, {
    transaction: async (inside: Parameters<typeof transaction>[0]) => {
      await put({});
      return transaction(inside);
    },
  });
  try {
    await expect(work()).rejects.toMatchObject(conflict);
  } finally {
    Object.assign(store, { transaction });
  }
}
const name = (typed: string, tokens: readonly string[] = TOKENS) => nameTestPerson(world.deps(), tokens, typed);
const makeLink = (tokens: readonly string[] = TOKENS) => makeFirstResetLink(world.deps(), tokens);
const open = (link: string) => openFirstResetLink(world.deps(), { link, language: 'de', client: { kind: 'web' } });
/** Somebody to try with, who is named. */
async function named(more: Parameters<AccessWorld['person']>[0] = {}): Promise<AccountRef> {
  const login = `t${randomUUID()}`;
  const ref = await world.person({ login, ...more });
  expect(await name(login)).toBeNull();
  return ref;
}
const linkOf = (address: string) => address.split('#')[1] ?? '';

describe('the last step of the set-up', () => {
  it('begins with the configuration, forgets what was answered, and waits for an hour', async () => {
    const endsAt = world.clock.now() + 60 * MINUTE;
    expect(await current()).toEqual({ invitation: null, publicUrl: URL, endsAt, linksMade: 0 });
    const row = await world.store.setUps.current();
    expect(row === null ? null : factsOf(row)).toMatchObject({ answers: {}, secrets: {} });
    expect(await findFirstReset(world.store, endsAt - 1)).not.toBeNull();
    expect(await findFirstReset(world.store, endsAt)).toBeNull();
  });

  it('does not begin for another set-up, nor for one that is over', async () => {
    await expect(beginFirstReset(world.store, 0, 'another', URL)).rejects.toMatchObject(conflict);
    await endFirstReset(world.deps(), TOKENS);
    await expect(beginFirstReset(world.store, 0, setUp, URL)).rejects.toMatchObject(conflict);
  });

  it('does not begin where the set-up was changed from elsewhere', async () => {
    const { setUps } = world.store;
    const row = (await setUps.current()) as NonNullable<Awaited<ReturnType<typeof setUps.current>>>;
    const store = { setUps: { ...setUps, current: () => Promise.resolve({ ...row, version: row.version - 1 }) } };
    await expect(beginFirstReset({ ...world.store, ...store }, 0, setUp, URL)).rejects.toMatchObject(conflict);
  });

  it('is that of who holds the token, while its time lasts', async () => {
    expect((await requireFirstReset(world.deps(), TOKENS)).row.id).toBe(setUp);
    for (const tokens of [[], ['stale']])
      await expect(requireFirstReset(world.deps(), tokens)).rejects.toMatchObject({ code: 'set-up.not-open' });
    world.clock.advance(60 * MINUTE);
    await expect(requireFirstReset(world.deps(), TOKENS)).rejects.toMatchObject({ code: 'set-up.over' });
  });

  it('is none of a set-up that has not got there', async () => {
    expect(foundIn(null)).toBeNull();
    expect(foundIn(setUpRow())).toBeNull();
  });

  it('keeps the invitation for the page that follows, where there is one still', async () => {
    await keepInvitation(world.store, 'https://invited');
    expect((await current()).invitation).toBe('https://invited');
    await endFirstReset(world.deps(), TOKENS);
    await expect(keepInvitation(world.store, 'https://late')).resolves.toBeUndefined();
  });

  it('ends by who holds it, with what the page shows last, and nothing stays', async () => {
    await put({ invitation: 'https://invited' });
    expect(await endFirstReset(world.deps(), TOKENS)).toEqual({ invitation: 'https://invited', publicUrl: URL });
    expect(await events()).toEqual([{ type: 'set-up.reset-ended', actor: OPERATOR, because: 'skipped' }]);
    expect(await world.store.setUps.current()).toBeNull();
    await expect(endFirstReset(world.deps(), TOKENS)).rejects.toMatchObject({ code: 'set-up.over' });
  });

  it('ends as done where a password was set in it, and says for whom', async () => {
    const account = await named();
    await makeLink();
    const { link } = await current();
    await put({ link: { ...(link as NonNullable<typeof link>), writer: 'j1' } });
    await endFirstReset(world.deps(), TOKENS);
    expect((await events()).at(-1)).toEqual({ type: 'set-up.reset-ended', actor: OPERATOR, because: 'acted', account });
  });

  it('does not end where it was changed from elsewhere, and the log says nothing', async () => {
    await conflicting(() => endFirstReset(world.deps(), TOKENS));
    expect(await events()).toEqual([]);
  });

  it('is forgotten when its time is over, and not before', async () => {
    world.clock.advance(60 * MINUTE - 1);
    await expireFirstReset(world.deps());
    expect(await events()).toEqual([]);
    world.clock.advance(1);
    await conflicting(() => expireFirstReset(world.deps()));
    await expireFirstReset(world.deps());
    expect(await events()).toEqual([{ type: 'set-up.reset-ended', actor: { kind: 'system' }, because: 'expired' }]);
    expect(await world.store.setUps.current()).toBeNull();
    await expireFirstReset(world.deps());
    expect(await events()).toHaveLength(1);
  });
});

describe('who is to try a reset', () => {
  it('is somebody whom the directory knows once, who may be recovered and holds no role', async () => {
    const { id } = await named({ displayName: 'Tess' });
    const login = expect.stringMatching(/^t/);
    expect((await current()).person).toEqual({ directory: 'people', id, login, name: 'Tess' });
    expect(await events()).toEqual([{ type: 'set-up.reset-named', account: { directory: 'people', id }, actor: OPERATOR }]);
  });

  it.each<[string, Parameters<AccessWorld['person']>[0], object]>([
    ['holds a role', { groups: ['Agents'] }, { reason: 'role', detail: null }],
    ['is protected', { groups: ['Protected'] }, { reason: 'account-protected', detail: expect.any(String) }],
    ['is closed', { disabled: true }, { reason: 'account-disabled', detail: null }],
  ])('is nobody who %s', async (_, more, unfit) => {
    const login = `u${randomUUID()}`;
    const account = await world.person({ login, ...more });
    expect(await name(login)).toEqual(unfit);
    const { reason } = unfit as { reason: string };
    expect(await events()).toEqual([{ type: 'set-up.reset-refused', actor: OPERATOR, reason, account }]);
    expect(await current()).not.toHaveProperty('person');
  });

  it('is nobody who has said that it was not them, nor who holds a role by another account', async () => {
    const [frozen, login] = [`f${randomUUID()}`, `l${randomUUID()}`];
    await world.store.freezes.freeze(await world.person({ login: frozen }), 'not-me', world.clock.now());
    expect(await name(frozen)).toEqual({ reason: 'recovery-frozen', detail: null });
    const ref = await world.person({ login });
    await world.link(ref, await world.person({ groups: ['Agents'] }));
    expect(await name(login)).toEqual({ reason: 'role', detail: null });
  });

  it('is nobody whose password the directory is known not to set', async () => {
    const login = `n${randomUUID()}`;
    await world.person({ login });
    const { readStanding } = world.deps().directories.get('people');
    world.change('people', {
      async readStanding(account) {
        const standing = await readStanding(account);
        return { ...standing, status: { ...standing.status, noReset: { problem: 'fixed', fix: 'none' } } };
      },
    });
    expect(await name(login)).toEqual({ reason: 'directory-trouble', detail: 'directory.no-right: fixed' });
  });

  it('is nobody whom no directory knows, or several do', async () => {
    expect(await name('nobody')).toEqual({ reason: 'unknown-account', detail: null });
    expect(await events()).toEqual([{ type: 'set-up.reset-refused', actor: OPERATOR, reason: 'unknown-account' }]);
    for (const directory of ['people', 'cloud']) await world.person({ directory, login: `two${setUp}` });
    expect(await name(`two${setUp}`)).toEqual({ reason: 'several', detail: null });
  });

  it('is nobody as long as a directory does not answer, which may know another one by the name', async () => {
    const login = `d${randomUUID()}`;
    await world.person({ login });
    const down = (id: 'people' | 'cloud', error: Error) => world.change(id, { findAccounts: () => Promise.reject(error) });
    down('cloud', new AppError('directory.unreachable'));
    expect(await name(login)).toEqual({ reason: 'directory-trouble', detail: null });
    expect(await name('nobody')).toEqual({ reason: 'directory-trouble', detail: null });
    down('people', new AppError('directory.no-right', { problem: 'cannot see people' }));
    down('cloud', new AppError('directory.no-right', { problem: 'cannot see people' }));
    expect(await name(login)).toEqual({ reason: 'directory-trouble', detail: 'cannot see people' });
    down('people', new AppError('directory.unreachable'));
    expect(await name(login)).toEqual({ reason: 'directory-trouble', detail: 'directory.unreachable' });
    down('people', new TypeError('a fault'));
    await expect(name(login)).rejects.toThrow(TypeError);
  });

  it('may be another one until a password was set; an earlier link is over by it', async () => {
    await named();
    await makeLink();
    const { id } = await named();
    expect(await current()).toMatchObject({ person: { id }, linksMade: 1 });
    expect(await current()).not.toHaveProperty('link');
    await makeLink();
    const { link } = await current();
    await put({ link: { ...(link as NonNullable<typeof link>), writer: 'j1' } });
    await expect(name('anybody')).rejects.toMatchObject(conflict);
  });

  it('is looked for twenty times, whoever is found', async () => {
    const { id } = await named();
    for (let nth = 1; nth < 19; nth += 1) expect(await name('nobody')).toMatchObject({ reason: 'unknown-account' });
    expect(await current()).toMatchObject({ namings: 19, person: { id } });
    expect(await name('nobody')).toMatchObject({ reason: 'unknown-account' });
    const before = (await events()).length;
    expect(await name('nobody')).toEqual({ reason: 'names-used-up', detail: null });
    expect(await current()).toMatchObject({ namings: 20, person: { id } });
    expect(await events()).toHaveLength(before);
  });

  it('is named by who holds the set-up alone, and not where it was changed from elsewhere', async () => {
    await expect(name('x', ['stale'])).rejects.toMatchObject({ code: 'set-up.not-open' });
    const login = `c${randomUUID()}`;
    await world.person({ login });
    await conflicting(() => name(login));
    expect(await events()).toEqual([]);
  });
});

describe('the link of the test person', () => {
  it('is made for who was named, for a quarter of an hour, and of its secret a digest alone is kept', async () => {
    const account = await named();
    const { id: threat, lift } = await world.raise();
    const end = await readLogEnd(world.store);
    const address = await makeLink();
    const { link, linksMade } = await current();
    const { id, digest } = link as NonNullable<typeof link>;
    const endsAt = world.clock.now() + 15 * MINUTE;
    expect(address).toMatch(/^https:\/\/password\.example\.test\/first-reset#[^.]+\.[\w-]{40,}$/);
    expect([link, linksMade]).toEqual([{ id, digest, madeAt: world.clock.now(), endsAt, opened: 0, logEnd: end, threat }, 1]);
    const [, secret] = linkOf(address).split('.');
    expect(digest).toBe(world.deps().keys.digest('first-reset-link', `${id}|${secret}`));
    expect((await events()).at(-1)).toEqual({ type: 'set-up.reset-link-made', account, actor: OPERATOR, endsAt });
    await lift();
  });

  it('is made five times, for somebody who was named, until a password was set', async () => {
    await expect(makeLink()).rejects.toMatchObject(conflict);
    await named();
    await expect(makeLink(['stale'])).rejects.toMatchObject({ code: 'set-up.not-open' });
    for (let times = 0; times < 4; times += 1) await makeLink();
    await conflicting(() => makeLink());
    await makeLink();
    await expect(makeLink()).rejects.toMatchObject(conflict);
    const { link } = await current();
    await put({ linksMade: 0, link: { ...(link as NonNullable<typeof link>), writer: 'j1' } });
    await expect(makeLink()).rejects.toMatchObject(conflict);
  });

  it('begins a recovery of that account alone, which asks for nothing but the password', async () => {
    const account = await named();
    const address = await makeLink();
    const { link } = await current();
    const { token, journey } = await open(linkOf(address));
    expect(journey.state).toMatchObject({
      ...{ goal: 'reset-password', language: 'de', client: { kind: 'web' }, address: ADDRESS, guardNames: [], proven: [] },
      ...{ candidates: [{ ref: account }], logEnd: link?.logEnd, byLink: { setUp, link: link?.id }, provenAt: world.clock.now() },
      ...{ step: { kind: 'preparing' }, knownPlaces: [], hasWorked: false, selected: [], device: null },
    });
    expect(journey.state.typedName).toBe(journey.state.candidates?.[0]?.login);
    expect((await world.store.journeys.find(journey.row.id))?.tokenDigest).toBe(world.deps().keys.digest('journey-token', token));
    expect((await current()).link).toEqual({ ...link, opened: 1, journey: journey.row.id });
    const actor = { kind: 'self', address: ADDRESS, client: 'web' };
    expect((await events()).at(-1)).toEqual({ type: 'set-up.reset-link-opened', account, actor, journey: journey.row.id });
  });

  it('is opened five times, in its time', async () => {
    await named();
    const link = linkOf(await makeLink());
    for (let times = 0; times < 5; times += 1) await open(link);
    await expect(open(link)).rejects.toMatchObject({ code: 'set-up.reset-link-invalid' });
    const next = linkOf(await makeLink());
    world.clock.advance(15 * MINUTE - 1);
    await open(next);
    await conflicting(() => open(next));
    world.clock.advance(1);
    await expect(open(next)).rejects.toMatchObject({ code: 'set-up.reset-link-invalid' });
  });

  it('is worth nothing where it was replaced, never was, was used, or the person or the step is gone', async () => {
    const account = await named();
    const invalid = { code: 'set-up.reset-link-invalid' };
    await expect(open('none.yet')).rejects.toMatchObject(invalid);
    const replaced = linkOf(await makeLink());
    const link = linkOf(await makeLink());
    const [id = '', secret = ''] = link.split('.');
    for (const wrong of [replaced, '', '.', id, `${id}.`, `${id}.x`, `x.${secret}`, `.${secret}`])
      await expect(open(wrong), wrong).rejects.toMatchObject(invalid);
    const kept = await current();
    await put({ link: { ...(kept.link as NonNullable<typeof kept.link>), writer: 'j1' } });
    await expect(open(link)).rejects.toMatchObject(invalid);
    await put(kept);
    world.change('people', { readAccount: () => Promise.resolve(null) });
    await expect(open(link)).rejects.toMatchObject(invalid);
    world.change('people', { readAccount: () => Promise.reject(new AppError('directory.unreachable')) });
    await expect(open(link)).rejects.toMatchObject({ code: 'directory.unreachable' });
    world.changeBack();
    expect((await open(link)).journey.state.candidates?.[0]?.ref).toEqual(account);
    world.clock.advance(60 * MINUTE);
    await expect(open(link)).rejects.toMatchObject(invalid);
  });
});

describe('what the write of its journey rests on', () => {
  /** A journey that was begun by a link, and by which. */
  async function begun() {
    const account = await named();
    const link = linkOf(await makeLink());
    const { journey } = await open(link);
    return { account, link, journey, byLink: journey.state.byLink as { setUp: string; link: string } };
  }
  const behind = (journey: LoadedJourney, byLink: { setUp: string; link: string }) => firstResetBehind(world.deps(), journey, byLink);
  const use = async (journey: LoadedJourney, byLink: { setUp: string; link: string }) => {
    const found = await behind(journey, byLink);
    return found === 'over' ? found : world.store.transaction((store) => found.use(store));
  };

  it('is the link, which one journey uses', async () => {
    const { journey, link, byLink } = await begun();
    const second = (await open(link)).journey;
    expect(await use(journey, byLink)).toBe(true);
    expect((await current()).link).toMatchObject({ writer: journey.row.id, journey: journey.row.id });
    const { version } = (await world.store.setUps.current()) as { version: number };
    expect(await use(journey, byLink), 'tried again').toBe(true);
    expect((await world.store.setUps.current())?.version).toBe(version);
    expect(await use(second, byLink)).toBe('over');
  });

  it('is over where the link was replaced, is of another set-up, or the step is over', async () => {
    const { journey, byLink } = await begun();
    expect(await behind(journey, { ...byLink, setUp: 'another' })).toBe('over');
    expect(await behind(journey, { ...byLink, link: 'another' })).toBe('over');
    await named();
    expect(await behind(journey, byLink), 'somebody else was named').toBe('over');
    world.clock.advance(60 * MINUTE);
    expect(await behind(journey, byLink)).toBe('over');
  });

  it('is over where the person is gone, or is none to try with any more; not told is not over', async () => {
    const { account, journey, byLink } = await begun();
    world.change('people', { readAccount: () => Promise.resolve(null) });
    expect(await behind(journey, byLink)).toBe('over');
    world.change('people', { readAccount: () => Promise.reject(new AppError('directory.unreachable')) });
    await expect(behind(journey, byLink)).rejects.toMatchObject({ code: 'directory.unreachable' });
    world.changeBack();
    await world.store.freezes.freeze(account, 'not-me', world.clock.now());
    expect(await behind(journey, byLink)).toBe('over');
  });

  it('is not used where the link was replaced, or a threat raised, in between', async () => {
    const { journey, byLink } = await begun();
    const found = await behind(journey, byLink);
    if (found === 'over') throw new Error('over');
    const used = () => world.store.transaction((store) => found.use(store));
    const { lift } = await world.raise();
    expect(await used()).toBe(false);
    await lift();
    await makeLink();
    expect(await used()).toBe(false);
    expect((await current()).link).not.toHaveProperty('writer');
    await expect(found.settle(world.store, [] as never)).resolves.toBeUndefined();
  });
});

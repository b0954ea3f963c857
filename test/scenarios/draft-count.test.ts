import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { DraftCount, PeopleCount } from '../../shared/api/people-count.ts';
import { createPeopleKeeper, lookedUpFor } from '../../src/core/administration/counted-people.ts';
import { beginPeopleCount, readPeopleCounts } from '../../src/core/administration/people-count.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { createAlikes } from '../../src/core/enrolment/people-profiles.ts';
import type { Account } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const EDITOR = newLogin('editor');
const STAFF = { name: 'staff', when: { groups: ['Staff'], directories: ['people'] }, accepted: [['email']] };
const EVERYBODY = { name: 'everybody', accepted: [['email', 'totp']] };
type Rules = readonly object[];

let keyturn: Keyturn;
let held: SessionClient;
beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection(), embeddedSection('guests')],
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      recovery: { rules: [STAFF, EVERYBODY] as never },
      roles: [{ name: 'editors', may: ['manage-configuration'], heldBy: { directories: ['people'], accounts: [EDITOR] } }],
    },
  });
  await addPerson(keyturn, EDITOR);
  held = await signIn(keyturn, EDITOR, await keyturn.enrol(EDITOR));
  const people = {
    both: {},
    'staff-both': { groups: ['Staff'] },
    'staff-mail': { groups: ['Staff'] },
    nothing: {},
    lab: { groups: ['Lab'] },
  };
  for (const [login, more] of Object.entries(people)) await addPerson(keyturn, login, more);
  await addPerson(keyturn, 'guarded', { groups: [PROTECTED_GROUP, 'Staff'] });
  await addPerson(keyturn, 'closed', { groups: ['Staff'], disabled: true });
  await addPerson(keyturn, 'guest', { directory: 'guests', displayName: '=HYPERLINK("x")' });
  for (const login of ['both', 'staff-both', 'guarded', 'closed', 'lab']) await keyturn.enrol(login);
  for (const [directory, login] of [
    ['people', 'staff-mail'],
    ['guests', 'guest'],
  ] as const) {
    const [account] = await keyturn.deps.directories.get(directory).findAccounts(login);
    if (account === undefined) throw new Error('nobody');
    const made = { kind: 'email' as const, label: 'x@example.test', secret: 'x@example.test', source: 'test' };
    await addFactor(keyturn.deps, keyturn.deps.store, { account, ...made });
  }
});
afterAll(() => keyturn?.close());

const current = async () => {
  const row = await keyturn.deps.store.configurations.current();
  if (row === null) throw new Error('no configuration');
  return { base: row.version, document: JSON.parse(row.document) as Record<string, object> };
};
const draftOf = async (rules: Rules, more: object = {}) => {
  const { base, document } = await current();
  return { base, document: { ...document, recovery: { ...document.recovery, rules }, ...more } };
};
const countDraft = async (draft: object) => {
  const { status, body } = await held.call('POST', '/admin/people-count/draft', draft);
  expect(status).toBe(200);
  return body as unknown as DraftCount;
};
const countAll = async (body: object = {}): Promise<PeopleCount> => {
  expect((await held.call('POST', '/admin/people-count', body)).status).toBe(202);
  for (;;) {
    const counted = (await held.call('GET', '/admin/people-count')).body as unknown as PeopleCount;
    if (counted.latest?.state !== 'running') return counted;
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const apply = async ({ base, document }: { base: number; document: object }) => {
  const { store, clock } = keyturn.deps;
  const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
  const asked = { document, expectedVersion: base, author: 'root', comment: 'x', actor: { kind: 'operator' as const } };
  await applyConfiguration({ store, clock, checkContext }, asked);
  await keyturn.takeUpConfiguration();
};
/** Past HTTP: a draft that is applied may let nobody sign in. */
const countedByConsole = async () => {
  await beginPeopleCount(keyturn.deps, 'root', null);
  for (;;) {
    const { latest, done } = await readPeopleCounts(keyturn.deps);
    if (latest?.outcome !== 'running' && done !== null) return done.numbers;
    await new Promise((resolve) => setImmediate(resolve));
  }
};

it('tells nothing before anybody was counted', async () => {
  expect(await countDraft(await draftOf([EVERYBODY]))).toEqual({ counted: null, notLookedUp: null, notCounted: [], numbers: null });
});

it('tells before it is saved what a count would find afterwards, and who is moved', async () => {
  await countAll();
  const before = await current();
  const drafts: [Rules, object?][] = [
    [[EVERYBODY]],
    [[STAFF, { name: 'everybody', accepted: [['email']] }]],
    [[{ ...STAFF, accepted: [] }, EVERYBODY]],
    [[{ ...STAFF, when: { ...STAFF.when, networks: ['192.0.2.0/24'] } }, EVERYBODY]],
    [
      [{ name: 'guests', when: { directories: ['guests'] }, accepted: [['email']] }, EVERYBODY],
      { signIn: { enabled: true, rules: [STAFF] } },
    ],
    [[STAFF, EVERYBODY], { signIn: { enabled: false }, roles: [] }],
  ];
  for (const [rules, more] of drafts) {
    const draft = await draftOf(rules, more);
    const told = await countDraft(draft);
    expect(told).toMatchObject({ counted: { looked: 9 }, notLookedUp: null, notCounted: [] });
    await apply(draft);
    const { reasons, ...numbers } = await countedByConsole();
    const after = { ...numbers, reasons: Object.entries(reasons).map(([reason, people]) => ({ reason, people })) };
    expect(told.numbers?.after).toEqual(after);
    await apply({ ...before, base: (await current()).base });
    await countedByConsole();
  }
});

it('names some of those who are moved, and gives all of them as a list that is written down', async () => {
  await countAll();
  const { numbers } = await countDraft(await draftOf([EVERYBODY]));
  expect(numbers?.moved).toEqual({
    recovery: { gained: 0, lost: 1, weakened: 0 },
    signIn: { gained: 0, lost: 0, weakened: 0 },
  });
  const lost = { directory: 'people', login: 'staff-mail', can: 'recovery', change: 'lost', reason: 'not-enrolled' };
  expect(numbers?.first).toEqual([{ ...lost, name: 'staff-mail' }]);
  const weaker = await draftOf([{ name: 'everybody', accepted: [['email']] }]);
  const told = await countDraft(weaker);
  // Who is barred is nobody from whom anything is accepted; Staff could give the mail alone before.
  expect(told.numbers?.moved.recovery).toEqual({ gained: 1, lost: 0, weakened: 5 });
  expect(told.numbers?.first).toMatchObject([{ login: 'guest', change: 'gained', reason: 'not-enrolled' }]);
  const answer = await fetch(`${keyturn.url}/api/v1/admin/people-count/draft/people`, {
    method: 'POST',
    headers: { authorization: `Bearer ${held.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(weaker),
  });
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect((await answer.text()).split('\n')).toEqual([
    'directory,account,name,location,to,change,reason',
    expect.stringMatching(/^guests,guest,"'=HYPERLINK\(""x""\)",.*,recovery,gained,not-enrolled$/),
    '',
  ]);
  const events = await keyturn.deps.store.audit.read(0, 10_000);
  const [event] = events.filter(({ type }) => type === 'people.moves-exported');
  expect(JSON.parse(event?.data ?? '{}')).toMatchObject({ count: 1, whole: true, base: weaker.base, actor: { login: EDITOR } });
});

it('says what was not looked up, and knows it once people were counted for the draft', async () => {
  await countAll();
  const draft = await draftOf([{ name: 'lab', when: { groups: ['Lab'], directories: ['people'] }, accepted: [] }, STAFF, EVERYBODY]);
  const told = await countDraft(draft);
  expect(told).toMatchObject({ notLookedUp: { groups: ['Lab'], places: [], managers: false }, numbers: null });
  const counted = await countAll({ draft });
  // The numbers that are shown stay those of the rules in force.
  expect(counted.done?.recovery.map(({ name }) => name)).toEqual(['staff', 'everybody']);
  const now = await countDraft(draft);
  expect(now.notLookedUp).toBeNull();
  expect(now.numbers?.moved.recovery).toMatchObject({ lost: 1 });
  expect(now.numbers?.first).toMatchObject([{ login: 'lab', reason: 'nothing-accepted' }]);
  const managers = await draftOf([{ name: 'everybody', accepted: [['email', 'manager']] }]);
  expect((await countDraft(managers)).notLookedUp).toEqual({ groups: [], places: [], managers: true });
});

it('says which settings it cannot count, and refuses what could not be put into force', async () => {
  await countAll();
  const { document } = await current();
  const [first, ...others] = document.directories as unknown as object[];
  const moved = await countDraft(await draftOf([STAFF, EVERYBODY], { directories: [{ ...first, label: 'Renamed' }, ...others] }));
  expect(moved.notCounted).toEqual(['directories']);
  const broken = await held.call('POST', '/admin/people-count/draft', await draftOf([]));
  expect(broken.body.code).toBe('configuration.not-in-order');
  const list = await held.call('POST', '/admin/people-count/draft/people', await draftOf([]));
  expect(list.body.code).toBe('configuration.not-in-order');
  const reading = await held.call('POST', '/admin/people-count', { draft: await draftOf([]) });
  expect(reading.body.code).toBe('configuration.not-in-order');
});

it('keeps who was counted sealed, and no longer than until the next count', async () => {
  await countAll();
  const { store } = keyturn.deps;
  const first = await store.peopleCounts.lastDone();
  expect(await store.peopleCounts.readPart(first?.id ?? '', 1)).toContain('staff-mail');
  await countAll();
  expect(await store.peopleCounts.readPart(first?.id ?? '', 1)).toBeNull();
});

it('reads no more of who was counted than it names', async () => {
  const { store, clock } = keyturn.deps;
  const { base } = await current();
  await store.peopleCounts.begin({ id: 'many', configuration: base, author: 'root', begunAt: clock.now(), wait: 'root' }, 0);
  const keeper = createPeopleKeeper(store, 'many');
  const alikes = createAlikes();
  const membership = (isStaff: boolean) => ({ places: {}, groups: { Staff: isStaff } });
  const rare = [3200, 3201, 4100];
  for (let nth = 0; nth < 5000; nth += 1) {
    const login = `p${nth}`;
    const own = rare.includes(nth) ? (['email'] as const) : (['email', 'totp'] as const);
    const profile = { directory: 'people', barred: {}, own: [...own], linked: false, vouched: null, membership: membership(true) };
    const account = { directory: 'people', id: login, login, displayName: login, location: '' } as unknown as Account;
    await keeper.add([{ account, alike: alikes.add(profile) }]);
  }
  expect(alikes.all).toHaveLength(2);
  await keeper.finish({ lookedUp: lookedUpFor([STAFF, { ...EVERYBODY, when: {} }] as never, ['people', 'guests']), alikes: alikes.all });
  await store.peopleCounts.end('many', { outcome: 'done', problem: null, looked: 5000, numbers: null, now: clock.now() });
  const readPart = vi.spyOn(store.peopleCounts, 'readPart');
  const { numbers } = await countDraft(await draftOf([EVERYBODY]));
  expect(numbers?.moved.recovery).toEqual({ gained: 0, lost: 3, weakened: 0 });
  expect(numbers?.first.map(({ login }) => login)).toEqual(rare.map((nth) => `p${nth}`));
  expect(readPart.mock.calls.map(([, part]) => part)).toEqual([0, 4, 5]);
  readPart.mockRestore();
});

it('knows nothing of a count that was kept otherwise', async () => {
  const { store, clock } = keyturn.deps;
  const { base } = await current();
  await store.peopleCounts.begin({ id: 'old', configuration: base, author: 'root', begunAt: clock.now() + 1, wait: 'root' }, 0);
  await store.peopleCounts.keepPart('old', 0, JSON.stringify({ lookedUp: { names: {}, managers: false }, portions: 0, alikes: [] }));
  await store.peopleCounts.end('old', { outcome: 'done', problem: null, looked: 9, numbers: null, now: clock.now() });
  expect(await countDraft(await draftOf([EVERYBODY]))).toMatchObject({ counted: null, numbers: null });
});

import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { RISKS, SeenPerson } from '../../shared/api/people.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { endFactor } from '../../src/core/enrolment/enrol-factors.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import type { FactorRow } from '../../src/core/ports/store.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import type { Keyturn } from './start-keyturn.ts';

const DAY = 86_400_000;
const CHANGED = 'changed-contact';
const NOT_KNOWN = 'contact-not-known';

describeEachEngine('a mailbox or number that was changed lately, as an agent is told of it, on %s', (engine) => {
  let keyturn: Keyturn;
  let agent: SessionClient;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection(), { ...embeddedSection('telling'), contacts: { email: { attributes: ['mail'] } } }],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [
          {
            name: 'agents',
            may: ['see-people'],
            heldBy: { directories: ['people'], groups: ['Agents'] },
            over: { directories: ['people', 'telling'], groups: ['Crew'] },
          },
        ],
      },
    });
    agent = await newAgent();
  });

  async function newAgent(): Promise<SessionClient> {
    const login = newLogin('agent');
    await addPerson(keyturn, login, { groups: ['Agents'] });
    return signIn(keyturn, login, await keyturn.enrol(login));
  }
  async function person(directory = 'people', mail?: string): Promise<AccountRef & { login: string }> {
    const login = newLogin();
    await addPerson(keyturn, login, { groups: ['Crew'], directory, ...(mail === undefined ? {} : { mail: `${login}@${mail}` }) });
    const [account] = await keyturn.deps.directories.get(directory).findAccounts(login);
    return { directory, id: account?.id ?? '', login };
  }
  const seen = async ({ directory, id }: AccountRef): Promise<SeenPerson> => {
    const reply = await agent.call('GET', `/helpdesk/people/${directory}/${encodeURIComponent(id)}`);
    expect(reply.status).toBe(200);
    return reply.body as unknown as SeenPerson;
  };
  const risksOf = async (account: AccountRef): Promise<(typeof RISKS)[number][]> => (await seen(account)).risks;
  const add = ({ directory, id }: AccountRef, kind: 'email' | 'sms' | 'totp', to: string) =>
    addFactor(keyturn.deps, keyturn.deps.store, { account: { directory, id }, kind, label: to, secret: to, source: 'test' });
  const end = (account: AccountRef, { id }: Pick<FactorRow, 'id'>) =>
    endFactor(keyturn.deps, account, id, { author: 'test', reason: 'lost', language: 'en', lane: 'notice' });
  /** So many days later, when the agent of before is signed in no more. */
  const later = async (days: number) => {
    keyturn.clock.move(days * DAY);
    agent = await newAgent();
  };
  const link = (one: AccountRef, other: AccountRef) => {
    const now = keyturn.clock.now();
    const ids = [randomUUID(), randomUUID()] as const;
    return keyturn.deps.store.people.link(one, other, { person: randomUUID(), ids, now, by: 'test', countsFrom: now });
  };

  it('is marked for two weeks where a number was replaced, or one was added beside another', async () => {
    const [target, other] = [await person(), await person()];
    const [{ account }, second] = [await keyturn.enrol(target.login), await keyturn.enrol(other.login)];
    const first = await add(account, 'sms', '+4915111111111');
    // The first of a kind, and another one on the same day, are no change.
    expect(await risksOf(target)).toEqual([]);
    await later(20);
    expect(await risksOf(target)).toEqual([]);
    await end(account, first);
    await add(account, 'sms', '+4915122222222');
    await add(second.account, 'email', 'b@example.test');
    expect(await risksOf(target)).toContain(CHANGED);
    expect(await risksOf(other)).toContain(CHANGED);
    await later(15);
    expect(await risksOf(target)).not.toContain(CHANGED);
  });

  it('is marked where it is one of a linked account, which proves the person as well', async () => {
    const [target, other] = [await person(), await person('telling')];
    const before = await add(other, 'sms', '+4915133333333');
    expect(await link(target, other)).toBe(true);
    await later(20);
    await end(other, before);
    await add(other, 'sms', '+4915144444444');
    expect(await risksOf(target)).toContain(CHANGED);
  });

  it('is nothing that is said of everybody whose mailbox the directory has, which tells nobody since when: that is told beside it', async () => {
    const [plain, told] = [await person('people', 'a.example'), await person('telling', 'a.example')];
    // Its directory has a mailbox too, which proves nothing there.
    expect(await seen(plain)).toMatchObject({ risks: [], factors: [] });
    const ofDirectory = { kind: 'email', createdAt: null };
    expect(await seen(told)).toMatchObject({ risks: [], factors: [ofDirectory] });
    const { store } = keyturn.deps;
    const row = await store.embedded.find('telling', told.id);
    expect(row !== null && (await store.embedded.update({ ...row, mail: `thief-${row.mail}` }))).toBe(true);
    expect(await seen(told)).toMatchObject({ risks: [], factors: [ofDirectory] });
    // What is enrolled tells since when.
    await add(told, 'sms', '+4915155555555');
    expect(await seen(told)).toMatchObject({ risks: [], factors: [{ kind: 'sms', createdAt: expect.any(String) }, ofDirectory] });
    // What is known to have been added beside it is told as that.
    await add(told, 'email', `${told.login}@b.example`);
    expect(await risksOf(told)).toEqual([CHANGED]);
  });

  it('is not known where more has happened than is looked through, whoever has the mailbox', { timeout: 60_000 }, async () => {
    const target = await person();
    const { account } = await keyturn.enrol(target.login);
    await later(20);
    const first = await add(account, 'sms', '+4915166666666');
    await end(account, first);
    await add(account, 'sms', '+4915177777777');
    // The end of the first number is behind all of these.
    for (let nth = 0; nth < 210; nth += 1) await end(account, await add(account, 'totp', `${nth}`));
    expect(await risksOf(target)).toEqual([NOT_KNOWN]);
  });
});

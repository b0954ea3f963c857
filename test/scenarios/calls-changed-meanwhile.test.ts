import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import errors from '../../locales/en/errors.json' with { type: 'json' };
import { newLogin, newPassword } from '../conformance/samples.ts';
import { type CallsOnRealDirectory, type Person, startCalls } from './calls-on-real-directory.ts';
import { type Agent, act, caseNow, eventsAbout, verified } from './helpdesk.ts';
import { request } from './journey-client.ts';
import { REAL_KINDS, type RealPerson } from './real-directories.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const refused = { status: 403, code: 'access.refused' } as const;
const disabled = { status: 409, code: 'account.disabled' } as const;

/** Milliseconds for which a node goes by what it has looked up of groups and protection. */
const LOOKED_UP = 31_000;

describe.each(REAL_KINDS)('a caller who was verified, and whose account is changed before the agent acts, kind %s:', (kind) => {
  let calls: CallsOnRealDirectory;
  let keyturn: Keyturn;
  let staff: readonly Person[];
  let inPlace: Person[];
  beforeAll(async () => {
    calls = await startCalls(kind, 3);
    ({ keyturn, staff } = calls);
    inPlace = [];
    for (let nth = 0; nth < 7; nth += 1) inPlace.push(await calls.enrolled({ parentDn: calls.place }));
  }, 120_000);
  afterAll(() => calls?.close());

  const next = (people: readonly Person[], nth: number): Person => {
    const person = people[nth];
    if (person === undefined) throw new Error('too few people to call');
    return person;
  };
  /** At their place, by a role over that place. */
  const atPlace = async (nth: number) => ({ victim: next(inPlace, nth), who: await calls.agentOf(calls.agents.placed) });
  /** Of the group, by a role over that group. */
  const ofStaff = async (nth: number) => ({ victim: next(staff, nth), who: await calls.agentOf(calls.agents.first) });

  interface Played {
    victim: Person;
    who: Agent;
    /** Who stands there after it: the same person, or somebody else; null: nobody. */
    change(victim: Person): Promise<RealPerson | null>;
    expected: { status: number; code: keyof typeof errors };
    /** Why no role allows it any more. */
    because?: string;
  }

  /** Verifies the caller, changes the account, and has the agent act: the server has afterwards what it had after the change. */
  async function play({ victim, who, change, expected, because }: Played): Promise<void> {
    const { id } = await verified(keyturn, who, victim);
    const now = await change(victim);
    keyturn.clock.move(LOOKED_UP);
    const look = async () => (now === null ? null : calls.entryOf({ ...victim, person: now }));
    const before = await look();
    if (before !== null) expect(Object.values(before).flat(), 'the server tells what a write would change').not.toEqual([]);
    const reply = await act(who, id);
    // The agent reads why.
    expect(reply).toMatchObject({ status: expected.status, body: { code: expected.code, title: errors[expected.code] } });
    expect(await look()).toEqual(before);
    expect(await calls.writesFor(victim)).toBe(0);
    // It is written down: who, in which case, about whom, and what they were told; and, where their role is why, what is wrong with it.
    const actor = expect.objectContaining({ kind: 'delegate', login: who.login });
    const noted = { code: expected.code, actor, account: victim.ref };
    expect(await eventsAbout(keyturn, 'case.refused', id)).toContainEqual(expect.objectContaining(noted));
    if (because !== undefined)
      expect(await eventsAbout(keyturn, 'access.refused', victim.ref.id)).toContainEqual(
        expect.objectContaining({ actor, reasons: [expect.objectContaining({ reason: because })] }),
      );
    // Nothing of the receipt is used up: what was undone by mistake is put right, and the call goes on.
    expect(await caseNow(who, id)).toMatchObject({ state: 'verified' });
  }

  it('disabled', async () => {
    const change = async ({ person }: Person) => {
      await calls.real.disable(person);
      return person;
    };
    await play({ ...(await atPlace(0)), change, expected: disabled });
  });

  it('moved to a place that the role is not over', async () => {
    const change = ({ person }: Person) => calls.real.rename(person, { parentDn: calls.peopleDn });
    await play({ ...(await atPlace(1)), change, expected: refused, because: 'out-of-scope' });
  });

  it('protected after a link was sent: it opens nothing', async () => {
    const { victim, who } = await ofStaff(1);
    const { id } = await verified(keyturn, who, victim);
    const { channels } = (await who.held.call('GET', `/helpdesk/cases/${id}/reset`)).body as unknown as { channels: { id: string }[] };
    const sent = await act(who, id, { linkTo: channels[0]?.id });
    expect(sent).toMatchObject({ status: 200, body: { outcome: 'done' } });
    const mails = () => [victim.address, victim.person.mail].flatMap((address) => keyturn.messages(address));
    const link = () => mails().flatMap(({ text }) => /helpdesk-link#(\S+)/.exec(text)?.[1] ?? [])[0];
    await until(() => link() !== undefined, 'the mail with the link');
    await calls.guard([victim]);
    keyturn.clock.move(LOOKED_UP);
    const { number } = (sent.body as unknown as { link: { number: string } }).link;
    const opening = await request(keyturn.url, 'POST', '/helpdesk-link', { link: link(), number });
    expect(opening).toMatchObject({ status: 410, body: { code: 'helpdesk-link.invalid' } });
    expect(await eventsAbout(keyturn, 'case.link-refused', id)).toMatchObject([{ because: 'agent' }]);
    expect(await calls.keepsPassword(victim)).toBe(true);
    expect(await calls.writesFor(victim)).toBe(0);
  });

  it('taken out of the group that the role is over', async () => {
    const change = async ({ person }: Person) => {
      await calls.leaveStaffTo(next(staff, 2));
      return person;
    };
    await play({ ...(await ofStaff(0)), change, expected: refused, because: 'out-of-scope' });
  });

  it('added to a protected group', async () => {
    const change = async (victim: Person) => {
      await calls.guard([victim]);
      return victim.person;
    };
    await play({ ...(await atPlace(2)), change, expected: refused, because: 'protected' });
  });

  it('called as somebody who is protected', async () => {
    // The name is free again: one that nobody has would protect everybody.
    const change = async ({ person }: Person) => {
      await calls.real.remove(calls.guarded.person);
      return calls.real.rename(person, { login: calls.guarded.login });
    };
    await play({ ...(await atPlace(3)), change, expected: refused, because: 'protected' });
  });

  it('deleted, and made anew under the same name', async () => {
    const { victim, who } = await atPlace(4);
    const password = newPassword();
    const change = async ({ person }: Person) => {
      await calls.real.remove(person);
      return calls.real.createPerson({ login: person.login, password, parentDn: calls.place });
    };
    await play({ victim, who, change, expected: refused });
    // Who is there now was never verified, and keeps what they have.
    expect(await calls.real.signsIn(victim.person, password)).toBe(true);
    const [account] = await keyturn.deps.directories.get('people').findAccounts(victim.login);
    expect(account?.id).not.toBe(victim.ref.id);
    expect(await eventsAbout(keyturn, 'write.intended', account?.id ?? 'none')).toEqual([]);
  });

  it('moved and called otherwise within the scope of the role: it is the same account, and is helped', async () => {
    const { victim, who } = await atPlace(5);
    const { id } = await verified(keyturn, who, victim);
    const moved = await calls.real.rename(victim.person, { parentDn: calls.innerPlace });
    const now = await calls.real.rename(moved, { login: newLogin() });
    keyturn.clock.move(LOOKED_UP);
    expect(await act(who, id)).toMatchObject({ status: 200, body: { outcome: 'done', mustChange: true } });
    expect(await calls.real.signsIn(now, victim.person.password)).toBe(false);
    expect(await eventsAbout(keyturn, 'write.succeeded', victim.ref.id)).toHaveLength(1);
    expect(await caseNow(who, id)).toMatchObject({ state: 'closed', because: 'acted' });
  });
});

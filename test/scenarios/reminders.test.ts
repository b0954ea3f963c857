import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { PeopleDirectories, SeenPerson } from '../../shared/api/people.ts';
import type { NotReminded, Reminded, RemindRequest } from '../../shared/api/reminders.ts';
import { createReminders } from '../../src/core/enrolment/remind-by-mail.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { eventsAbout } from './helpdesk.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const DAY = 24 * 3_600_000;
const SUBJECT = 'Please set up how you get back into your account';
const over = { directories: ['people'], groups: ['Staff'] };
const roles = [
  {
    name: 'callers',
    may: ['see-people' as const, 'remind-people' as const],
    heldBy: { groups: ['Callers'], directories: ['people'] },
    over,
  },
  { name: 'lookers', may: ['see-people' as const], heldBy: { groups: ['Lookers'], directories: ['people'] }, over },
  { name: 'writers', may: ['remind-people' as const], heldBy: { groups: ['Writers'], directories: ['people'] }, over },
];
const required = [
  { name: 'machines', when: { directories: ['people'], groups: ['Machines'] }, ask: 'never' as const },
  { name: 'mailed', when: { directories: ['people'], groups: ['Mailed'] }, mails: { everyDays: 7, atMost: 3 } },
  { name: 'later', when: { directories: ['people'], groups: ['Later'] }, from: '2099-01-01' },
];

describeEachEngine('a reminder that an agent has sent, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection(), embeddedSection('cloud')],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles, enrolment: { required } },
    });
  });

  async function signedIn(group: string): Promise<{ login: string; held: SessionClient; again: () => Promise<SessionClient> }> {
    const login = newLogin('agent');
    await addPerson(keyturn, login, { groups: [group] });
    const person = await keyturn.enrol(login);
    const again = () => signIn(keyturn, login, person);
    return { login, held: await again(), again };
  }
  async function person(more: Parameters<typeof addPerson>[2] = {}) {
    const login = newLogin('bare');
    await addPerson(keyturn, login, { groups: ['Staff'], ...more });
    const [found] = await keyturn.deps.directories.get(more.directory ?? 'people').findAccounts(login);
    return { login, ref: { directory: more.directory ?? 'people', id: found?.id ?? '' } };
  }
  const remind = async (held: SessionClient, whom: RemindRequest): Promise<Reminded> => {
    const { status, body } = await held.call('POST', '/helpdesk/reminders', whom);
    expect([status, body]).toEqual([200, expect.anything()]);
    return body as unknown as Reminded;
  };
  const passed = (because: NotReminded, count = 1) => ({ reminded: 0, passed: [{ because, count }], cursor: null });
  const mails = (login: string) => keyturn.messages(`${login}@work.example.test`).filter(({ subject }) => subject === SUBJECT);

  it('goes to who could not recover, once within a day whoever asks, and is in the log with who asked', async () => {
    const [agent, other, { login, ref }] = [await signedIn('Callers'), await signedIn('Writers'), await person()];
    const replies = await Promise.all([agent, other, agent].map(({ held }) => remind(held, { people: [ref] })));
    expect(replies.map(({ reminded }) => reminded).toSorted()).toEqual([0, 0, 1]);
    expect(await remind(other.held, { people: [ref] })).toEqual(passed('lately'));
    await until(() => mails(login).length === 1, 'the mail');
    expect(await eventsAbout(keyturn, 'enrolment.reminded', ref.id)).toMatchObject([
      { actor: { kind: 'delegate', login: expect.stringMatching(/^agent/) }, count: 1 },
    ]);
    keyturn.clock.move(DAY);
    expect(await remind(await agent.again(), { people: [ref] })).toEqual({ reminded: 1, passed: [], cursor: null });
    await until(() => mails(login).length === 2, 'the mail of the next day');
  });

  it('says of nobody else that they were reminded, and why not', async () => {
    const { held } = await signedIn('Callers');
    const enrolled = await person();
    await keyturn.enrol(enrolled.login);
    const cases: [NotReminded, { ref: { directory: string; id: string } }][] = [
      ['can-recover', enrolled],
      ['barred', await person({ groups: ['Staff', PROTECTED_GROUP] })],
      ['barred', await person({ disabled: true })],
      ['not-there', await person({ groups: [] })],
      ['not-there', await person({ directory: 'cloud' })],
      ['not-there', { ref: { directory: 'people', id: randomUUID() } }],
      ['not-there', { ref: { directory: 'nowhere', id: 'x' } }],
      ['never', await person({ groups: ['Staff', 'Machines'] })],
      ['no-address', await person({ mail: undefined as never })],
    ];
    for (const [because, { ref }] of cases) expect(await remind(held, { people: [ref] }), because).toEqual(passed(because));
    const all = await remind(held, { people: cases.map(([, { ref }]) => ref) });
    expect(all.passed.reduce((sum, { count }) => sum + count, all.reminded)).toBe(cases.length);
    for (const [, { ref }] of cases) expect(await eventsAbout(keyturn, 'enrolment.reminded', ref.id)).toEqual([]);
  });

  it('goes also to who is asked by no rule yet, and leaves alone who has put it off', async () => {
    const { held } = await signedIn('Callers');
    const [later, mailed] = [await person({ groups: ['Staff', 'Later'] }), await person({ groups: ['Staff', 'Mailed'] })];
    expect(await remind(held, { people: [later.ref] })).toMatchObject({ reminded: 1 });
    await keyturn.deps.store.enrolmentAsks.putOff(mailed.ref, keyturn.clock.now() + DAY, keyturn.clock.now());
    expect(await remind(held, { people: [mailed.ref] })).toEqual(passed('put-off'));
  });

  it('counts with those that a rule sends: neither comes right after the other', async () => {
    const mailed = { groups: ['Staff', 'Mailed'] };
    const [agent, byAgent, byRule] = [await signedIn('Callers'), await person(mailed), await person(mailed)];
    expect(await remind(agent.held, { people: [byAgent.ref] })).toMatchObject({ reminded: 1 });
    expect(await eventsAbout(keyturn, 'enrolment.reminded', byAgent.ref.id)).toMatchObject([{ rule: 'mailed' }]);
    const sent = ({ ref }: { ref: { id: string } }) => eventsAbout(keyturn, 'enrolment.reminded', ref.id);
    // A directory is looked through once a day, and this one may have been just now.
    for (let day = 0; day < 3 && (await sent(byRule)).length === 0; day += 1) {
      keyturn.clock.move(DAY);
      await createReminders(keyturn.deps)();
    }
    expect(await sent(byRule)).toMatchObject([{ actor: { kind: 'system' } }]);
    expect(await sent(byAgent)).toHaveLength(1);
    expect(await remind(await agent.again(), { people: [byRule.ref] })).toEqual(passed('lately'));
  });

  it('goes to everybody whom a search finds, page by page, also when two agents go through it at once', async () => {
    const family = newLogin('family');
    const people = await Promise.all(Array.from({ length: 60 }, () => person({ displayName: `Ada ${family}` })));
    const enrolled = await person({ displayName: `Ada ${family}` });
    await keyturn.enrol(enrolled.login);
    await person({ displayName: `Ada ${family}`, groups: [] });
    const agents = [await signedIn('Callers'), await signedIn('Callers')];
    const through = async ({ held }: { held: SessionClient }) => {
      const sum = { pages: 0, reminded: 0, looked: 0 };
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const wanted = { directory: 'people', text: family, ...(cursor === undefined ? {} : { cursor }) };
        const page: Reminded = await remind(held, { wanted });
        sum.pages += 1;
        sum.reminded += page.reminded;
        sum.looked += page.passed.reduce((count, each) => count + each.count, page.reminded);
        cursor = page.cursor;
      }
      return sum;
    };
    const sums = await Promise.all(agents.map(through));
    expect(sums.map(({ looked }) => looked)).toEqual([61, 61]);
    // A page with somebody out of scope in it is filled from the next one.
    expect(sums.every(({ pages }) => pages >= 2)).toBe(true);
    expect(sums.reduce((count, { reminded }) => count + reminded, 0)).toBe(60);
    for (const { login } of people) await until(() => mails(login).length === 1, `the mail to ${login}`);
  });

  it('is sent by who may, and by nobody whose session has ended', async () => {
    const { ref } = await person();
    const [looker, writer, agent] = [await signedIn('Lookers'), await signedIn('Writers'), await signedIn('Callers')];
    const refused = { status: 403, body: { code: 'access.refused' } };
    expect(await looker.held.call('POST', '/helpdesk/reminders', { people: [ref] })).toMatchObject(refused);
    // Who sees nobody goes through no list.
    expect(await writer.held.call('POST', '/helpdesk/reminders', { wanted: { directory: 'people' } })).toMatchObject(refused);
    for (const body of [{}, { people: [] }, { people: Array.from({ length: 101 }, () => ref) }])
      expect((await agent.held.call('POST', '/helpdesk/reminders', body)).status).toBe(400);
    const told = async ({ held }: { held: SessionClient }) => {
      const { directories } = (await held.call('GET', '/helpdesk/directories')).body as unknown as PeopleDirectories;
      const seen = (await held.call('GET', `/helpdesk/people/people/${ref.id}`)).body as unknown as SeenPerson;
      return [directories.map(({ id, reminds }) => [id, reminds]), seen.reminds];
    };
    expect(await told(agent)).toEqual([[['people', true]], true]);
    expect(await told(looker)).toEqual([[['people', false]], false]);
    await agent.held.call('DELETE', '/session');
    expect((await agent.held.call('POST', '/helpdesk/reminders', { people: [ref] })).status).toBe(401);
    expect(await eventsAbout(keyturn, 'enrolment.reminded', ref.id)).toEqual([]);
  });
});

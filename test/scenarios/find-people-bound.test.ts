import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FoundPeopleAnswer } from '../../shared/api/people.ts';
import { newPassword } from '../conformance/samples.ts';
import { searchesDuring } from '../servers/logged-searches.ts';
import { type SlapdServer, startSlapd } from '../servers/slapd.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

/** People out of scope who stand before those in it; a page reads past 2,000 of them. */
const BEYOND = 2100;
const READ_PAST = 2000;
const PAGE = 25;
/** Searches for who asks: their account, their roles, their session. */
const FOR_THE_AGENT = 20;

let slapd: SlapdServer;
let keyturn: Keyturn;
let [byGroup, byPlace]: SessionClient[] = [];
let [inner, secret] = ['', ''];

beforeAll(async () => {
  slapd = await startSlapd({ generatedUsers: BEYOND, logOperations: true });
  process.env.BOUND_SERVICE = slapd.service.password;
  inner = await slapd.createOrganizationalUnit('Inner');
  secret = await slapd.createOrganizationalUnit('Secret');
  const person = async (login: string, parentDn?: string) => {
    const password = newPassword();
    const { dn } = await slapd.createUser({ login, password, ...(parentDn === undefined ? {} : { parentDn }) });
    return { login, dn, password };
  };
  await person('hidden', secret);
  const [one, other] = [await person('agent-by-group'), await person('agent-by-place')];
  const last = await person('in-scope', inner);
  await slapd.createGroup('Crew', [last.dn]);
  const may = ['see-people' as const];
  const directories = ['people'];
  keyturn = await startKeyturn({
    directories: [
      {
        ...{ kind: 'openldap', id: 'people', label: 'People', servers: [{ url: slapd.url }], tls: { ca: slapd.caPem } },
        ...{ baseDn: slapd.baseDn, serviceAccount: { name: slapd.service.name, password: 'env:BOUND_SERVICE' } },
        protected: { logins: ['hidden'] },
      },
    ] as never,
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: [
        { name: 'by-group', may, heldBy: { accounts: [one.login] }, over: { directories, groups: ['Crew'] } },
        { name: 'by-place', may, heldBy: { accounts: [other.login] }, over: { directories, places: [inner] } },
      ],
    },
  });
  [byGroup, byPlace] = [
    await signIn(keyturn, one.login, await keyturn.enrol(one.login), one.password),
    await signIn(keyturn, other.login, await keyturn.enrol(other.login), other.password),
  ];
}, 120_000);
afterAll(async () => {
  await keyturn?.close();
  await slapd?.stop();
});

async function ask(held: SessionClient | undefined, of: Record<string, string>): Promise<FoundPeopleAnswer> {
  const reply = await held?.call('GET', `/helpdesk/people?${new URLSearchParams({ directory: 'people', ...of })}`);
  expect(reply).toMatchObject({ status: 200 });
  return reply?.body as unknown as FoundPeopleAnswer;
}

const logins = ({ people }: FoundPeopleAnswer) => people.map(({ login }) => login);

it('who is behind very many out of scope is found by going on, or by their name, and so many searches are made for a page', async () => {
  const { result: first, asked } = await searchesDuring(slapd, () => ask(byPlace, {}));
  // Who is at a place is told by the name of the entry: a search for each page of the directory, and none for each person.
  expect(asked.length).toBeGreaterThanOrEqual(READ_PAST / PAGE);
  expect(asked.length).toBeLessThanOrEqual(READ_PAST / PAGE + FOR_THE_AGENT);
  // Nobody yet is not "nobody": there is a next page.
  expect(first).toMatchObject({ people: [], cursor: expect.any(String) });
  expect(logins(await ask(byPlace, { cursor: first.cursor ?? '' }))).toEqual(['in-scope']);
  expect(logins(await ask(byPlace, { text: 'in-sco' }))).toEqual(['in-scope']);

  const { result: ofGroup, asked: forGroup } = await searchesDuring(slapd, () => ask(byGroup, {}));
  // Who is in a group is asked of each: two searches a person at most.
  expect(forGroup.length).toBeLessThanOrEqual(2 * READ_PAST + READ_PAST / PAGE + FOR_THE_AGENT);
  expect(ofGroup).toMatchObject({ people: [], cursor: expect.any(String) });
  expect(logins(await ask(byGroup, { cursor: ofGroup.cursor ?? '' }))).toEqual(['in-scope']);
});

it('of a place that is apart from all of their own nothing is asked of the server, whether it is there or not', async () => {
  const nowhere = `ou=Nowhere,${slapd.peopleDn}`;
  const about = async (place: string) => {
    const { result, asked } = await searchesDuring(slapd, () => ask(byPlace, { place }));
    return {
      result,
      count: asked.length,
      told: asked.some((line) => line.toLowerCase().includes(place.split(',')[0]?.toLowerCase() ?? '')),
    };
  };
  const [there, missing] = [await about(secret), await about(nowhere)];
  expect(there).toEqual(missing);
  expect(there).toMatchObject({ result: { people: [], cursor: null, untold: false }, told: false });
  // Theirs, and what is above it, are looked for.
  expect(logins(await ask(byPlace, { place: inner }))).toEqual(['in-scope']);
  const above = await ask(byPlace, { place: slapd.peopleDn });
  expect(above).toMatchObject({ people: [], cursor: expect.any(String) });
  expect(logins(await ask(byPlace, { place: slapd.peopleDn, cursor: above.cursor ?? '' }))).toEqual(['in-scope']);
});

it('by a role over a group a place of very many people out of it is as one that is not there', async () => {
  const nowhere = await ask(byGroup, { place: `ou=Nowhere,${slapd.peopleDn}` });
  expect(nowhere).toEqual({ people: [], cursor: null, untold: false });
  expect(await ask(byGroup, { place: slapd.peopleDn })).toEqual(nowhere);
  // With more of what is wanted it is told who is there.
  expect(logins(await ask(byGroup, { place: slapd.peopleDn, text: 'in-sco' }))).toEqual(['in-scope']);
});

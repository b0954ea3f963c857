import { describe, expect, it } from 'vitest';
import type { FoundPeopleAnswer, PeopleDirectories } from '../../shared/api/people.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type RealKind, reachRealDirectory } from './real-directories.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { startKeyturn } from './start-keyturn.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 } as const;
const query = (path: string, of: Record<string, string>) => `/helpdesk/${path}?${new URLSearchParams({ directory: 'people', ...of })}`;

/** The same DN as other servers and people spell it. */
function speltOtherwise(dn: string): string {
  return dn
    .split(',')
    .map((rdn) => rdn.replace(/^ou=/i, '2.5.4.11=').replace(/^dc=/i, 'domainComponent = ').toUpperCase())
    .join(' , ');
}

const plain = { kind: 'ldap', disabledPeople: 'not-told', lockout: { failures: 5, minutes: 30 } };

describe.each<[string, RealKind, Record<string, unknown>]>([
  ['openldap', 'openldap', {}],
  ['389ds', '389ds', {}],
  ['active-directory', 'active-directory', {}],
  ['ldap', 'openldap', plain],
])('people of %s', (_, server, changes) => {
  it('are looked for below one place, within the scope of the role, and nothing else is told of what stands there', {
    timeout: 300_000,
  }, async () => {
    const directory = await reachRealDirectory(server, changes);
    const real = await servers[server]();
    const family = newLogin('p');
    const outer = await real.createOrganizationalUnit(uniqueName('Outer'));
    const inner = await real.createOrganizationalUnit(uniqueName('Inner'), outer);
    const [boss, local] = [await directory.createPerson(), await directory.createPerson()];
    const [high, low, elsewhere] = [
      await directory.createPerson({ login: `${family}-a`, parentDn: outer }),
      await directory.createPerson({ login: `${family}-b`, parentDn: inner }),
      await directory.createPerson({ login: `${family}-c` }),
    ];
    const over = { directories: ['people'] };
    const may = ['see-people' as const];
    const own = await startKeyturn({
      directories: [directory.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [
          { name: 'everywhere', may, heldBy: { accounts: [boss.login] }, over },
          { name: 'at-one-place', may, heldBy: { accounts: [local.login] }, over: { ...over, places: [inner] } },
        ],
      },
    });
    try {
      const agent = await signIn(own, boss.login, await own.enrol(boss.login), boss.password);
      const logins = async (of: Record<string, string>, held: SessionClient = agent) => {
        const reply = await held.call('GET', query('people', { text: family, ...of }));
        expect(reply).toMatchObject({ status: 200 });
        return (reply.body as unknown as FoundPeopleAnswer).people.map(({ login }) => login).toSorted();
      };
      const { directories } = (await agent.call('GET', '/helpdesk/directories')).body as unknown as PeopleDirectories;
      expect(directories).toMatchObject([{ id: 'people', places: true }]);
      expect(await logins({})).toEqual([high.login, low.login, elsewhere.login]);
      expect(await logins({ place: outer })).toEqual([high.login, low.login]);
      expect(await logins({ place: inner })).toEqual([low.login]);
      expect(await logins({ place: speltOtherwise(inner) })).toEqual([low.login]);
      expect(await logins({ place: real.baseDn })).toHaveLength(3);
      // What is no container is as what is not there, or somebody could ask for anybody by name.
      const missing = [
        ...[high.dn, `ou=Nowhere,${outer}`, `nonsense=x,${outer}`, `uid=nobody,${outer}`],
        ...['Sales', ' ', '*', `ou=Out\u0000er,${outer}`, 'dc=example', 'ou=people,dc=elsewhere,dc=test', `${outer},dc=more`],
      ];
      const answers = await Promise.all(missing.map((place) => agent.call('GET', query('people', { text: family, place }))));
      for (const [index, { status, body }] of answers.entries())
        expect([missing[index], status, body.code]).toEqual([missing[index], 422, 'directory.place-missing']);
      expect((await agent.call('GET', query('people', { text: family, place: '' }))).status).toBe(400);
      const csv = await fetch(`${own.url}/api/v1${query('people.csv', { text: family, place: inner })}`, {
        headers: { authorization: `Bearer ${agent.token}` },
      });
      expect((await csv.text()).trim().split('\n').slice(1)).toEqual([expect.stringContaining(low.login)]);
      const exported = (await own.deps.store.audit.read(0, 100_000)).filter(({ type }) => type === 'people.exported');
      expect(exported.map(({ data }) => JSON.parse(data))).toMatchObject([{ place: true, count: 1, whole: true }]);

      // More than a page: the next one is of the same place, and of no other.
      const many = await Promise.all(
        Array.from({ length: 27 }, (_, nth) => directory.createPerson({ login: `${family}-m${nth}`, parentDn: nth === 0 ? outer : inner })),
      );
      const first = (await agent.call('GET', query('people', { place: inner }))).body as unknown as FoundPeopleAnswer;
      const cursor = first.cursor ?? '';
      expect(first.people).toHaveLength(25);
      const second = (await agent.call('GET', query('people', { place: inner, cursor }))).body as unknown as FoundPeopleAnswer;
      expect([...first.people, ...second.people].map(({ login }) => login).toSorted()).toEqual(
        [low, ...many.slice(1)].map(({ login }) => login).toSorted(),
      );
      for (const of of [{ place: outer }, {}])
        expect((await agent.call('GET', query('people', { ...of, cursor }))).body.code).toBe('request.malformed');

      // The scope of a role is that of before, whichever place is asked for.
      const held = await signIn(own, local.login, await own.enrol(local.login), local.password);
      expect(await logins({ place: outer }, held)).not.toContain(high.login);
      expect(await logins({ place: outer, text: low.login }, held)).toEqual([low.login]);
      expect(await logins({ place: outer, text: high.login }, held)).toEqual([]);
      // To them a place that is not there is as one at which they may see nobody: no name is tried out.
      const secret = await real.createOrganizationalUnit(uniqueName('Secret'));
      await directory.createPerson({ login: `${family}-s`, parentDn: secret });
      const csvOf = async (place: string) => {
        const headers = { authorization: `Bearer ${held.token}` };
        const reply = await fetch(`${own.url}/api/v1${query('people.csv', { place })}`, { headers });
        return [reply.status, await reply.text()];
      };
      const [known, csvKnown] = [await held.call('GET', query('people', { place: secret })), await csvOf(secret)];
      expect([known.status, known.body]).toEqual([200, { people: [], cursor: null, untold: false }]);
      for (const place of missing) {
        const { status, body } = await held.call('GET', query('people', { place }));
        expect([place, status, body]).toEqual([place, known.status, known.body]);
        expect([place, ...(await csvOf(place))]).toEqual([place, ...csvKnown]);
      }
    } finally {
      await own.close();
      await directory.proxy.stop();
    }
  });
});

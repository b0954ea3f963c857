import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PEOPLE_FILTERS } from '../../shared/people-filters.ts';
import { makeToken } from '../../src/core/tokens/make-token.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { HELPDESK_ROLES, newAgent, newCaller, openCase, opened } from './helpdesk.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { proveSignIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const HERE = { directories: ['people'] };

let keyturn: Keyturn;
beforeAll(async () => {
  const seers = {
    name: 'seers',
    may: ['see-people' as const],
    heldBy: { ...HERE, groups: ['Agents'] },
    over: { ...HERE, groups: ['Staff'] },
  };
  const chiefs = {
    name: 'chiefs',
    may: ['see-people' as const, 'reset-password' as const],
    heldBy: { ...HERE, groups: ['Chiefs'] },
    over: { directories: ['people', 'cloud'] },
  };
  keyturn = await startKeyturn({
    directories: [embeddedSection(), embeddedSection('cloud')],
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: [
        ...HELPDESK_ROLES.map((role) => ({ ...role, heldBy: { ...HERE, ...role.heldBy }, over: { ...HERE, ...role.over } })),
        seers,
        chiefs,
      ],
      helpdesk: { approvals: [{ name: 'board', when: { ...HERE, groups: ['Board'] }, acts: ['reset-password'] }] },
    },
  });
});
afterAll(() => keyturn?.close());

it('of no call does an agent, or a program, learn anything about people out of scope, whatever happens to them', {
  timeout: 120_000,
}, async () => {
  // Whoever is out of scope has this in all that they are called.
  const mark = newLogin('canary');
  const [agent, chief] = [await newAgent(keyturn), await newAgent(keyturn, 'Chiefs')];
  const inside = await newCaller(keyturn);
  const hidden: string[] = [];
  for (const directory of ['people', 'cloud']) {
    const login = `${mark}-${directory}`;
    const more = { displayName: `${mark} hidden`, mail: `${login}@work.example.test`, groups: ['Board'], directory };
    await addPerson(keyturn, login, more);
    const person = await keyturn.enrol(login, `${login}@home.example.test`);
    hidden.push(person.account.id);
    const link = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as const, now: 0, by: 'test', countsFrom: 0 };
    if (directory === 'people') expect(await keyturn.deps.store.people.link(inside.account, person.account, link)).toBe(true);
    // A sign-in that fails, a case that waits for a second agent, a freeze.
    await proveSignIn(keyturn.url, login, undefined, 'not the password');
    await openCase(chief, { ref: person.account });
    await chief.held.call('GET', `/helpdesk/people/${directory}/${person.account.id}`);
    if (directory === 'cloud') await keyturn.deps.store.freezes.freeze(person.account, 'not-me', keyturn.clock.now());
  }
  await opened(agent, inside);
  const { text: token } = await makeToken(
    keyturn.deps,
    { name: mark.replace('canary', 'program'), may: ['see-people'], days: 1, over: { groups: ['Staff'] } },
    { actor: { kind: 'operator' }, author: 'test' },
  );

  const { paths } = (await (await fetch(`${keyturn.url}/api/openapi.json`)).json()) as { paths: Record<string, { get?: object }> };
  const inScope: Record<string, string> = { directory: 'people', id: inside.account.id };
  const queries = ['', ...['people', 'cloud'].flatMap((id) => ['', mark, hidden[0] ?? ''].map((text) => `?directory=${id}&text=${text}`))];
  const filters = PEOPLE_FILTERS.map((filter) => `?directory=people&filter=${filter}`);
  const wanted = Object.keys(paths).filter((path) => paths[path]?.get !== undefined && !/\/(live|demo)\b/.test(path));
  const addresses = wanted.flatMap((path) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => inScope[name] ?? 'x');
    const about = /people\/\{directory/.test(path)
      ? hidden.flatMap((id) => ['people', 'cloud'].map((at) => path.replace('{directory}', at).replace('{id}', id)))
      : [];
    return [...[...queries, ...filters, '?days=7'].map((query) => filled + query), ...about];
  });
  expect(addresses.length).toBeGreaterThan(200);
  const answered = new Set<string>();
  for (const held of [agent.held.token, token])
    for (const address of addresses) {
      const reply = await fetch(keyturn.url + address, { headers: { authorization: `Bearer ${held}` } });
      const text = `${JSON.stringify([...reply.headers])} ${await reply.text()}`;
      if (reply.status === 200) answered.add(address.split('?')[0] ?? '');
      // What was asked for stands in no answer either.
      for (const secret of [mark, ...hidden])
        expect([address, reply.status, text.includes(secret) ? text : '']).toEqual([address, reply.status, '']);
    }
  for (const path of [
    '/api/v1/helpdesk/people',
    '/api/v1/helpdesk/people.csv',
    '/api/v1/helpdesk/approvals',
    `/api/v1/helpdesk/people/people/${inside.account.id}`,
  ])
    expect(answered).toContain(path);

  // While it happens: what is told of is somebody in scope, after all that happened to the others.
  const stream = await fetch(`${keyturn.url}/api/v1/helpdesk/live`, { headers: { authorization: `Bearer ${agent.held.token}` } });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let told = '';
  const reading = (async () => {
    for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) told += next.value;
  })();
  for (const login of [`${mark}-people`, `${mark}-cloud`, inside.login]) {
    keyturn.clock.move(31_000);
    const client = await proveSignIn(keyturn.url, login, undefined, 'not the password');
    expect(client.step.kind).not.toBe('done');
  }
  await until(() => told.includes(inside.account.id), 'word of somebody in scope');
  for (const secret of [mark, ...hidden]) expect(told).not.toContain(secret);
  await reader?.cancel();
  await reading.catch(() => undefined);
});

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startKillableKeyturn } from './killable-keyturn.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { exchange, proveSignIn } from './sign-in-client.ts';
import { startKeyturn } from './start-keyturn.ts';

const MANY = 1100;
const MAY = ['see-people' as const, 'view-history' as const];

describeEachEngine('a list whose node dies in the middle, on %s', (engine) => {
  it.each([
    ['people', 'helpdesk/people.csv?directory=people&enrolled=no-passkey'],
    ['history', 'history.csv'],
  ])('is in the log, with who took it and of what: %s', { timeout: 120_000 }, async (kind, path) => {
    const key = new Uint8Array(randomBytes(32));
    const common = {
      ...{ database: await engine.createDatabase(), key, directories: [embeddedSection()] },
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [
          { name: 'agents', may: MAY.slice(0, 1), heldBy: { groups: ['Agents'] }, over: { directories: ['people'] } },
          { name: 'auditors', may: MAY.slice(1), heldBy: { groups: ['Agents'] } },
        ],
      },
    };
    const before = await startKeyturn(common);
    const login = newLogin('taker');
    await addPerson(before, login, { groups: ['Agents'] });
    // No clock goes on: that of the process which dies is the machine's.
    const { token } = (await exchange(before.url, await proveSignIn(before.url, login, await before.enrol(login)))).body;
    const [account] = await before.deps.directories.get('people').findAccounts(login);
    const row = await before.deps.store.embedded.find('people', account?.id ?? '');
    if (row === null) throw new Error('no row');
    // Of either more than is read at once, and more than the buffers of a connection hold.
    const long = 'x'.repeat(15_000);
    if (kind === 'people')
      for (let nth = 0; nth < MANY; nth += 1)
        await before.deps.store.embedded.insert({ ...row, id: randomUUID(), login: `${login}-${nth}`, mail: null, displayName: long });
    else {
      const event = { at: before.clock.now(), type: 'token.refused', data: JSON.stringify({ name: long }) };
      await before.deps.store.transaction((store) => store.audit.append(event, ...Array.from({ length: MANY }, () => event)));
    }
    await before.close();

    const keyHex = Buffer.from(key).toString('hex');
    const { database, directories } = common;
    const node = await startKillableKeyturn({ database, keyHex, directories, stopAt: 'before-the-write' });
    const { hostname, port } = new URL(node.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(`GET /api/v1/${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1\.1 200 /);
    socket.pause();
    await node.kill();
    socket.destroy();

    const after = await startKeyturn(common);
    const events = (await after.deps.store.audit.read(0, 10_000)).filter(({ type }) => type.startsWith(`${kind}.export`));
    const of = kind === 'people' ? { directory: 'people', text: false, enrolled: 'no-passkey' } : { filter: { everybody: true } };
    expect(events.map(({ type, data }) => [type, JSON.parse(data)])).toMatchObject([
      [`${kind}.export-begun`, { list: expect.stringMatching(/^[\w-]{22}$/), actor: { login }, ...of }],
    ]);
    await after.close();
  });
});

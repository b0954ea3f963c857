import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { widestLimits, writeWindow } from '../../src/core/writes/write-window.ts';
import { newLogin } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, caseNow, eventsAbout, HELPDESK_ROLES, newCaller, opened } from './helpdesk.ts';
import { prove, startJourney } from './journey-client.ts';
import { startKillableKeyturn } from './killable-keyturn.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { exchange, inSession, proveSignIn, signIn } from './sign-in-client.ts';
import { createMovableClock, startKeyturn, until } from './start-keyturn.ts';

let folder: string;
beforeAll(async () => {
  folder = await createScratchFolder('calls-interrupted');
});
afterAll(() => removeScratchFolder(folder));

describe.each(['before-the-write', 'after-the-write'] as const)('a node that dies %s of a case', (stopAt) => {
  it('has used up the receipt: what became of it is found out, and the caller is verified anew', { timeout: 60_000 }, async () => {
    const key = new Uint8Array(randomBytes(32));
    const common = {
      ...{ database: `sqlite:${join(folder, `${stopAt}.db`)}`, key, directories: [embeddedSection()] },
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles: HELPDESK_ROLES },
    };
    // It stays where that of the process is that dies, until that is dead.
    const clock = createMovableClock();
    const before = await startKeyturn({ ...common, clock });
    const login = newLogin('agent');
    await addPerson(before, login, { groups: ['Agents'] });
    const [person, caller] = [await before.enrol(login), await newCaller(before)];
    const { token } = (await exchange(before.url, await proveSignIn(before.url, login, person))).body;
    if (token === undefined) throw new Error('not signed in');
    const heldAt = (url: string): Agent['held'] => ({
      ...{ token, session: {} as Agent['held']['session'] },
      call: (method, path, body) => inSession(url, token, method, path, body),
    });
    const agent: Agent = { ...person, login, held: heldAt(before.url) };
    const { id, numbers } = await opened(agent, caller);
    const client = await startJourney(before.url, caller.login, 'confirm-call');
    await prove(before, client, caller);
    await client.answer({ number: numbers?.spoken });
    client.at('done');
    const limits = widestLimits(before.deps.directories.all().map(({ timeLimits }) => timeLimits));
    await before.close();

    const keyHex = Buffer.from(key).toString('hex');
    const killable = await startKillableKeyturn({ database: common.database, keyHex, directories: common.directories, stopAt });
    const lost = act({ ...agent, held: heldAt(killable.url) }, id).then(
      () => 'answered',
      () => 'lost',
    );
    await killable.stopped();
    await killable.kill();
    expect(await lost).toBe('lost');

    clock.move(writeWindow(0, limits).settledAt + 1000);
    const after = await startKeyturn({ ...common, clock });
    await until(async () => (await after.deps.store.intents.openCount()) === 0, 'the sweeper');
    const again: Agent = { ...agent, held: await signIn(after, login, person) };
    expect(await caseNow(again, id)).toMatchObject({ state: 'acting' });
    expect(await act(again, id)).toMatchObject({ status: 409, body: { code: 'case.passed' } });
    const wasWritten = !(await signsIn(after, caller.login, OLD_PASSWORD));
    expect(wasWritten).toBe(stopAt === 'after-the-write');
    expect(await eventsAbout(after, wasWritten ? 'write.succeeded' : 'write.failed', caller.ref.id)).toHaveLength(1);

    const next = await opened(again, caller);
    expect(await act(again, next.id)).toMatchObject({ status: 403, body: { code: 'case.receipt-needed' } });
    clock.move(31_000);
    const anew = await startJourney(after.url, caller.login, 'confirm-call');
    await prove(after, anew, caller);
    await anew.answer({ number: next.numbers?.spoken });
    expect(await act(again, next.id)).toMatchObject({ status: 200, body: { outcome: 'done' } });
    await after.close();
  });
});

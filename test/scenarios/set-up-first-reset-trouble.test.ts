import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NamedTestPerson, ShownFirstReset } from '../../shared/api/first-reset.ts';
import { atLastStep, type LastStep, open, set } from './last-step.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

// The last step of the set-up, while the directory is gone half-way: the page says so, and tells what it knows without it.

const NEW = 'Quiet-harbour-at-n00n';

let real: RealDirectory;
let keyturn: Keyturn;
let step: LastStep;
beforeAll(async () => {
  real = await reachRealDirectory('openldap');
  keyturn = await startKeyturn({ directories: [real.section] });
  step = await atLastStep(keyturn);
});
afterAll(async () => {
  await keyturn?.close();
  await real?.proxy.stop();
});

const gone = () => {
  real.proxy.setMode('refuse');
  real.proxy.cutAll();
};
const shown = async () => {
  const { status, body } = await step.call('GET', '');
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as ShownFirstReset;
};
const back = async () => {
  real.proxy.setMode('forward');
  await until(async () => (await shown()).trouble === null, 'the directory to be there again');
};

it('is shown at each point, with what is wrong, and loses nothing', async () => {
  const person = await real.createPerson();
  const trouble = { code: 'directory.unreachable', problem: expect.stringMatching(/.{10}/), fix: expect.stringMatching(/.{10}/) };
  gone();
  expect((await step.name(person.login)).body).toMatchObject({
    unfit: { reason: 'directory-trouble' },
    shown: { person: null, trouble: null },
  });
  real.proxy.setMode('forward');
  const isFound = async () => ((await step.name(person.login)).body as unknown as NamedTestPerson).unfit === null;
  await until(isFound, 'the person to be found');
  expect(await shown()).toMatchObject({ person: { login: person.login, addresses: 1 }, trouble: null });

  const { secret } = await step.link();
  gone();
  expect(await shown()).toMatchObject({ person: { login: person.login, addresses: null }, trouble, progress: { written: 'waiting' } });
  await back();

  const page = await open(keyturn, secret);
  gone();
  expect(await set(page, NEW)).not.toBe('done');
  expect(await shown()).toMatchObject({ trouble, progress: { isOpened: true, event: null } });
  expect(await real.signsIn(person, person.password)).toBe(true);
  await back();
  expect(await set(page, NEW)).toBe('done');
  expect(await real.signsIn(person, NEW)).toBe(true);

  await keyturn.waitForMessage(person.mail);
  await until(async () => (await shown()).progress.notice === 'taken', 'the notice to have left');
  gone();
  // That it has left is not told by who does not know where it went.
  expect(await shown()).toMatchObject({ trouble, progress: { written: 'done', notice: 'not-known', event: expect.any(Number) } });
});

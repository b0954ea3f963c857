import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../../test/scenarios/sample-directory.ts';
import { type Keyturn, startKeyturn, until } from '../../test/scenarios/start-keyturn.ts';
import { ends, ids, type KioskBench, startKioskBench, type WindowState } from './kiosk/kiosk-bench.ts';
import { proveByCodes } from './kiosk/prove.ts';

let bench: KioskBench;
let keyturn: Keyturn;

beforeAll(async () => {
  bench = await startKioskBench();
  keyturn = await startKeyturn({ directories: [embeddedSection()] });
  await addPerson(keyturn, 'alice');
  bench.proxy.upstream = keyturn.url;
});
beforeEach(() => bench.putForward(0));
afterAll(async () => {
  await bench?.close();
  await keyturn?.close();
});

const isWarned = ({ caption }: WindowState) => /^Closes in \d+ s: nothing was typed/.test(caption);
/** Longer than the window takes to do something that it must not do: it looks at its clock ten times a second. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 1000));

it('is told when the sign-in screen goes away: it goes without a question, and ends the journey at the server', async () => {
  const kiosk = await bench.start();
  await kiosk.page('Which account?');
  await kiosk.fill('alice');
  await kiosk.press('submit');
  await kiosk.page('How do you want to prove it is you?');
  await kiosk.command('leave');
  expect(await kiosk.exitCode).toBe(ends.sessionChanged);
  expect(bench.proxy.requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/journeys/current' });
});

it('closes when nobody types, and ends the journey at the server', async () => {
  await bench.configure({ PortalUrl: `https://localhost:${bench.proxy.port}/`, IdleTimeoutSeconds: 300 });
  const kiosk = await bench.start();
  await kiosk.page('Which account?');
  await kiosk.fill('alice');
  await kiosk.press('submit');
  await kiosk.page('How do you want to prove it is you?');
  expect(isWarned(await kiosk.read())).toBe(false);
  bench.putForward(272);
  // Told in time, where nothing that was typed is lost by it.
  const warned = await kiosk.until('the warning', isWarned);
  expect(Number(/\d+/.exec(warned.caption)?.[0])).toBeLessThanOrEqual(28);
  expect(warned.controls.some(({ id }) => id === ids.choice)).toBe(true);
  bench.putForward(300);
  expect(await kiosk.exitCode).toBe(ends.idle);
  expect(bench.proxy.requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/journeys/current' });
});

it('is kept open by a pointer that somebody moves, and not by one that Windows tells of by itself', async () => {
  await bench.configure({ PortalUrl: `https://localhost:${bench.proxy.port}/`, IdleTimeoutSeconds: 300 });
  const kiosk = await bench.start();
  await kiosk.page('Which account?');
  await kiosk.command('point', 40, 300);
  bench.putForward(272);
  await kiosk.until('the warning', isWarned);
  expect(await kiosk.command('still')).toEqual({ ok: true });
  await aMoment();
  expect(isWarned(await kiosk.read())).toBe(true);
  await kiosk.command('point', 60, 320);
  await kiosk.until('no warning', (state) => !isWarned(state));
  bench.putForward(600);
  expect(await kiosk.exitCode).toBe(ends.idle);
});

it('is shown by nobody once it was closed, and only ends its journey', async () => {
  await bench.configure({ PortalUrl: `https://localhost:${bench.proxy.port}/` });
  const kiosk = await bench.start();
  await kiosk.page('Which account?');
  await kiosk.fill('alice');
  await kiosk.press('submit');
  await kiosk.page('How do you want to prove it is you?');
  // It has some seconds to take its leave: here for as long as the test needs.
  const letGo = bench.proxy.hold('/journeys/current');
  bench.play('clock-stands.txt', '');
  await kiosk.command('close');
  await kiosk.page('Stop here?');
  await kiosk.press('close');
  await until(() => letGo.holds > 0, 'the window taking its leave');
  expect((await kiosk.read()).open).toBe(false);
  expect(await kiosk.command('front')).toEqual({ ok: true });
  await aMoment();
  expect((await kiosk.read()).open).toBe(false);
  letGo.release();
  bench.play('clock-stands.txt', null);
  expect(await kiosk.exitCode).toBe(ends.closed);
});

it('is told what became of a write that outlasts the longest time of the window', async () => {
  await bench.configure({
    PortalUrl: `https://localhost:${bench.proxy.port}/`,
    SessionLimitSeconds: 200,
    PreflightTimeoutSeconds: 15,
    RequestTimeoutSeconds: 120,
  });
  await addPerson(keyturn, 'bob');
  const kiosk = await bench.start();
  await kiosk.page('Which account?');
  const opened = Date.now();
  await proveByCodes(keyturn, kiosk, { login: 'bob', ...(await keyturn.enrol('bob')) });
  await kiosk.page('Choose a new password');
  await kiosk.fill('a quiet harbour at noon');
  const letGo = bench.proxy.hold('/steps/');
  await kiosk.press('submit');
  await until(() => letGo.holds > 0, 'the write under way');
  bench.putForward(203 - Math.floor((Date.now() - opened) / 1000));
  await aMoment();
  letGo.release();
  await kiosk.page('Your password is changed');
  bench.putForward(230);
  expect(await kiosk.exitCode).toBe(ends.done);
});

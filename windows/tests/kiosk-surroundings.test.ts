import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { embeddedSection } from '../../test/scenarios/sample-directory.ts';
import { type Keyturn, startKeyturn } from '../../test/scenarios/start-keyturn.ts';
import { ids, type KioskBench, type KioskRun, startKioskBench, type WindowState } from './kiosk/kiosk-bench.ts';

const SPACE = 32;
let bench: KioskBench;
let keyturn: Keyturn;

beforeAll(async () => {
  bench = await startKioskBench();
  keyturn = await startKeyturn({ directories: [embeddedSection()] });
  bench.proxy.upstream = keyturn.url;
});
afterAll(async () => {
  await bench?.close();
  await keyturn?.close();
});
afterEach(async () => {
  bench.proxy.change = null;
  bench.play('keyboards.txt', null);
  bench.play('domain.txt', null);
  await bench.endAll();
});

const text = (state: WindowState, id: number) => state.controls.find((control) => control.id === id)?.text;
const keyboard = (state: WindowState) => state.controls.find(({ id }) => id === ids.keyboard);

/** Puts a step in the place of the one that a journey starts with, and goes there. */
async function at(step: Record<string, unknown>, title: string, layout: string[] = [], picture?: string): Promise<KioskRun> {
  bench.proxy.change = ({ method, path, body }) =>
    method === 'POST' && path === '/api/v1/journeys' ? { ...body, step: { id: 'other', canGoBack: false, ...step } } : null;
  const kiosk = await bench.start({ arguments: ['--goal', 'reset-password', '--language', 'en', ...layout] });
  await kiosk.page('Which account?');
  await kiosk.fill('someone');
  await kiosk.press('submit');
  await kiosk.page(title, picture);
  return kiosk;
}
const newPassword = {
  kind: 'new-password',
  accounts: [{ id: 'a', label: 'alice' }],
  rules: [],
  mayKeepPassword: false,
  changeableAt: null,
};
const done = {
  kind: 'done',
  results: [{ account: { id: 'a', label: 'alice' }, outcome: 'password-reset', message: 'Set.' }],
  nextSteps: ['Sign in.'],
};

describe('the keyboard', () => {
  const two = '00000409 English (United States)\n00000407 Deutsch (Deutschland)\n';

  it('is that of the sign-in screen, is named below what is typed unseen, and can be switched', async () => {
    bench.play('keyboards.txt', two);
    const kiosk = await at(newPassword, 'Choose a new password', ['--layout', '00000407'], 'keyboard');
    expect(keyboard(await kiosk.read())).toMatchObject({ text: 'Keyboard: Deutsch (Deutschland)', tabStop: true });
    await kiosk.fill('half a pass');
    await kiosk.command('click', ids.keyboard);
    const switched = await kiosk.until('the other keyboard', (state) => keyboard(state)?.text === 'Keyboard: English (United States)');
    expect(text(switched, ids.field)).toBe('half a pass');
    expect(switched.focus).toBe(ids.keyboard);
    await kiosk.command('key', SPACE);
    await kiosk.until('the first keyboard again', (state) => keyboard(state)?.text === 'Keyboard: Deutsch (Deutschland)');
  });

  it('is the one that Windows gives where the machine has none of that name', async () => {
    bench.play('keyboards.txt', two);
    const kiosk = await at(newPassword, 'Choose a new password', ['--layout', '0000040c']);
    expect(keyboard(await kiosk.read())?.text).toBe('Keyboard: English (United States)');
  });

  it('is told without a button where there is no other, and not at all where what is typed is seen', async () => {
    bench.play('keyboards.txt', '00000407 Deutsch (Deutschland)\n');
    const kiosk = await at({ kind: 'password' }, 'Enter your current password');
    expect(keyboard(await kiosk.read())).toMatchObject({ text: 'Keyboard: Deutsch (Deutschland)', tabStop: false });
    await bench.endAll();
    const questions = await at({ kind: 'questions', questions: [{ id: 'q', text: 'Where?', language: 'en' }] }, 'Answer your questions');
    expect(keyboard(await questions.read())).toBeUndefined();
  });
});

describe('a computer of a domain', () => {
  const AWAY = 'This computer is away from the company network.';
  const GENERAL = 'Away from the company network:';
  const says = (state: WindowState, start: string) => state.controls.find((control) => control.text.startsWith(start))?.text;

  it('that reaches no domain controller says so before anything is asked, before the write and after it, and how to get there', async () => {
    bench.play('domain.txt', 'not-reached');
    await bench.configure({ PortalUrl: `https://localhost:${bench.proxy.port}/`, AwayMessage: 'Start the VPN by the symbol below.' });
    const kiosk = await bench.start();
    expect(says(await kiosk.page('Which account?', 'away-account'), AWAY)).toMatch(/Until then .* Start the VPN by the symbol below\.$/);
    await bench.endAll();
    for (const [step, title] of [
      [newPassword, 'Choose a new password'],
      [done, 'Your password is changed'],
    ] as const) {
      const state = await (await at(step, title, [], `away-${step.kind}`)).read();
      expect(says(state, AWAY)).toMatch(/Start the VPN by the symbol below\.$/);
      expect(says(state, GENERAL)).toBeUndefined();
      await bench.endAll();
    }
    await bench.configure({ PortalUrl: `https://localhost:${bench.proxy.port}/` });
    const unlock = await bench.start({ goal: 'unlock-account' });
    expect(says(await unlock.page('Which account?'), AWAY)).toBeUndefined();
  });

  it('that reaches one says nothing of it', async () => {
    bench.play('domain.txt', 'reached');
    const state = await (await at(newPassword, 'Choose a new password')).read();
    expect([says(state, AWAY), says(state, GENERAL)]).toEqual([undefined, undefined]);
  });

  it.each(['silent', 'not-known'])('that cannot tell (%s) keeps nobody waiting, and says what holds if it is away', async (word) => {
    bench.play('domain.txt', word);
    const state = await (await at(newPassword, 'Choose a new password')).read();
    expect(says(state, GENERAL)).toBeDefined();
    expect(says(state, AWAY)).toBeUndefined();
  });
});

import { Secret, TOTP } from 'otpauth';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { ChangedBy } from '../../src/core/enrolment/enrol-factors.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
import { RECOVERY_FACTOR_KINDS } from '../../src/core/factors/kinds.ts';
import { newestFirst } from '../scenarios/by-time.ts';
import { OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { signIn } from '../scenarios/sign-in-client.ts';
import { codeIn, createMovableClock, type Enrolled, holdsCode, type MovableClock, until } from '../scenarios/start-keyturn.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { launchBrowser, openPage, screenshot, type WatchedPage } from './browser.ts';
import { plugIn, type VirtualDevice } from './virtual-device.ts';
import { createWalk, type Walk } from './walk.ts';
import { WORLDS, type World } from './worlds.ts';

const DAY = 24 * 3_600_000;
const BY: ChangedBy = { author: 'test', language: 'en', lane: 'notice' };
const QUESTIONS = ['toy', 'street', 'dish'].map((id) => ({ id, en: `Which ${id}?`, de: `An welches (${id})?` }));
const ANSWERS = { toy: 'A wooden duck', street: 'Harbour lane', dish: 'Rice with peas' } as const;
const ACCEPTED = [
  ['passkey'],
  ['email', 'totp'],
  ['sms', 'totp'],
  ['email', 'sms', 'recovery-code'],
  ['email', 'questions'],
  // What can be guessed comes after what cannot.
  ['recovery-code', 'totp'],
  ['sms', 'questions'],
  ['temporary-pass', 'totp'],
  ['email', 'linked-account'],
  ['totp', 'manager'],
] as const satisfies readonly (readonly FactorKind[])[];

it('is every kind that counts for a recovery', () => {
  expect(new Set<FactorKind>(ACCEPTED.flat())).toEqual(new Set(RECOVERY_FACTOR_KINDS));
});

/** What somebody has set up, as the one who holds it. */
interface Held {
  address: string;
  number: string;
  seed: string;
  codes: string[];
}

let browser: Browser;
let gateway: SmsGatewayServer;
beforeAll(async () => {
  [browser, gateway] = await Promise.all([launchBrowser(), startSmsGateway(answers(200, 'OK'))]);
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
});

describe.each(WORLDS)('every kind of proof, on %s', (kind, openWorld) => {
  let world: World;
  let clock: MovableClock;
  let login: string;
  /** Another account of the person, and whoever they report to. */
  let other: string;
  let manager: Enrolled & { login: string };
  let held: Held;
  let watched: WatchedPage;
  let walk: Walk;
  let device: VirtualDevice;
  let password: string = OLD_PASSWORD;
  let nth = 0;

  beforeAll(async () => {
    clock = createMovableClock();
    world = await openWorld({
      clock,
      host: 'localhost',
      configuration: {
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: ACCEPTED.map((kinds) => [...kinds]) }] },
        factors: { questions: { pool: QUESTIONS, setUp: 3, asked: 2 } },
        sms: { kind: 'http', countries: ['DE'], gateways: [{ name: 'g', url: gateway.url, json: { to: '{{number}}', text: '{{text}}' } }] },
      },
    });
    const above = await world.add();
    manager = { login: above, ...(await world.portal.keyturn.enrol(above)) };
    [login, other] = [await world.add({ manager: above }), await world.add()];
    watched = await openPage(browser, world.portal.origin, { expectedStatuses: [401, 409, 422] });
    walk = createWalk(watched.page, world.portal.origin);
    device = await plugIn(watched.page, kind === 'embedded' ? 'platform' : 'roaming');
  });
  afterAll(async () => {
    await watched?.context.close();
    await world?.portal.close();
    await world?.close();
  });

  const title = (text: RegExp) => watched.page.getByRole('heading', { level: 1, name: text }).waitFor();
  const add = (name: string) => watched.page.getByRole('button', { name, exact: true }).click();
  const mails = (address: string) => world.portal.keyturn.messages(address).filter(holdsCode);
  const texts = (number: string) => gateway.calls.map(({ body }) => body).filter((body) => body.includes(number));
  const totpOf = (seed: string) => new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: clock.now() });
  const field = (label: string) => watched.page.getByLabel(label, { exact: true });

  it('is set up by its owner, at the first sign-in by password alone', async () => {
    const { page } = watched;
    await page.goto(`${world.portal.origin}/me`);
    await givePair(login);
    await title(/Set up how you prove/);
    const [address, number] = [`${login}@home.example`, `+49151${String(Date.now()).slice(-8)}`];

    await add('Add a passkey');
    await field('Name').fill('This computer');
    await page.keyboard.press('Enter');
    await page.getByText('This computer is added').waitFor();

    await add('Add an authenticator app');
    await title(/Add an authenticator app/);
    const seed = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
    await field('Code that the app shows now').fill(totpOf(seed));
    await page.keyboard.press('Enter');
    await page.getByText(/Authenticator app is added/).waitFor();

    await add('Add an e-mail address');
    await field('E-mail address').fill(address);
    await page.keyboard.press('Enter');
    await title(/code from your mail/);
    await until(() => mails(address).length > 0, 'a code by mail');
    await field('Code').fill(codeIn(mails(address)[0] as never));
    await page.keyboard.press('Enter');
    await page.getByText(`${address} is added`).waitFor();

    await add('Add a mobile number');
    await field('Mobile number').fill(number);
    await page.keyboard.press('Enter');
    await title(/code from your text message/);
    await until(() => texts(number).length > 0, 'a code by text');
    await field('Code').fill(codeOf(texts(number)[0]));
    await page.keyboard.press('Enter');
    await page.getByText(`${number} is added`).waitFor();

    await add('Make recovery codes');
    await title(/Your recovery codes/);
    const codes = await page.getByRole('listitem').allTextContents();
    await add('I have kept them');

    await add('Set up questions');
    await title(/Set up your questions/);
    for (const [index, { id, en }] of QUESTIONS.entries()) {
      await field(`Question ${index + 1}`).selectOption({ label: en });
      await field(`Answer ${index + 1}`).fill(ANSWERS[id as keyof typeof ANSWERS]);
    }
    await page.keyboard.press('Enter');
    await page.getByText('Your questions are set up. They count from').waitFor();
    expect(codes.filter((code) => /[A-Z0-9]{4}-/i.test(code))).toHaveLength(10);
    held = { address, number, seed, codes };
    // Nothing of it counts before the day is over.
    expect(await page.getByText('ready', { exact: true }).count()).toBe(0);
    clock.move(DAY + 60_000);
  });

  it('is joined by another account, which its owner links the day after', async () => {
    const { page } = watched;
    await device.presence(false);
    await page.goto(`${world.portal.origin}/me`);
    await givePair(login);
    await choose('totp');
    await give('totp');
    await title(/Your account/);
    await add('Your other accounts');
    await add('Link another account');
    await givePair(other);
    await page.getByText('The account is linked. Both are told by mail.').waitFor();
    clock.move(DAY + 60_000);
  });

  it.each(ACCEPTED.map((kinds) => [kinds.join(' + '), kinds] as const))(
    '%s is enough, and the new password is that of the directory',
    async (_, kinds) => {
      clock.move(61_000);
      await device.presence(false);
      await walk.open();
      await walk.chooseGoal('reset-password');
      await walk.nameAccount(login);
      const given: FactorKind[] = [];
      for (const kindOfProof of kinds) {
        await choose(kindOfProof);
        await give(kindOfProof);
        given.push(kindOfProof);
      }
      await nameNoOther(kinds);
      nth += 1;
      password = `Quiet-harbour-${kind.length}-${nth}-at-n00n`;
      await walk.typePassword(password);
      await walk.savePassword(password);
      await walk.at('done.title.password-reset');
      expect(await world.signsIn(login, password)).toBe(true);
      if (kind === 'embedded') await screenshot(watched.page, `combination-${given.join('-')}`);
      expect(watched.complaints).toEqual([]);
    },
  );

  /** Chooses a kind where there is a choice; where one alone is left its page is there already. */
  async function choose(wanted: FactorKind): Promise<void> {
    const { page } = watched;
    const choice = page.getByRole('radio', { name: walk.journeyText(`factor.${wanted}`) });
    const prompt = page.getByRole('heading', { level: 1, name: walk.text(TITLES[wanted] ?? ''), exact: true });
    await choice.or(prompt).first().waitFor();
    if ((await choice.count()) === 0) return;
    await page.getByText(walk.journeyText(`factor.${wanted}`), { exact: true }).click();
    await walk.press('action.continue');
    await prompt.waitFor();
  }

  async function givePair(name: string): Promise<void> {
    await watched.page.getByLabel('Sign-in name').fill(name);
    await watched.page.keyboard.press('Enter');
    await field('Password').fill(OLD_PASSWORD);
    await watched.page.keyboard.press('Enter');
  }

  /** What proves both accounts is followed by the question for which of them; the named one alone is chosen. */
  async function nameNoOther(kinds: readonly FactorKind[]): Promise<void> {
    // Another account proves not itself, and a manager speaks for whom the directory puts below them.
    if (kinds.some((each) => each === 'linked-account' || each === 'manager' || each === 'temporary-pass')) return;
    await walk.at('choose-accounts.title');
    await walk.press('action.continue');
  }

  /** Issues a pass, as an operator who has made sure who asks. */
  async function issuePass(): Promise<string> {
    const { deps } = world.portal.keyturn;
    const [account] = await deps.directories.get('people').findAccounts(login);
    if (account === undefined) throw new Error('no account');
    const { pass } = await issueTemporaryPass(deps, account, { hours: 8, longestHours: 24, once: true }, BY);
    return pass;
  }

  /** Signs in as the manager and types what the person reads out from their page. */
  async function vouch(): Promise<void> {
    const digits = ((await watched.page.getByText(/^[1-9] ?[0-9]$/).textContent()) ?? '').replaceAll(' ', '');
    const session = await signIn(world.portal.keyturn, manager.login, manager);
    const { requests } = (await session.call('GET', '/me/vouch')).body as { requests?: { id: string }[] };
    expect(await session.call('POST', `/me/vouch/${requests?.[0]?.id}`, { digits })).toMatchObject({ status: 204 });
  }

  async function give(wanted: FactorKind): Promise<void> {
    switch (wanted) {
      case 'passkey':
        await device.presence(true);
        return walk.press('passkey.use');
      case 'email': {
        await until(() => mails(held.address).length > mailed, 'a code by mail');
        mailed = mails(held.address).length;
        return walk.giveCode('email', codeIn(newest(mails(held.address))));
      }
      case 'sms':
        await until(() => texts(held.number).length > texted, 'a code by text');
        texted = texts(held.number).length;
        return walk.giveCode('sms', codeOf(texts(held.number).at(-1)));
      case 'totp':
        return walk.giveCode('totp', totpOf(held.seed));
      case 'recovery-code':
        return walk.giveCode('recovery-code', held.codes.pop() ?? '');
      case 'temporary-pass':
        return walk.giveCode('temporary-pass', await issuePass());
      case 'linked-account':
        await watched.page.getByLabel(`Password of ${other}`).fill(OLD_PASSWORD);
        return walk.press('action.continue');
      case 'manager':
        return vouch();
      default:
        for (const { id, en } of QUESTIONS) if ((await field(en).count()) > 0) await field(en).fill(ANSWERS[id as keyof typeof ANSWERS]);
        return walk.press('action.continue');
    }
  }
  // The codes that came while things were set up.
  let [mailed, texted] = [1, 1];
});

const TITLES: Partial<Record<FactorKind, string>> = {
  passkey: 'passkey.title',
  email: 'code.title.email',
  sms: 'code.title.sms',
  totp: 'code.title.totp',
  'recovery-code': 'code.title.recovery-code',
  questions: 'questions.title',
  'temporary-pass': 'code.title.temporary-pass',
  'linked-account': 'linked-password.title',
  manager: 'waiting.title.manager',
};

function codeOf(body: string | undefined): string {
  return /\b\d{8}\b/.exec(body ?? '')?.[0] ?? '';
}

function newest<T extends { at: string }>(messages: readonly T[]): T {
  const [message] = newestFirst(messages);
  if (message === undefined) throw new Error('no message');
  return message;
}

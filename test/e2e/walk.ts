import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { FactorKind, Goal } from '../../shared/api/journeys.ts';

export type Language = 'en' | 'de';
type Texts = Readonly<Record<string, string>>;

/** The walk of a person through the portal, by what is on the page in their language. */
export interface Walk {
  readonly page: Page;
  /** A text of the portal, and one of the journey. */
  text(key: string): string;
  journeyText(key: string): string;
  /** Waits until the page asks or says this. */
  at(title: string): Promise<void>;
  press(button: string): Promise<void>;
  open(): Promise<void>;
  chooseGoal(goal: Goal): Promise<void>;
  nameAccount(name: string): Promise<void>;
  nameAddress(address: string): Promise<void>;
  chooseFactor(kind: FactorKind): Promise<void>;
  giveCode(kind: FactorKind, code: string): Promise<void>;
  typePassword(password: string): Promise<void>;
  savePassword(password: string): Promise<void>;
}

/** Starts a walk at `origin` in a page whose browser speaks `language`. */
export function createWalk(page: Page, origin: string, language: Language = 'en'): Walk {
  const portal = readTexts(language, 'portal');
  const journey = readTexts(language, 'journey');
  const text = (key: string) => {
    const found = portal[key];
    if (found === undefined) throw new Error(`the portal has no text "${key}"`);
    return found;
  };
  const at = (title: string) => page.getByRole('heading', { level: 1, name: text(title), exact: true }).waitFor();
  const press = (button: string) => page.getByRole('button', { name: text(button), exact: true }).click();
  const field = () => page.getByLabel(text('new-password.label'), { exact: true });
  return {
    page,
    text,
    journeyText: (key) => journey[key] ?? key,
    at,
    press,
    async open() {
      await page.goto(`${origin}/`);
      await at('goal.title');
    },
    async chooseGoal(goal) {
      await page.getByText(text(`goal.${goal}`), { exact: true }).click();
      await press('action.continue');
      await at(goal === 'find-username' ? 'address.title' : 'account.title');
    },
    async nameAccount(name) {
      await page.getByLabel(text('account.label')).fill(name);
      await press('action.continue');
    },
    async nameAddress(address) {
      await page.getByLabel(text('address.label')).fill(address);
      await press('action.continue');
    },
    async chooseFactor(kind) {
      await page.getByText(journey[`factor.${kind}`] ?? kind, { exact: true }).click();
      await press('action.continue');
      await at(`code.title.${kind}`);
    },
    async giveCode(kind, code) {
      await at(`code.title.${kind}`);
      await page.getByLabel(text('code.label'), { exact: true }).fill(code);
      await press('action.continue');
    },
    async typePassword(password) {
      await at('new-password.title');
      await field().fill(password);
    },
    async savePassword(password) {
      await field().fill(password);
      await press('new-password.save');
    },
  };
}

function readTexts(language: Language, name: string): Texts {
  return JSON.parse(readFileSync(new URL(`../../locales/${language}/${name}.json`, import.meta.url), 'utf8')) as Texts;
}

/** A code as mail programs and authenticators show it, blanks and all. */
export function withBlanks(code: string): string {
  const half = Math.ceil(code.length / 2);
  return ` ${code.slice(0, half)} ${code.slice(half)} `;
}

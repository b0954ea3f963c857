import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { isolated } from '../shared/isolated.ts';

type Load = () => Promise<{ default: Record<string, string> }>;
const portalTexts = import.meta.glob('../locales/*/portal.json') as Record<string, Load>;
const meTexts = import.meta.glob('../locales/*/me.json') as Record<string, Load>;
const phoneTexts = import.meta.glob('../locales/*/phone.json') as Record<string, Load>;
const adminTexts = import.meta.glob('../locales/*/admin.json') as Record<string, Load>;
const helpdeskTexts = import.meta.glob('../locales/*/helpdesk.json') as Record<string, Load>;
const reportTexts = import.meta.glob('../locales/*/reports.json') as Record<string, Load>;
const referenceTexts = import.meta.glob('../locales/*/reference.json') as Record<string, Load>;
const setUpTexts = import.meta.glob('../locales/*/set-up.json') as Record<string, Load>;
const demoTexts = import.meta.glob('../locales/*/demo.json') as Record<string, Load>;

const STORED_LANGUAGE = 'keyturn-language';
const DEFAULT_LANGUAGE = 'en';
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'yi', 'dv', 'ckb', 'sd', 'ug']);

const loaderOf = (loaders: Record<string, Load>, language: string, file: string) => loaders[`../locales/${language}/${file}.json`];

/** Languages that this build has page texts for. */
export const builtLanguages: readonly string[] = Object.keys(portalTexts).map((path) => path.split('/')[2] ?? DEFAULT_LANGUAGE);

/** Starts the text runtime in the language chosen earlier, or the browser's; where nothing fits, in the one the page came in. */
export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: DEFAULT_LANGUAGE,
    fallbackLng: false,
    ns: ['portal'],
    defaultNS: 'portal',
    resources: {},
    keySeparator: false,
    nsSeparator: false,
    // Not for HTML, which React does: what is put in stays apart from the sentence by its direction.
    interpolation: { escapeValue: true, escape: isolated },
    react: { useSuspense: false },
    // A key in place of words is a mistake of ours: the tests of the pages fail on it, and support finds it in the console of a browser.
    saveMissing: true,
    // biome-ignore lint/suspicious/noConsole: there is nowhere else to say it
    missingKeyHandler: (languages, file, key) => console.error(`missing text: ${key} of ${file} in ${languages.join(', ')}`),
  });
  await switchLanguage(preferredLanguage());
}

/** Switches the page to a language; remembered for the next visit when `remember` is set. */
export async function switchLanguage(language: string, remember = false): Promise<void> {
  const load = loaderOf(portalTexts, language, 'portal');
  if (load === undefined) return;
  if (!i18next.hasResourceBundle(language, 'portal')) i18next.addResourceBundle(language, 'portal', (await load()).default);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr';
  if (remember) store(STORED_LANGUAGE, language);
}

/** Adds the demo page's texts, which the portal never loads. */
export const loadDemoTexts = (language: string) => loadMore(demoTexts, language, 'demo');

/** Adds the texts of the pages for who is signed in. */
export const loadMeTexts = (language: string) => loadMore(meTexts, language, 'me');

/** Adds the texts of pages that let a phone in, and of that phone. */
export const loadPhoneTexts = (language: string) => loadMore(phoneTexts, language, 'phone');

/** Adds the texts of the administration. */
export const loadAdminTexts = (language: string) => loadMore(adminTexts, language, 'admin');

/** Adds the texts of the helpdesk. */
export const loadHelpdeskTexts = (language: string) => loadMore(helpdeskTexts, language, 'helpdesk');

/** Adds the texts of the report. */
export const loadReportTexts = (language: string) => loadMore(reportTexts, language, 'reports');

/** Adds the texts of the page about the API. */
export const loadReferenceTexts = (language: string) => loadMore(referenceTexts, language, 'reference');

/** Adds the texts of the set-up. */
export const loadSetUpTexts = (language: string) => loadMore(setUpTexts, language, 'set-up');

async function loadMore(loaders: Record<string, Load>, language: string, file: string): Promise<void> {
  const load = loaderOf(loaders, language, file) ?? loaderOf(loaders, DEFAULT_LANGUAGE, file);
  if (load !== undefined && !i18next.hasResourceBundle(language, file)) i18next.addResourceBundle(language, file, (await load()).default);
}

/** The page's language as a BCP 47 tag. */
export function currentLanguage(): string {
  return i18next.language;
}

function preferredLanguage(): string {
  const wanted = [recall(STORED_LANGUAGE), ...navigator.languages].filter((tag) => tag !== null);
  for (const tag of wanted) {
    const found = builtLanguages.find((language) => language.toLowerCase() === tag.toLowerCase());
    const base = builtLanguages.find((language) => language === tag.split('-')[0]?.toLowerCase());
    if (found ?? base) return found ?? base ?? DEFAULT_LANGUAGE;
  }
  // The server has put the organisation's own there.
  const { lang } = document.documentElement;
  return builtLanguages.includes(lang) ? lang : DEFAULT_LANGUAGE;
}

// A browser may forbid storage altogether; the page then simply does not remember.
function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {}
}

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

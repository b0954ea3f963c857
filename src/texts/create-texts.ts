import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next from 'i18next';
import { AppError } from '../../shared/errors.ts';
import { isolated } from '../../shared/isolated.ts';
import type { Texts } from '../core/ports/platform.ts';
import { matchLanguage } from './match-language.ts';

/** An organisation's own words: language -> full key (`password.too-short`) -> text with the same {{parameters}}. */
export type TextOverrides = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface TextsOptions {
  /** Folder with one folder per language, each with one flat JSON file per namespace. */
  folder: string;
  /** Used for a language that there is not, and for a key that the wanted language lacks; `en` by default. */
  defaultLanguage?: string;
  /** Asked at every look-up, so that a change of the configuration shows without a restart. */
  overrides?: () => TextOverrides;
}

/**
 * The sentences of pages, mails and messages on the server. Texts are plain: nothing is escaped here, whoever puts
 * one into HTML escapes it. A key that no language knows comes back as the key itself, so that a missing text never
 * stops a journey.
 *
 * @throws AppError `settings.invalid` when the folder has no default language or a file is not flat JSON of texts
 */
export function createTexts(options: TextsOptions): Texts {
  const defaultLanguage = options.defaultLanguage ?? 'en';
  const overrides = options.overrides ?? ((): TextOverrides => ({}));
  const resources = loadLocales(options.folder);
  const languages = Object.keys(resources).sort((a, b) => (a === defaultLanguage ? -1 : b === defaultLanguage ? 1 : a < b ? -1 : 1));
  if (!languages.includes(defaultLanguage)) throw new AppError('settings.invalid', { defaultLanguage, languages });

  const runtime = i18next.createInstance();
  void runtime.init({
    lng: defaultLanguage,
    fallbackLng: defaultLanguage,
    supportedLngs: languages,
    resources,
    ns: [...new Set(languages.flatMap((language) => Object.keys(resources[language] ?? {})))],
    // Keys are flat and may hold dots and colons.
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    // Not for HTML: what is put in stays apart from the sentence by its direction.
    interpolation: { escapeValue: true, escape: isolated },
  });

  return {
    languages,
    match: (wanted) => matchLanguage(languages, wanted),
    translate(language, key, parameters = {}) {
      const lng = matchLanguage(languages, language) ?? defaultLanguage;
      const own = overrides()[lng]?.[key];
      if (own !== undefined) return runtime.services.interpolator.interpolate(own, parameters, lng, {});
      const dot = key.indexOf('.');
      if (dot < 1) return key;
      const name = key.slice(dot + 1);
      // i18next reads some parameter names as options of its own; `replace` keeps ours apart. `count` chooses the plural.
      const count = typeof parameters.count === 'number' ? { count: parameters.count } : {};
      return runtime.t(name, { ...count, ns: key.slice(0, dot), lng, replace: parameters, defaultValue: key });
    },
  };
}

type Locales = Record<string, Record<string, Record<string, string>>>;

function loadLocales(folder: string): Locales {
  const locales: Locales = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const namespaces: Record<string, Record<string, string>> = {};
    for (const file of readdirSync(join(folder, entry.name))) {
      if (file.endsWith('.json')) namespaces[file.slice(0, -'.json'.length)] = loadFile(join(folder, entry.name, file));
    }
    locales[entry.name] = namespaces;
  }
  return locales;
}

function loadFile(path: string): Record<string, string> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AppError('settings.invalid', { path, problem: 'not JSON' }, { cause });
  }
  const flat = typeof content === 'object' && content !== null && Object.values(content).every((text) => typeof text === 'string');
  if (!flat) throw new AppError('settings.invalid', { path, problem: 'not a flat object of texts' });
  return content as Record<string, string>;
}

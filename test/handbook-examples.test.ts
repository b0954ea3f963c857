import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsSchema } from '../src/config/settings.ts';
import { checkConfiguration } from '../src/core/configuration/check-configuration.ts';
import { configurationSchema } from '../src/core/configuration/document.ts';
import { sectionProblems } from '../src/directory/section-problems.ts';
import { blocks, PAGES } from './handbook-pages.ts';

type Part = Record<string, unknown>;

/** Elsewhere secrets and files are where the examples say. */
const context = { demo: false, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems };

/** For other programs than this one. */
const OF_OTHERS = new Set(['scrape_configs']);
const SECTIONS = new Set(Object.keys(configurationSchema.shape));

const small = parse(blocks('docs/handbook/configuration.md', 'yaml')[0] ?? '') as Part & { directories: Part[] };
const sms = parse(blocks('docs/handbook/sms.md', 'yaml')[0] ?? '') as Part;

/** What an example is told to be put into: the small configuration, with texts, and with the directories that the example names. */
function around(part: Part): Part {
  const named = [...new Set(directoriesIn({ ...part, directories: undefined }))];
  const directories = named.map((id) => ({ ...small.directories[0], id, label: id }));
  const whole: Part = { ...small, ...sms, ...(named.length > 0 && { directories }), ...part };
  if (part.organisation !== undefined) whole.organisation = { ...(small.organisation as Part), ...(part.organisation as Part) };
  return whole;
}

function directoriesIn(value: unknown, name = ''): string[] {
  if (name === 'directory' && typeof value === 'string') return [value];
  if (name === 'directories' && Array.isArray(value)) return value.filter((entry) => typeof entry === 'string');
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => directoriesIn(inner, Array.isArray(value) ? '' : key));
}

interface Example {
  readonly page: string;
  readonly part: Part;
  /** Indented: it belongs into a section of `directories`, the first one that the page has shown before. */
  readonly into: Part | undefined;
}

function examplesOf(page: string): Example[] {
  let shown = small.directories[0];
  return blocks(page, 'yaml').map((text) => {
    const part = parse(text) as Part;
    const into = text.startsWith(' ') ? shown : undefined;
    if (Array.isArray(part.directories)) shown = part.directories[0] as Part;
    return { page, part, into };
  });
}

const examples = PAGES.flatMap(examplesOf).filter(({ part }) => !Object.keys(part).some((name) => OF_OTHERS.has(name)));
const errorsOf = (document: Part) => checkConfiguration(document, context).problems.filter(({ severity }) => severity === 'error');

describe('an example of the handbook', () => {
  it('is in order as a whole configuration, without a warning', () => {
    const whole = examples.flatMap(({ page, part }) => {
      const document = 'version' in part ? part : (part.configuration as Part | undefined);
      return document === undefined ? [] : [{ page, document }];
    });
    expect(whole.length).toBeGreaterThan(4);
    for (const { page, document } of whole) expect(checkConfiguration(document, context).problems, page).toEqual([]);
  });

  it('is in order as a part of one', () => {
    const parts = examples.filter(({ part, into }) => into !== undefined || Object.keys(part).every((name) => SECTIONS.has(name)));
    expect(parts.length).toBeGreaterThan(25);
    for (const { page, part, into } of parts)
      expect(errorsOf(around(into === undefined ? part : { directories: [{ ...into, ...part }] })), page).toEqual([]);
  });

  it('is in order as boot settings', () => {
    const settings = examples.filter(({ part, into }) => into === undefined && !Object.keys(part).every((name) => SECTIONS.has(name)));
    expect(settings.length).toBeGreaterThan(4);
    for (const { page, part } of settings) {
      const { configuration: _first, ...boot } = part;
      expect(settingsSchema.safeParse(boot).error, page).toBeUndefined();
    }
  });

  it('is judged: a name that there is not is found', () => {
    expect(errorsOf(around({ recovery: { rulez: [] } }))).toHaveLength(1);
  });
});

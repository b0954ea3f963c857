import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { providerClassId } from '../installer/build-msi.ts';
import { installerSettings } from '../settings/installer-settings.ts';
import { intuneAddress } from '../settings/settings-page.ts';
import { readSettingsTable } from '../settings/settings-table.ts';
import { elementsBelow, readXml } from './read-xml.ts';

const table = readSettingsTable();
const folder = new URL('../../docs/handbook/windows/', import.meta.url);
const pages = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
const admx = readXml(readFileSync(new URL('../generated/policy/Keyturn.admx', import.meta.url), 'utf8'));

describe('the checklist of what only Windows can show', () => {
  const checklist = readFileSync(new URL('../WINDOWS-CHECKLIST.md', import.meta.url), 'utf8');
  const found = checklist.slice(checklist.indexOf('## What a review found'));
  const named = [...found.matchAll(/`([\w./-]+\.(?:cpp|test\.ts))`: "([^"]+)"/g)].map(([, file = '', name = '']) => ({ file, name }));

  it('has each line of the review once, with what holds it', () => {
    const lines = [...found.matchAll(/^\| ((?:[B-E]\d+(?:, )?)+) \| ([^|]+) \| ([^|]+) \|$/gm)];
    const numbers = lines.flatMap(([, numbers = '']) => numbers.split(', '));
    const wanted = { B: 7, C: 12, D: 27, E: 10 };
    const all = Object.entries(wanted).flatMap(([letter, count]) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`));
    expect(numbers.toSorted()).toEqual(all.toSorted());
    for (const [, numbers, , held = ''] of lines) expect(`${numbers} ${held}`).toMatch(/`: "|none[:,]/);
  });

  it.each(named)('finds "$name" in $file', ({ file, name }) => {
    const at = file.includes('src/') || file.startsWith('test/') ? `../../${file}` : file;
    expect(readFileSync(new URL(at, import.meta.url), 'utf8').replaceAll('\\"', '"')).toContain(name);
  });

  it('sends to lines that it has', () => {
    const own = new Set([...checklist.matchAll(/^\| (\d+\.\d+) \|/gm)].map(([, number]) => number));
    const sent = [...found.matchAll(/(?<![\w.])(\d+\.\d+)(?![\w.]*\d)/g)].map(([, number]) => number);
    expect(sent.length).toBeGreaterThan(10);
    for (const number of sent) expect(own).toContain(number);
  });
});

describe('the handbook of the Windows client', () => {
  it.each(Object.keys(pages).filter((name) => name !== 'settings.md'))(
    '%s says in its first lines that it was not tried on Windows',
    (name) => {
      expect(pages[name]?.slice(0, 900)).toMatch(/not been (run|tried) on Windows/);
    },
  );

  it('names only properties that the installer has, and values it takes', () => {
    const known = [...installerSettings(table).map(({ msiProperty }) => msiProperty), 'RESETSETTINGS', 'REINSTALL', 'REINSTALLMODE'];
    const commands = Object.values(pages).flatMap((text) => text.split('\n').filter((line) => line.includes('msiexec')));
    const used = commands.flatMap((line) => [...line.matchAll(/\b([A-Z]{5,})=("[^"]*"|[^\s`]*)/g)]);
    expect(used.length).toBeGreaterThan(5);
    for (const [, name = '', value = ''] of used) {
      expect(known).toContain(name);
      if (installerSettings(table).find(({ msiProperty }) => msiProperty === name)?.kind === 'httpsUrl')
        expect(value).toMatch(/^https:\/\//);
    }
  });

  it('names the class ids of the code', () => {
    const source = readFileSync(new URL('../provider/class-ids.h', import.meta.url), 'utf8');
    const ids = Object.values(pages).flatMap((text) => [...text.matchAll(/\{[0-9A-F]{8}-[0-9A-F-]{27}\}/gi)].map(([id]) => id));
    expect(ids).toContain(providerClassId());
    for (const id of ids) expect(source).toContain(id);
  });

  it('names the version that is built', () => {
    for (const text of Object.values(pages))
      for (const [, version] of text.matchAll(/KeyturnLogon-([\d.]+)-x64/g)) expect(version).toBe(packageFile.version);
  });

  // The Policy CSP builds the address from the template: application ~ kind ~ categories from the outermost to the innermost.
  it.each(table.settings)('has the address of $name that Intune makes from the template', (setting) => {
    const find = (kind: string, name: string | undefined) =>
      elementsBelow(admx, kind).find((element) => element.attributes.get('name') === name);
    const parentOf = (element: ReturnType<typeof find>) =>
      element?.children.find(({ name }) => name === 'parentCategory')?.attributes.get('ref');
    const path: string[] = [];
    for (let category = parentOf(find('policy', setting.name)); category !== undefined; category = parentOf(find('category', category)))
      path.unshift(category);
    const address = `./Device/Vendor/MSFT/Policy/Config/Keyturn~Policy~${path.join('~')}/${setting.name}`;
    expect(intuneAddress(setting)).toBe(address);
    const value =
      pages['settings.md']
        ?.split('\n')
        .find((line) => line.startsWith(`| \`${address}\``))
        ?.split('`')[3] ?? '';
    if (setting.kind === 'boolean') expect(value).toMatch(/^<(enabled|disabled)\/>$/);
    else
      expect(readXml(`<x>${value}</x>`).children.map(({ name, attributes }) => `${name} ${attributes.get('id') ?? ''}`)).toEqual([
        'enabled ',
        `data ${setting.name}`,
      ]);
  });
});

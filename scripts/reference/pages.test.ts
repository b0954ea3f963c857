import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { referencePages } from './pages.ts';

describe('the generated reference', () => {
  const pages = referencePages();

  it.each(Object.keys(pages))('docs/reference/%s is what the source says', (name) => {
    expect(readFileSync(`docs/reference/${name}`, 'utf8'), 'run: npm run docs').toBe(pages[name]);
  });

  it('leaves no command and no setting without a description', () => {
    const commands = pages['cli.md']?.split('\n## ').slice(3) ?? [];
    expect(commands.length).toBeGreaterThan(8);
    for (const command of commands) {
      expect(command).toMatch(/^keyturn .+\n\n\S.+\.\n/);
      expect(command).toContain('Examples:');
    }
    const settings = `${pages['configuration.md']}${pages['settings.md']}`.split('\n').filter((line) => line.startsWith('| `'));
    expect(settings.filter((line) => /\|\s*\|$/.test(line))).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { referencePages } from './pages.ts';

describe('the generated reference', () => {
  const pages = referencePages();

  it.each(Object.keys(pages))('docs/reference/%s is what the source says', (name) => {
    expect(readFileSync(`docs/reference/${name}`, 'utf8'), 'run: npm run docs').toBe(pages[name]);
  });

  it('tells of settings that are there in one kind of a group alone, and which group may be left out as a whole', () => {
    const settings = pages['configuration.md'] ?? '';
    for (const line of [
      '| `passwordRules.breached` | group |  |',
      '| `passwordRules.breached.source` | `file`, `range-service` | required with it |',
      '| `passwordRules.breached.file` | text, at most 4096 characters | required with it | With `breached.source: file`. ',
      '| `organisation.supportContact.de` | text, at most 200 characters |  | The text in German. |',
      '| `directories[].contacts.email.attributes` | list of text, 1 to 5 entries | required with it | Attributes',
    ])
      expect(settings).toContain(line);
    expect(pages['cli.md']).toContain('keyturn enrolment invite [options] [name...]');
  });

  it('ends each sentence about an error once', () => {
    const lines = (pages['errors.md'] ?? '').split('\n').filter((line) => line.startsWith('| `'));
    expect(lines.filter((line) => /[.:;,] ?\.|\.\.(?!\.)/.test(line.replaceAll('...', '')))).toEqual([]);
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

import { expect, it } from 'vitest';
import { parseStoredConfiguration } from './parse-stored-configuration.ts';

const embedded = { kind: 'embedded', id: 'staff', label: 'Staff' };
const parse = (directories: unknown[], changes: Record<string, unknown> = {}) =>
  parseStoredConfiguration({
    version: 7,
    document: JSON.stringify({
      version: 1,
      organisation: { publicUrl: 'https://a.example' },
      directories,
      mail: { kind: 'capture' },
      ...changes,
    }),
  });

it('takes a directory section that this release refuses out, and not the others', () => {
  // Accepted by an earlier release: a setting was renamed since.
  const { configuration, unopened } = parse([embedded, { kind: 'ldap', id: 'old', label: 'Old', server: 'ldaps://a' }]);
  expect(configuration.directories.map(({ id }) => id)).toEqual(['staff']);
  expect(unopened).toEqual([
    {
      section: { id: 'old', label: 'Old', kind: 'ldap' },
      problems: expect.arrayContaining([expect.stringContaining('directories[1].servers')]),
    },
  ]);
});

it('refuses a document of which nothing is left, and one that is wrong elsewhere', () => {
  const invalid = expect.objectContaining({ code: 'configuration.invalid' });
  expect(() => parse([{ ...embedded, x: 1 }])).toThrow(invalid);
  expect(() => parse([embedded, { label: 'nobody knows what this is' }])).toThrow(invalid);
  expect(() => parse([embedded, { ...embedded, id: 'second', x: 1 }], { mail: { kind: 'pigeon' } })).toThrow(invalid);
});

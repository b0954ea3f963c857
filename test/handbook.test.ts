import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { EVENT_GROUPS } from '../src/core/audit/event-groups.ts';
import { blocks, headings, PAGES } from './handbook-pages.ts';
import { commandProblem, quietProgram } from './printed-commands.ts';

describe('the handbook', () => {
  it('names only commands that exist', () => {
    const program = quietProgram();
    const known = new Set(
      program.commands.flatMap((command) => [command.name(), ...command.commands.map((child) => `${command.name()} ${child.name()}`)]),
    );
    for (const path of PAGES) {
      for (const [, command = '', sub] of readFileSync(path, 'utf8').matchAll(
        /(?:^|`)keyturn (?!help\b)([a-z][a-z-]*)(?: +([a-z][a-z-]*))?/gm,
      )) {
        expect(known, `${path}: keyturn ${command}`).toContain(command);
        const parent = program.commands.find((candidate) => candidate.name() === command);
        if (sub !== undefined && (parent?.commands.length ?? 0) > 0)
          expect(known, `${path}: keyturn ${command} ${sub}`).toContain(`${command} ${sub}`);
      }
    }
  });

  it('shows commands that can be pasted, each known to the command line', () => {
    const program = quietProgram();
    const lines = PAGES.flatMap((path) =>
      blocks(path, 'sh').flatMap((text) =>
        text
          .replaceAll('\\\n', ' ')
          .split('\n')
          .map((line) => ({ path, line: line.trimEnd() })),
      ),
    );
    let checked = 0;
    for (const { path, line } of lines) {
      expect(line, path).not.toMatch(/\S[.,:]$/);
      const own = /(?:^|-- )keyturn (.*)$/.exec(line)?.[1];
      if (own === undefined) continue;
      checked += 1;
      expect(commandProblem(own, program), `${path}: ${line}`).toBeNull();
    }
    expect(checked).toBeGreaterThan(8);
  });

  it('shows the unit that is installed', () => {
    expect(blocks('docs/handbook/install.md', 'ini')).toEqual([readFileSync('packaging/systemd/keyturn.service', 'utf8')]);
  });

  it('describes every event of the log, and no other', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.test)\.ts$/.test(name));
    const logged = files.flatMap((file) =>
      [...readFileSync(join('src', file), 'utf8').matchAll(/\blog(?:\.(?:info|warn|error)|\[\w+\])\(\s*'([^']+)'/g)].map(
        ([, event = '']) => event,
      ),
    );
    const described = [...readFileSync('docs/handbook/log.md', 'utf8').matchAll(/^\| `([^`]+)` \|/gm)].map(([, event = '']) => event);
    expect(described.length).toBeGreaterThan(40);
    expect([...described].sort()).toEqual([...new Set(logged)].sort());
  });

  it('links only to pages and headings that are there', () => {
    const links = PAGES.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|mailto:)([^)\s]+)/g)].map(([, target = '']) => ({ path, target })),
    );
    const broken = links.filter(({ path, target }) => {
      const [file = '', heading] = target.split('#');
      const page = file === '' ? path : normalize(join(dirname(path), file));
      return !existsSync(page) || (heading !== undefined && page.endsWith('.md') && !headings(page).has(heading));
    });
    expect(broken).toEqual([]);
    expect(links.filter(({ target }) => target.includes('#')).length).toBeGreaterThan(30);
  });

  it('has each thing of the changelog once', () => {
    const entries = readFileSync('CHANGELOG.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('- '));
    const beginnings = entries.map((line) => line.slice(0, 50));
    expect(beginnings.filter((beginning, index) => beginnings.indexOf(beginning) !== index)).toEqual([]);
  });

  it('says of every table of the database what it holds', () => {
    const migrations = readdirSync('src/store/migrations').map((name) => readFileSync(join('src/store/migrations', name), 'utf8'));
    const made = migrations.flatMap((text) => [...text.matchAll(/\bcreateTable\('(\w+)'/g)].map(([, table = '']) => table));
    const rows = readFileSync('docs/handbook/database.md', 'utf8').matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm);
    const told = [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, table = '']) => table));
    expect(made.length).toBeGreaterThan(30);
    expect([...new Set(made)].filter((table) => !told.includes(table))).toEqual([]);
  });

  it('names the audit log where it speaks of one of its events', () => {
    const types = new Set(Object.keys(EVENT_GROUPS));
    const wrong = PAGES.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => ({ path, line })),
    ).filter(({ line }) => /\[log\]\(log\.md\)/.test(line) && [...line.matchAll(/`([\w.-]+)`/g)].some(([, name = '']) => types.has(name)));
    expect(wrong).toEqual([]);
  });

  it('says of every command what it is for', () => {
    const told = readFileSync('docs/handbook/command-line.md', 'utf8');
    const cells = [...told.matchAll(/^\| `keyturn ([^|]*)\|/gm)].flatMap(([, cell = '']) => [...namedIn(cell)]);
    const known = leavesOf(quietProgram()).map(({ words }) => words);
    expect([...cells].sort()).toEqual([...known].sort());
  });
});

/** What a cell of the table of commands names: of "config check`, `apply" both, below the same word. */
function namedIn(cell: string): string[] {
  const [first = '', ...others] = cell.trim().split('`, `');
  const above = first.replace(/`.*$/, '').split(' ').slice(0, -1).join(' ');
  return [first, ...others.map((word) => `${above} ${word}`)].map((words) => words.replace(/`.*$/, '').trim());
}

/** The commands that do something, each by all of its words. */
function leavesOf(command: Command, above: readonly string[] = []): { words: string }[] {
  return command.commands.flatMap((child) => {
    const words = [...above, child.name()];
    return child.commands.length === 0 ? [{ words: words.join(' ') }] : leavesOf(child, words);
  });
}

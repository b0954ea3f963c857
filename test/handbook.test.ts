import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsSchema } from '../src/config/settings.ts';
import { checkConfiguration } from '../src/core/configuration/check-configuration.ts';
import { sectionProblems } from '../src/directory/section-problems.ts';
import { commandProblem, quietProgram } from './printed-commands.ts';

const PAGES = ['docs/handbook', 'docs/reference', 'docs/decisions', 'docs', '.']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.md'));

function blocks(path: string, language: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );
}

/** Elsewhere secrets and files are where the examples say. */
const context = { demo: false, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems };

describe('the handbook', () => {
  it('shows settings and configurations that are in order', () => {
    const examples = PAGES.flatMap((path) =>
      blocks(path, 'yaml').map((text) => ({ path, document: parse(text) as Record<string, unknown> })),
    );
    let whole = 0;
    for (const { path, document } of examples) {
      const configuration = 'version' in document ? document : (document.configuration as Record<string, unknown> | undefined);
      if (configuration !== undefined) {
        whole += 1;
        expect(checkConfiguration(configuration, context).problems, path).toEqual([]);
      }
      if ('keys' in document || 'listen' in document || 'metrics' in document) {
        const { configuration: _first, ...settings } = document;
        expect(settingsSchema.safeParse(settings).error, path).toBeUndefined();
      }
    }
    expect(whole).toBeGreaterThanOrEqual(2);
  });

  it('names only commands that exist', () => {
    const program = quietProgram();
    const known = new Set(
      program.commands.flatMap((command) => [command.name(), ...command.commands.map((child) => `${command.name()} ${child.name()}`)]),
    );
    for (const path of PAGES) {
      for (const [, command = '', sub] of readFileSync(path, 'utf8').matchAll(/(?:^|`)keyturn (?!help\b)([a-z]+)(?: +([a-z]+))?/gm)) {
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

  it('links only to pages that are there', () => {
    const broken = PAGES.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(dirname(path), target)))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readImports } from './architecture/read-imports.ts';
import { breaches, isTest, roomOf, type SourceFile } from './architecture/rules.ts';

/** What git knows or would take: never scratch files, never what is built. */
function projectFiles(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
  return listed
    .split('\n')
    .filter((path) => /^(src|shared|web|test|bench|scripts|bin)\/.*\.(ts|tsx|js)$/.test(path) && existsSync(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

describe('the house', () => {
  const files = projectFiles();

  it('keeps its walls and habits', () => {
    expect(files.flatMap(breaches)).toEqual([]);
  });

  it('is looked at as a whole', () => {
    const inside = files.filter((file) => roomOf(file.path) !== null && !isTest(file.path));
    const imports = inside.flatMap((file) => readImports(file.text));
    // A reader that finds nothing would pass every rule.
    expect(inside.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(3 * inside.length);
  });

  it('is drawn as it is: every room, and what stands in it', () => {
    const [, plan = ''] = /^```\n([\s\S]*?)^```/m.exec(readFileSync('docs/ARCHITECTURE.md', 'utf8')) ?? [];
    const folders = [
      ...new Set(files.flatMap(({ path }) => path.split('/').flatMap((_name, depth, names) => names.slice(0, depth).join('/')))),
    ];
    // Rooms of the core are drawn below it, by two spaces; what goes on in the next line stands further in.
    const lines = new Map(
      [...plan.matchAll(/^( {2})?([\w-]+\/(?:[\w-]+\/)?) +(.*(?:\n {5,}.*)*)$/gm)].map(([, below, room = '', text = '']) => [
        `${below === undefined ? '' : 'src/core/'}${room}`.slice(0, -1),
        text,
      ]),
    );
    const hasLine = (folder: string) => {
      const parts = folder.split('/');
      return parts[0] === 'src' ? parts.length === (parts[1] === 'core' ? 3 : 2) : parts.length === 1;
    };
    const missing = folders.filter((folder) => {
      const [room = '', name = '', inside] = folder.split('/');
      if (folder === 'src' || folder === 'bin' || folder === '') return false;
      if (hasLine(folder)) return !lines.has(folder);
      if (room === 'src' && name === 'cli') return !existsSync(`${folder}.ts`);
      return room !== 'src' && inside === undefined && !new RegExp(`(?:^|[ (])${name}/`).test(lines.get(room) ?? '');
    });
    expect(missing).toEqual([]);
    expect(lines.size).toBeGreaterThan(50);
    expect([...lines.keys()].filter((room) => room.startsWith('src/') && !folders.includes(room))).toEqual([]);
  });

  it('has no file that imports itself in circles through core', () => {
    expect(circles(files.filter((file) => file.path.startsWith('src/core/') && !isTest(file.path)))).toEqual([]);
  });
});

describe('the rules', () => {
  const cases: [string, SourceFile, RegExp][] = [
    [
      'core that imports an adapter',
      { path: 'src/core/reset/x.ts', text: `import { a } from '../../store/a.ts';` },
      /core\/ is the product/,
    ],
    ['core that reads files', { path: 'src/core/x.ts', text: `import { readFileSync } from 'node:fs';` }, /no I\/O/],
    [
      'core with a random of its own',
      { path: 'src/core/x.ts', text: `import { createHash, randomBytes } from 'node:crypto';` },
      /createHash, randomBytes/,
    ],
    [
      'core that takes a whole module',
      { path: 'src/core/x.ts', text: `import * as crypto from 'node:crypto';` },
      /everything from node:crypto/,
    ],
    ['an adapter that imports another', { path: 'src/jobs/x.ts', text: `import type { A } from '../store/a.ts';` }, /jobs\/ is an adapter/],
    ['an adapter that imports a door', { path: 'src/store/x.ts', text: `export * from '../http/a.ts';` }, /store\/ is an adapter/],
    [
      'a door that imports an adapter late',
      { path: 'src/http/x.ts', text: `const a = await import('../directory/a.ts');` },
      /http\/ is a door/,
    ],
    [
      'a door that uses the library of an adapter',
      { path: 'src/cli/x.ts', text: `import { Client } from 'ldapts';` },
      /whose home is directory/,
    ],
    ['a door that loads the root elsewhere', { path: 'src/cli/serve.ts', text: `import('../main.ts')` }, /cli\/ is a door/],
    [
      'pages that import the server',
      { path: 'web/x.tsx', text: `import {\n  a,\n  b,\n} from '../src/core/a.ts';` },
      /web\/ runs in the browser/,
    ],
    ['pages that use Node.js', { path: 'web/x.ts', text: `import 'node:fs';` }, /runs in the browser/],
    ['a computed import', { path: 'src/core/x.ts', text: 'await import(name)' }, /computes what it imports/],
    [
      'a worker in another room',
      { path: 'src/jobs/x.ts', text: `new Worker(new URL('../store/worker.ts', import.meta.url))` },
      /jobs\/ is an adapter/,
    ],
    ['a room without rules', { path: 'src/attic/x.ts', text: `import { a } from './y.ts';` }, /room without rules/],
    ['a default export', { path: 'src/core/x.ts', text: 'export default 1;' }, /default export/],
    ['a name that is not kebab-case', { path: 'src/core/myFile.ts', text: '' }, /kebab-case/],
    ['a file that is too long', { path: 'src/core/x.ts', text: '\n'.repeat(501) }, /501 lines/],
    ['an answer that reads the clock', { path: 'src/core/journey/steps/x.ts', text: 'const now = deps.clock.now();' }, /reads the clock/],
    ['a door that reads the clock', { path: 'src/http/routes/x.ts', text: 'reply.header("x", Date.now());' }, /reads the clock/],
    [
      'a second way to what is enrolled',
      { path: 'src/core/journey/x.ts', text: 'await deps.store.factors.ofAccount(ref);' },
      /asks the database what is enrolled/,
    ],
    [
      'the same by everything about a person',
      { path: 'src/core/journey/x.ts', text: 'await deps.store.people.recordOf(ref);' },
      /asks the database what is enrolled/,
    ],
    ['an unfinished mark', { path: 'src/core/x.ts', text: `// ${'TO'}${'DO'}: later` }, /unfinished/],
  ];
  it.each(cases)('find %s', (_name, file, sentence) => {
    expect(breaches(file)).toEqual([expect.stringMatching(sentence)]);
  });

  it('leave alone what is allowed', () => {
    expect(
      [
        {
          path: 'src/core/x.ts',
          text: `import { createHash } from 'node:crypto';\nimport { z } from 'zod';\nimport type { A } from '../../shared/a.ts';`,
        },
        { path: 'src/main.ts', text: `import { a } from './store/a.ts';\nimport { b } from './http/b.ts';` },
        { path: 'src/cli/run.ts', text: `() => import('../main.ts')` },
        {
          path: 'src/core/x.ts',
          text: `// import { a } from '../store/a.ts';\n/* import('../http/b.ts') */\nconst url = 'https://example.com';`,
        },
        { path: 'src/core/x.test.ts', text: `import { createStore } from '../store/create-store.ts';` },
      ].flatMap(breaches),
    ).toEqual([]);
  });
});

/** Files that reach themselves through value imports, each circle once, as `a -> b -> a`. */
function circles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map(({ path, text }) => [
      path,
      readImports(text.replace(/^import type\b[^;]*;/gm, ''))
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => new URL(specifier, `file:///${path}`).pathname.slice(1)),
    ]),
  );
  const found = new Set<string>();
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.add([...trail.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return [...found];
}

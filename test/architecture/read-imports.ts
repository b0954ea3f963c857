/** One import of a file, in any of its forms. */
export interface Import {
  /** As written: `./x.ts`, `zod`, `node:fs`. */
  specifier: string;
  /** The names taken; empty for whole-module, side-effect and dynamic imports. */
  names: readonly string[];
  dynamic: boolean;
}

// `[^'"`;]` keeps a match inside of one statement: names and braces, never a string.
const STATIC = /(?:^|[;\n])\s*(?:import|export)\b([^'"`;]*?)\bfrom\s*(['"])([^'"\n]+)\2/g;
const SIDE_EFFECT = /(?:^|[;\n])\s*import\s*(['"])([^'"\n]+)\1/g;
const DYNAMIC = /\bimport\s*\(\s*(?:(['"`])([^'"`$\n]+)\1)?/g;
const WORKER = /new\s+URL\(\s*(['"])(\.[^'"\n]+\.tsx?)\1\s*,\s*import\.meta\.url/g;

/**
 * Every import and re-export of a module: static, side-effect, dynamic, type-level and worker files. Reads text, so
 * that it needs no compiler. A dynamic import whose module is computed has the specifier `(computed)`.
 */
export function readImports(source: string): Import[] {
  const text = withoutComments(source);
  return [
    ...[...text.matchAll(STATIC)].map(([, clause = '', , specifier = '']) => ({ specifier, names: namesOf(clause), dynamic: false })),
    ...[...text.matchAll(SIDE_EFFECT)].map(([, , specifier = '']) => ({ specifier, names: [], dynamic: false })),
    ...[...text.matchAll(DYNAMIC)].map(([, , specifier]) => ({ specifier: specifier ?? '(computed)', names: [], dynamic: true })),
    ...[...text.matchAll(WORKER)].map(([, , specifier = '']) => ({ specifier, names: [], dynamic: true })),
  ];
}

/** Names of `import x, { type y as z } from` in the other module's words. */
function namesOf(clause: string): string[] {
  const braces = /\{([^}]*)\}/.exec(clause)?.[1];
  if (braces === undefined) return [];
  return braces
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s+.*$/, ''),
    )
    .filter((name) => name !== '');
}

/** Comments become spaces; strings and line numbers stay. Walks once, so that `//` in a string is no comment. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, (match) =>
    match.startsWith('/*') || match.startsWith('//') ? match.replace(/[^\n]/g, ' ') : match,
  );
}

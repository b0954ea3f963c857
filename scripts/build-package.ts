import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputAsset, type OutputChunk, rolldown } from 'rolldown';
import { buildWeb, WEB_FOLDER } from './build-web.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where the built program is, unless told otherwise. */
export const PACKAGE_FOLDER = join(ROOT, 'dist', 'package');

/** Libraries with compiled parts, which are found beside their own files. Everything else becomes part of the bundle. */
const COMPILED = ['better-sqlite3', '@node-rs/argon2'];

/** Asked for by a library that goes on without it. */
const OPTIONAL = ['pg-native'];

/** Threads are files of their own, found beside the chunk that starts them. */
const ENTRIES = {
  run: 'src/cli/run.ts',
  'checkpoint-worker': 'src/store/checkpoint-worker.ts',
  'strength-worker': 'src/platform/strength-worker.ts',
};

/**
 * Builds what is installed: one folder with the program as a bundle, its pages, its texts and the few libraries that have
 * compiled parts. It needs Node.js and nothing else.
 *
 * @param folder replaced when it is there
 * @param version what `keyturn --version` says; that of package.json unless told
 * @param maps with a source map beside each file, which nobody but who reads a profile needs
 */
export async function buildPackage(folder: string = PACKAGE_FOLDER, version?: string, maps = false): Promise<void> {
  await buildWeb();
  // Made aside and renamed: whoever looks at the same time never sees half of it.
  const fresh = `${folder}.${process.pid}.new`;
  try {
    mkdirSync(fresh, { recursive: true });
    await bundle(join(fresh, 'server'), version ?? packageFile().version, maps);
    copyProgram(join(fresh, 'bin'));
    cpSync(join(ROOT, 'locales'), join(fresh, 'locales'), { recursive: true });
    cpSync(WEB_FOLDER, join(fresh, 'dist', 'web'), { recursive: true });
    cpSync(join(ROOT, 'LICENSE'), join(fresh, 'LICENSE'));
    writeFileSync(join(fresh, 'THIRD-PARTY-LICENSES'), licences());
    for (const library of COMPILED) copyCompiled(library, fresh);
    writeFileSync(join(fresh, 'package.json'), describe(version));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The same program, which runs the bundle instead of the sources. */
function copyProgram(folder: string): void {
  const program = readFileSync(join(ROOT, 'bin', 'keyturn.js'), 'utf8');
  const bundled = program.replace(`'../${ENTRIES.run}'`, `'../server/run.js'`);
  if (bundled === program) throw new Error(`bin/keyturn.js does not import ../${ENTRIES.run}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'keyturn.js'), bundled, { mode: 0o755 });
}

async function bundle(folder: string, version: string, maps: boolean): Promise<void> {
  const build = await rolldown({
    cwd: ROOT,
    input: ENTRIES,
    platform: 'node',
    // Servers of the test suite, which `keyturn demo` can start from a source tree.
    external: (id) => COMPILED.includes(id) || OPTIONAL.includes(id) || id.includes('test/servers/'),
    plugins: [
      {
        name: 'version',
        load: (id) => (id === join(ROOT, 'package.json') ? { code: describe(version), moduleType: 'json' } : null),
      },
    ],
    logLevel: 'warn',
  });
  await build.write({
    dir: folder,
    format: 'esm',
    sourcemap: maps ? 'hidden' : false,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // V8 keeps the text of each file in memory, with two octets for every character as soon as one is not ASCII.
    charset: 'ascii',
    comments: { legal: true, annotation: false, jsdoc: false },
    plugins: [{ name: 'names-in-licences', generateBundle: (_options, chunks) => Object.values(chunks).forEach(escapeComments) }],
  });
  await build.close();
}

/** What is not ASCII by now stands in comments about licences, which stay: the names of people. */
function escapeComments(chunk: OutputChunk | OutputAsset): void {
  if (chunk.type !== 'chunk') return;
  chunk.code = chunk.code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A library without what it was compiled from, and with the part for this machine that some keep as a package of its own. */
function copyCompiled(library: string, target: string): void {
  const from = join(ROOT, 'node_modules', library);
  const parts = readdirSync(join(from, '..')).filter((name) => name.startsWith(`${basename(library)}-`) && library.startsWith('@'));
  for (const folder of [from, ...parts.map((name) => join(from, '..', name))]) {
    cpSync(folder, join(target, 'node_modules', folder.slice(join(ROOT, 'node_modules').length + 1)), {
      recursive: true,
      filter: (path) => (statSync(path).isDirectory() ? !isSource(path.slice(folder.length + 1)) : /\.(js|json|node)$|LICENSE/.test(path)),
    });
  }
}

function isSource(path: string): boolean {
  return /^(deps|src|build\/Release\/obj|build\/Release\/\.deps)/.test(path);
}

interface PackageFile {
  name: string;
  version: string;
  description: string;
  license: string;
  type: string;
  engines: Record<string, string>;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
}

function packageFile(): PackageFile {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as PackageFile;
}

function describe(version: string | undefined): string {
  const { name, version: own, description, license, type, engines, bin, dependencies } = packageFile();
  const kept = Object.fromEntries(COMPILED.map((library) => [library, dependencies[library]]));
  return `${JSON.stringify({ name, version: version ?? own, description, license, type, engines, bin, dependencies: kept }, null, 2)}\n`;
}

/** Every library that is part of program or pages, with the licence that wants to be passed on with it. */
function licences(): string {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; dev?: boolean; license?: string }>;
  };
  const parts = Object.entries(lock.packages).flatMap(([path, { version, dev, license }]) => {
    const folder = join(ROOT, path);
    if (path === '' || dev === true || !existsSync(folder)) return [];
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
    return [
      `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)} ${version} (${license ?? 'see below'})\n\n${text}\n`,
    ];
  });
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}

if (import.meta.main) {
  const [folder, version] = process.argv.slice(2);
  if (folder !== undefined && existsSync(folder) && !existsSync(join(folder, 'server'))) {
    process.stderr.write(`${folder} is there already and no package of Keyturn. Name a folder that may be replaced.\n`);
    process.exit(1);
  }
  await buildPackage(folder, version);
  process.stdout.write(`Built in ${folder ?? 'dist/package'}\n`);
}

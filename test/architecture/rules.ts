import { posix } from 'node:path';
import { type Import, readImports, withoutComments } from './read-imports.ts';

/** A file of the project. `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

const ADAPTERS = ['breached', 'dictionary', 'directory', 'store', 'channels', 'identity', 'jobs', 'texts', 'platform'] as const;

/**
 * Who may import whom (left to right: importer, imported). `main` is the composition root: src/main.ts, src/main/ and src/demo,
 * which puts the same parts together for the demo.
 */
const ALLOWED: Record<string, readonly string[]> = {
  shared: ['shared'],
  core: ['shared', 'core'],
  config: ['shared', 'core', 'config'],
  ...Object.fromEntries(ADAPTERS.map((adapter) => [adapter, ['shared', 'core', adapter]])),
  http: ['shared', 'core', 'http'],
  cli: ['shared', 'core', 'config', 'cli', 'package.json'],
  main: ['shared', 'core', 'config', ...ADAPTERS, 'http', 'cli', 'main', 'package.json'],
  web: ['shared', 'web', 'locales'],
  bin: ['cli'],
};

const SENTENCES: Record<string, string> = {
  shared: 'shared/ is what browser and server both mean: it imports nothing but itself',
  core: 'core/ is the product: it imports only shared/, and reaches the outside through ports',
  config: 'config/ holds boot settings: it imports only shared/ and core/',
  ...Object.fromEntries(
    ADAPTERS.map((adapter) => [adapter, `${adapter}/ is an adapter: it imports only shared/ and core/, never another adapter or a door`]),
  ),
  main: 'the composition root imports only src/ and shared/',
  http: 'http/ is a door: it imports only shared/ and core/, never an adapter',
  cli: 'cli/ is a door: it imports only shared/, core/ and config/, never an adapter',
  web: 'web/ runs in the browser: it imports only shared/ and locales/',
  bin: 'bin/ only calls the command line',
};

/** Late imports that cross a wall on purpose. */
const EXCEPTIONS = new Set([
  // The one way from a door to the composition root: `keyturn --help` loads no adapter.
  'src/cli/run.ts -> src/main.ts',
  // The demo borrows the real servers of the test suite, only when it is asked for one.
  'src/demo/demo-directory.ts -> test/servers/slapd.ts',
  'src/demo/demo-directory.ts -> test/servers/samba.ts',
]);

/** Pure helpers that core/ may take from outside. `*`: anything of that package. */
const CORE_LIBRARIES: Record<string, readonly string[] | '*'> = {
  zod: '*',
  otpauth: '*',
  // Text out of rows. What it can write to streams stays where it is.
  'csv-stringify': ['stringify'],
  re2js: ['RE2JS'],
  // Of bytes that it is given. What it can read files with stays where it is.
  'image-size': ['imageSize'],
  // Reads and judges numbers from tables that it brings with it.
  'libphonenumber-js': '*',
  'node:buffer': ['Buffer'],
  // Ed25519 signatures need no random (RFC 8032 5.1.6).
  'node:crypto': [
    'createHash',
    'createHmac',
    'createPrivateKey',
    'createPublicKey',
    'hkdfSync',
    'KeyObject',
    'sign',
    'timingSafeEqual',
    'verify',
    'X509Certificate',
  ],
  'node:net': ['isIP', 'isIPv4', 'isIPv6', 'BlockList'],
  'node:url': ['domainToASCII'],
};

/** Libraries with one home: the rest of the house must not know them. */
const LIBRARY_HOMES: Record<string, readonly string[]> = {
  kysely: ['store'],
  pg: ['store'],
  'better-sqlite3': ['store'],
  ldapts: ['directory'],
  nodemailer: ['channels'],
  '@simplewebauthn/server': ['identity'],
  '@simplewebauthn/browser': ['web'],
  fastify: ['http'],
  commander: ['cli'],
  uqr: ['cli', 'web'],
  i18next: ['texts', 'web'],
  pino: ['platform'],
  react: ['web'],
};

/** Folders in which a tool asks for a default export. */
const DEFAULT_EXPORT_ALLOWED = /^((test\/mutation\/)?(vitest|stryker)\.config\.ts|web\/vite\.config\.ts)$/;

/**
 * Who may read the clock where answers are made. Everything else counts from the arrival of the request (`act.at`): a later
 * reading that leaves, or decides what leaves, tells how long the work before it took, and so who exists (JRN-4).
 */
const CLOCK_READERS = new Set([
  'src/http/hooks/arrival.ts',
  // How long an answer is still held back.
  'src/core/journey/hold.ts',
  // Work that nobody waits for.
  'src/core/journey/sweep-writes.ts',
  'src/core/journey/expire-journeys.ts',
  'src/core/journey/find-user-name.ts',
]);
const CLOCK_READING = /\bclock\s*\.\s*now\b|\b(Date|performance)\s*\.\s*now\b|\bnew Date\(\s*\)|\bhrtime\b/;

/**
 * Who may ask the database alone what is enrolled. Everything else asks `factorsOf`, which knows what the directory has besides: a second
 * way would make people who can recover look as if they could not, or the other way round.
 */
const ENROLMENT_READERS = new Set([
  'src/core/enrolment/factors-of.ts',
  'src/core/enrolment/enrol-factors.ts',
  // No directory has recovery codes, passes and passkeys.
  'src/core/enrolment/recovery-codes.ts',
  'src/core/enrolment/temporary-pass.ts',
  'src/core/enrolment/passkeys.ts',
  'src/core/factors/recovery-code-factor.ts',
]);

/** Who may read everything that is recorded about a person, and adds by the same functions what their directory has. */
const RECORD_READERS = new Set([
  'src/core/enrolment/factors-of.ts',
  'src/core/enrolment/own-proofs.ts',
  'src/core/enrolment/read-requirement.ts',
  'src/core/accounts/judge-account.ts',
  'src/core/enrolment/people-profiles.ts',
  'src/core/journey/enrolled-for.ts',
  'src/core/people/linked-proofs.ts',
  // What the directory has is told apart by its id.
  'src/core/journey/proven-still.ts',
  // Nobody has nothing.
  'src/core/accounts/look-as-if-found.ts',
]);

/** Put together from halves, so that this file does not find itself. */
const MARKS = [
  ['TO', 'DO'],
  ['FIX', 'ME'],
].map((halves) => halves.join(''));

/** Which room of the house a path belongs to; null: outside of these rules. */
export function roomOf(path: string): string | null {
  const [top = '', second = ''] = path.split('/');
  if (path === 'src/main.ts' || path.startsWith('src/main/') || path.startsWith('src/demo/')) return 'main';
  if (top === 'src') return second;
  return ['shared', 'web', 'locales', 'bin', 'package.json'].includes(top) ? top : null;
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith('test/') || path.startsWith('bench/');
}

/** Every breach of the house rules in one file, as sentences. */
export function breaches(file: SourceFile): string[] {
  return [...wallBreaches(file), ...habitBreaches(file)];
}

function wallBreaches({ path, text }: SourceFile): string[] {
  const room = roomOf(path);
  if (room === null || isTest(path) || DEFAULT_EXPORT_ALLOWED.test(path)) return [];
  return readImports(text).flatMap((found) => {
    if (found.specifier === '(computed)') return [`${path} computes what it imports: name the module, so that walls can be checked`];
    return found.specifier.startsWith('.') ? neighbour(path, room, found) : outsider(path, room, found);
  });
}

function neighbour(path: string, room: string, { specifier, dynamic }: Import): string[] {
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  const allowed = ALLOWED[room];
  if (allowed === undefined) return [`${path} lives in a room without rules (src/${room}): add it to test/architecture/rules.ts`];
  if (dynamic && EXCEPTIONS.has(`${path} -> ${target}`)) return [];
  const other = roomOf(target);
  if (other !== null && allowed.includes(other)) return [];
  return [`${path} imports ${target}, but ${SENTENCES[room]}`];
}

function outsider(path: string, room: string, { specifier, names }: Import): string[] {
  const library = /^(node:[^/]+|@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier;
  if (room === 'core') {
    const known = CORE_LIBRARIES[library];
    if (known === '*' || (known !== undefined && names.length > 0 && names.every((name) => known.includes(name)))) return [];
    return [`${path} takes ${names.join(', ') || 'everything'} from ${specifier}, but core/ uses no I/O, clock or random of its own`];
  }
  if ((room === 'web' || room === 'shared') && library.startsWith('node:'))
    return [`${path} imports ${specifier}, but ${room}/ runs in the browser`];
  if (room === 'shared' && library !== 'zod' && library !== 'colord')
    return [`${path} imports ${specifier}, but ${SENTENCES.shared}, zod and colord`];
  const homes = LIBRARY_HOMES[library];
  if (homes !== undefined && !homes.includes(room)) return [`${path} imports ${library}, whose home is ${homes.join(' and ')}`];
  return [];
}

/** What somebody reads in one go. */
const LINES = 500;

function habitBreaches({ path, text }: SourceFile): string[] {
  const found: string[] = [];
  const name = posix.basename(path);
  const code = withoutComments(text);
  const lines = text.split('\n').length - 1;
  if (lines > LINES) found.push(`${path} has ${lines} lines: ${LINES} is the limit, split it`);
  if (!/^[a-z0-9]+([.-][a-z0-9]+)*\.(tsx?|js)$/.test(name)) found.push(`${path} is not kebab-case`);
  if (/^\s*export\s+default\b/m.test(code) && !DEFAULT_EXPORT_ALLOWED.test(path))
    found.push(`${path} has a default export: use a named one`);
  if (/^src\/(http|core\/journey)\//.test(path) && !isTest(path) && !CLOCK_READERS.has(path) && CLOCK_READING.test(code))
    found.push(`${path} reads the clock: count from when the request arrived (act.at), or an answer tells how long the work took`);
  if (path.startsWith('src/') && !isTest(path) && !ENROLMENT_READERS.has(path) && /\bfactors\s*\.\s*ofAccount\b/.test(code))
    found.push(`${path} asks the database what is enrolled: ask factorsOf, or addresses of the directory do not count here`);
  if (path.startsWith('src/core/') && !isTest(path) && !RECORD_READERS.has(path) && /\bpeople\s*\.\s*(recordOf|enrolledOf)\b/.test(code))
    found.push(`${path} asks the database what is enrolled: ask factorsOf, or addresses of the directory do not count here`);
  if (new RegExp(`\\b(${MARKS.join('|')})\\b`).test(text))
    found.push(`${path} has an unfinished mark: finish it, or write it into the handbook as a limit`);
  return found;
}

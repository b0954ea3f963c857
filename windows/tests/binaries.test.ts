import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageDocument from '../../package.json' with { type: 'json' };
import { built } from './built.ts';

/** Parts of Windows itself. Whatever else a program imported, it could be loaded from beside it. */
const systemLibraries = new Set(
  'advapi32 bcrypt comctl32 crypt32 dwmapi gdi32 gdiplus imm32 kernel32 msvcrt ole32 oleacc oleaut32 rpcrt4 secur32 shell32 shlwapi uiautomationcore user32 uxtheme version winhttp wtsapi32'
    .split(' ')
    .map((name) => `${name}.dll`),
);

const files = readdirSync(built.release).filter((name) => /\.(dll|exe)$/.test(name));
/** Holds texts and no code, see below. */
const eventTexts = 'KeyturnEvents.dll';
const programs = files.filter((name) => name !== eventTexts);

function headersOf(program: string): string {
  return execFileSync('x86_64-w64-mingw32-objdump', ['-p', join(built.release, program)], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** The file read as Latin-1 and as UTF-16 from even and odd places, so that a search for a text finds it in either. */
function textsOf(program: string): string {
  const bytes = readFileSync(program);
  return `${bytes.toString('latin1')}\n${bytes.toString('utf16le')}\n${bytes.subarray(1).toString('utf16le')}`;
}

/** What only programs of the tests hold (tests/wine/create-test-system.cpp), and where this project lies on this machine. */
const traces = [
  'TestSystem',
  'events.txt',
  'throws.txt',
  'remote.txt',
  'clock.txt',
  'kiosk-report',
  'KEYTURN_TEST',
  'create-test-system',
  fileURLToPath(new URL('../..', import.meta.url)),
];

describe.each(programs)('%s', (program) => {
  const headers = headersOf(program);

  it('imports nothing but parts of Windows', () => {
    const imported = [...headers.matchAll(/DLL Name: (\S+)/g)].map((match) => (match[1] ?? '').toLowerCase());
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => !systemLibraries.has(name))).toEqual([]);
  });

  it('is moved about in memory and executes no data', () => {
    for (const flag of ['DYNAMIC_BASE', 'HIGH_ENTROPY_VA', 'NX_COMPAT']) expect(headers).toContain(flag);
    // Without relocations the first two are words.
    expect(headers).toMatch(/Entry 5 [0-9a-f]{16} (?!00000000)[0-9a-f]{8} Base Relocation Directory/);
  });
});

describe.each(files)('%s', (program) => {
  it('carries the version of the product', () => {
    const version = packageDocument.version;
    expect(textsOf(join(built.release, program))).toContain(`FileVersion\0`);
    expect(textsOf(join(built.release, program))).toContain(version);
  });

  it('holds no trace of the test system and no path of the machine it was built on', () => {
    const texts = textsOf(join(built.release, program));
    expect(traces.filter((trace) => texts.includes(trace))).toEqual([]);
  });
});

it('the same search finds the test system where it is linked', () => {
  const texts = textsOf(join(built.tests, 'provider/KeyturnCredentialProvider.dll'));
  expect(traces.filter((trace) => texts.includes(trace))).toEqual(expect.arrayContaining(['TestSystem', 'events.txt', 'throws.txt']));
});

describe('KeyturnCredentialProvider.dll', () => {
  it('exports what COM asks for and registers nothing by itself', () => {
    const headers = headersOf('KeyturnCredentialProvider.dll');
    const exported = [...headers.matchAll(/^\s+\[\s*\d+\] (\w+)$/gm)].map((match) => match[1]);
    expect(exported.sort()).toEqual(['DllCanUnloadNow', 'DllGetClassObject']);
  });

  it('frees what it keeps for each thread when that ends', () => {
    // With a runtime of its own a module must hear of threads (documentation of DisableThreadLibraryCalls).
    expect(headersOf('KeyturnCredentialProvider.dll')).not.toContain('DisableThreadLibraryCalls');
  });

  it('speaks to no network', () => {
    const imported = headersOf('KeyturnCredentialProvider.dll').toLowerCase();
    for (const library of ['winhttp', 'wininet', 'ws2_32', 'urlmon']) expect(imported).not.toContain(`${library}.dll`);
  });
});

describe('KeyturnKiosk.exe', () => {
  it('keeps what is typed out of reports of a crash', () => {
    // That it does, wine cannot show: there the function does nothing.
    expect(headersOf('KeyturnKiosk.exe')).toMatch(/\bWerSetFlags\b/);
  });

  it('is kept away by no name that any program of the session could take first', () => {
    const imported = headersOf('KeyturnKiosk.exe');
    expect(imported).not.toMatch(/\bCreateMutex/);
    expect(textsOf(join(built.release, 'KeyturnKiosk.exe'))).not.toMatch(/(Local|Global)\\/);
  });
});

describe(eventTexts, () => {
  it('is data alone: nothing in it runs, and nothing is loaded with it', () => {
    const headers = headersOf(eventTexts);
    expect(headers).toMatch(/^AddressOfEntryPoint\s+0+$/m);
    expect(headers).not.toContain('DLL Name:');
    expect(headers).not.toMatch(/^\s+\[\s*\d+\] \w+$/m);
    // What the linker puts there by itself: the two lists of constructors and destructors, both empty.
    const sections = execFileSync('x86_64-w64-mingw32-objdump', ['-h', join(built.release, eventTexts)], { encoding: 'utf8' });
    expect(/ \.text +([0-9a-f]{8})/.exec(sections)?.[1] ?? '00000000').toMatch(/^000000[0-2]0$/);
  });

  it('alone has the texts of the events', () => {
    const having = files.filter((name) => textsOf(join(built.release, name)).includes('The recovery window was started for'));
    expect(having).toEqual([eventTexts]);
  });
});

describe('two builds', () => {
  const second = join(built.release, '../../second');
  // Compiling all of it takes minutes. The two small ones go through the same compiler, linker and compilers of resources and messages,
  // with the same options; what else could tell one build from another is looked for in every file: the path above, and -Wdate-time
  // lets no source name the time.
  const compared = process.env.KEYTURN_LONG === undefined ? ['KeyturnLogonHost.exe', eventTexts] : files;

  beforeAll(() => {
    rmSync(second, { recursive: true, force: true });
    const targets = compared.length === files.length ? [] : compared.map((name) => name.replace(/\.\w+$/, ''));
    execFileSync('sh', ['scripts/build-windows.sh', second, ...targets], { stdio: 'inherit' });
  }, 900_000);
  afterAll(() => rmSync(second, { recursive: true, force: true }));

  it.each(compared)('in two folders make the same %s, byte for byte', (program) => {
    expect(readFileSync(join(second, 'release', program)).equals(readFileSync(join(built.release, program)))).toBe(true);
  });
});

it('tests that change the registry of the machine they run on are none of those that ctest runs by itself', () => {
  // A build for Windows: there they are, and the option is off that hands them to ctest.
  const listed = execFileSync('ctest', ['--test-dir', join(built.release, '..'), '-N'], { encoding: 'utf8' });
  expect(listed).toContain('Total Tests: 0');
  expect(readFileSync(join(built.release, '../CMakeCache.txt'), 'utf8')).toContain('KEYTURN_THROWAWAY_MACHINE:BOOL=OFF');
});

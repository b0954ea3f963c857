import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'uqr';
import { type CertificateAuthority, createCertificateAuthority } from '../../../test/servers/certificate-authority.ts';
import { createScratchFolder, removeScratchFolder } from '../../../test/servers/scratch.ts';
import { built } from '../built.ts';
import { startWine, type Wine, winePath } from '../wine.ts';
import { startDriver } from './driver.ts';
import { startScreen } from './screen.ts';
import { startTlsProxy, type TlsProxy } from './tls-proxy.ts';

const wineProgram = '/usr/lib/wine/wine64';
const pictures = fileURLToPath(new URL('../../../.scratch/windows/pages', import.meta.url));

/** Buttons have the id 500 plus their action (views/control-ids.h, page.h). */
const actions = [
  'none',
  'submit',
  'back',
  'resend',
  'keepPassword',
  'retry',
  'poll',
  'startAgain',
  'askToStop',
  'goOn',
  'close',
  'finish',
  'usePhone',
] as const;
export type Action = (typeof actions)[number];
export const ids = {
  progress: 101,
  title: 102,
  notice: 103,
  paragraph: 110,
  shown: 190,
  portal: 191,
  portalCode: 192,
  choice: 200,
  field: 340,
  show: 390,
  keyboard: 391,
  rule: 400,
} as const;
/** How a window that was up ends (shared/exit-codes.h). */
export const ends = { done: 100, closed: 101, idle: 102, sessionChanged: 104 } as const;
export const button = (action: Action): number => 500 + actions.indexOf(action);

export interface Control {
  readonly id: number;
  readonly type: string;
  readonly text: string;
  readonly isPassword: boolean;
  readonly enabled: boolean;
  readonly tabStop: boolean;
  readonly checked: boolean;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What stands in the window at one moment. */
export interface WindowState {
  readonly open: boolean;
  readonly caption: string;
  readonly focus: number;
  readonly isRightToLeft: boolean;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly controls: readonly Control[];
}

/** The one window on the screen, worked from outside. */
export interface KioskWindow {
  /** Reads the window until it is as wanted; fails with what it shows after a minute. */
  until(what: string, condition: (state: WindowState) => boolean, milliseconds?: number): Promise<WindowState>;
  /** Waits for a page by its title, and keeps a picture of it. */
  page(title: string | RegExp, picture?: string): Promise<WindowState>;
  read(): Promise<WindowState>;
  /** A command of kiosk-driver.cpp. */
  command(...words: (string | number)[]): Promise<Record<string, unknown>>;
  press(action: Action): Promise<void>;
  fill(text: string, index?: number): Promise<void>;
}

/** A window that the test has opened itself. */
export interface KioskRun extends KioskWindow {
  exitCode: Promise<number | null>;
  /** Lines of the event log so far: `id|value|value`. */
  events(): string[];
}

/** A Windows with a screen, and a TLS proxy whose authority it trusts. */
export interface KioskSurroundings {
  readonly wine: Wine;
  readonly authority: CertificateAuthority;
  readonly proxy: TlsProxy;
  /** The environment of programs that show something. */
  readonly environment: NodeJS.ProcessEnv;
  /** For files of the bench; gone at the end. */
  readonly folder: string;
  /** Works whichever window of the client is open. */
  readonly window: KioskWindow;
  /** Writes settings as the installer does; a number becomes a REG_DWORD. */
  configure(settings: Record<string, string | number>): Promise<void>;
  /** Sets the text size as the system's settings do; 100 is normal. */
  setTextSize(percent: number): Promise<void>;
  /** Sets the proxy of the system, as `netsh winhttp set proxy` does; null takes it away. */
  setProxy(address: string | null): Promise<void>;
  /** Lays a file beside the window by which create-test-system.cpp plays what wine has not; null takes it away. */
  play(file: 'keyboards.txt' | 'domain.txt' | 'service.txt' | 'clock-stands.txt', content: string | null): void;
  /** Lines of the event log so far: `id|value|value`. */
  events(): string[];
  /** Whether the screen shows a text as a QR code where the window has one: whole pixels to a module, enough of them for a phone. */
  showsCode(state: WindowState, text: string): boolean;
  close(): Promise<void>;
}

export interface KioskBench extends KioskSurroundings {
  start(parameters?: { goal?: string; language?: string; account?: string; arguments?: string[]; shipped?: boolean }): Promise<KioskRun>;
  /** Puts the clock of the windows forward, by so many seconds from the time that it really is; 0 sets it right for the next window. */
  putForward(seconds: number): void;
  /** Ends windows that a failed test left open. */
  endAll(): Promise<void>;
}

/** `home` is the folder of the window on drive C, `desktop` the one that it is on unless that is the ordinary one. */
export async function startKioskSurroundings(home: string, desktop?: string): Promise<KioskSurroundings> {
  const folder = await createScratchFolder('kiosk');
  const authority = await createCertificateAuthority(join(folder, 'authority'));
  const certificate = await authority.issue({ name: 'localhost', altNames: ['DNS:localhost'] });
  const [wine, screen, proxy] = await Promise.all([startWine(), startScreen(), startTlsProxy(certificate)]);
  const environment = { ...wine.environment, DISPLAY: screen.display };
  const beside = (file: string) => join(wine.driveC, home, file);
  await wine.run('regedit', ['/S', winePath(writeAppearance(folder))], { environment });
  const driver = startDriver(join(built.tests, 'kiosk/kiosk-driver.exe'), environment, desktop === undefined ? [] : [desktop]);
  const der = join(folder, 'ca.der');
  writeFileSync(der, new X509Certificate(authority.caPem).raw);
  await driver.command('trust', winePath(der));

  const surroundings: KioskSurroundings = {
    wine,
    authority,
    proxy,
    environment,
    folder,
    window: createWindow(driver.command, screen.save),
    async configure(settings) {
      const lines = Object.entries(settings).map(
        ([name, value]) => `"${name}"=${typeof value === 'number' ? `dword:${value.toString(16)}` : JSON.stringify(value)}`,
      );
      const file = join(folder, 'settings.reg');
      writeFileSync(
        file,
        [
          'REGEDIT4',
          '[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Keyturn\\Logon]',
          '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Keyturn\\Logon]',
          ...lines,
          '',
        ].join('\r\n'),
      );
      await wine.run('regedit', ['/S', winePath(file)], { environment });
    },
    async setTextSize(percent) {
      await wine.run('regedit', ['/S', winePath(writeAppearance(folder, percent))], { environment });
    },
    async setProxy(address) {
      if ((await driver.command('proxy', ...(address === null ? [] : [address]))).ok !== true)
        throw new Error('the proxy could not be set');
    },
    play(file, content) {
      if (content === null) rmSync(beside(file), { force: true });
      else writeFileSync(beside(file), content);
    },
    events: () => (existsSync(beside('events.txt')) ? readFileSync(beside('events.txt'), 'utf8').split('\n').filter(Boolean) : []),
    showsCode(state, text) {
      const area = state.controls.find(({ id }) => id === ids.portalCode);
      if (area === undefined) return false;
      const [left, right] = [Math.min(area.left, area.right), Math.max(area.left, area.right)];
      const codes = Array.from({ length: 8 }, (_, maskPattern) =>
        encode([...Buffer.from(text)], { ecc: 'M', maskPattern, boostEcc: false, border: 4 }),
      );
      const size = codes[0]?.size ?? 1;
      const module = (right - left) / size;
      if (module < 4 || module % 1 !== 0) return false;
      const middle = (index: number) => Math.floor((index + 0.5) * module);
      const isDark = screen.look();
      const seen = Array.from({ length: size }, (_, y) =>
        Array.from({ length: size }, (_, x) => isDark(left + middle(x), area.top + middle(y))),
      );
      return codes.some(({ data }) => JSON.stringify(data) === JSON.stringify(seen));
    },
    async close() {
      driver.stop();
      await wine.stop();
      await Promise.all([screen.close(), proxy.close()]);
      await removeScratchFolder(folder);
    },
  };
  return surroundings;
}

/** A Windows with a screen and a window to open. */
export async function startKioskBench(): Promise<KioskBench> {
  const surroundings = await startKioskSurroundings('kiosk');
  const { wine, environment, proxy } = surroundings;
  const home = join(wine.driveC, 'kiosk');
  mkdirSync(home);
  copyFileSync(join(built.tests, 'kiosk/KeyturnKiosk.exe'), join(home, 'KeyturnKiosk.exe'));
  const running = new Map<ChildProcess, Promise<number | null>>();
  const bench: KioskBench = {
    ...surroundings,
    async start(parameters = {}) {
      const { goal = 'reset-password', language = 'en', account, shipped = false } = parameters;
      const program = shipped ? join(built.release, 'KeyturnKiosk.exe') : join(home, 'KeyturnKiosk.exe');
      const words = parameters.arguments ?? ['--goal', goal, '--language', language];
      const known = bench.events().length;
      const child = spawn(wineProgram, [program, ...words], {
        env: {
          ...environment,
          ...(account === undefined ? {} : { KEYTURN_ACCOUNT: account }),
        },
        stdio: 'ignore',
      });
      const exitCode = new Promise<number | null>((resolve) => child.once('exit', resolve));
      running.set(child, exitCode);
      return { ...bench.window, exitCode, events: () => bench.events().slice(known) };
    },
    putForward(seconds) {
      // By another name: a window that reads while it is written must not see half of it.
      writeFileSync(join(home, 'clock.new'), String(seconds * 1000));
      renameSync(join(home, 'clock.new'), join(home, 'clock.txt'));
    },
    async endAll() {
      for (const [child, exitCode] of running) {
        if (child.exitCode === null) child.kill('SIGKILL');
        await exitCode;
      }
      running.clear();
    },
    async close() {
      await bench.endAll();
      await surroundings.close();
    },
  };
  await bench.configure({ PortalUrl: `https://localhost:${proxy.port}/`, HelpDeskText: 'Call 1234, or come to room 0.17.' });
  return bench;
}

function createWindow(
  command: KioskWindow['command'],
  save: (file: string, area: { left: number; top: number; right: number; bottom: number }) => void,
): KioskWindow {
  const read = async () => (await command('read')) as unknown as WindowState;
  const window: KioskWindow = {
    command,
    read,
    async until(what, condition, milliseconds = 60_000) {
      const deadline = Date.now() + milliseconds;
      for (;;) {
        const state = await read();
        if (state.open && condition(state)) return state;
        if (Date.now() > deadline)
          throw new Error(
            `waited in vain for ${what}; the window shows ${JSON.stringify(state.controls?.map(({ id, text }) => [id, text]))}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async page(title, picture) {
      const matches = (text: string) => (typeof title === 'string' ? text === title : title.test(text));
      const state = await window.until(String(title), ({ controls }) => controls.some(({ id, text }) => id === ids.title && matches(text)));
      if (picture !== undefined) {
        // Drawn a moment after it can be read.
        await new Promise((resolve) => setTimeout(resolve, 250));
        save(join(pictures, `${picture}.png`), state);
      }
      return state;
    },
    async press(action) {
      // While the server is asked they cannot be pressed.
      await window.until(`the button ${action}`, ({ controls }) => controls.some(({ id, enabled }) => id === button(action) && enabled));
      await command('click', button(action));
    },
    async fill(text, index = 0) {
      await command('set', ids.field + index, text);
    },
  };
  return window;
}

/** wine has no Segoe UI. Its message font becomes one that is on every Debian, drawn smoothly. */
function writeAppearance(folder: string, textPercent = 100): string {
  const font = Buffer.alloc(92);
  font.writeInt32LE(Math.round((-12 * textPercent) / 100), 0);
  font.writeInt32LE(400, 16);
  font.write('Liberation Sans', 28, 'utf16le');
  const hex = [...font].map((byte) => byte.toString(16).padStart(2, '0')).join(',');
  const file = join(folder, 'appearance.reg');
  const lines = [
    'REGEDIT4',
    '[HKEY_CURRENT_USER\\Control Panel\\Desktop\\WindowMetrics]',
    `"MessageFont"=hex:${hex}`,
    '[HKEY_CURRENT_USER\\Control Panel\\Desktop]',
    '"FontSmoothing"="2"',
    '"FontSmoothingType"=dword:2',
    '"FontSmoothingGamma"=dword:578',
    '"FontSmoothingOrientation"=dword:1',
    '',
  ];
  writeFileSync(file, lines.join('\r\n'));
  return file;
}

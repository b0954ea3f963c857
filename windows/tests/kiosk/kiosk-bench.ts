import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encode } from 'uqr';
import { type CertificateAuthority, createCertificateAuthority } from '../../../test/servers/certificate-authority.ts';
import { createScratchFolder, removeScratchFolder } from '../../../test/servers/scratch.ts';
import { built } from '../built.ts';
import { startWine, type Wine, winePath } from '../wine.ts';
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

export interface KioskRun {
  /** Reads the window until it is as wanted; fails with what it shows after a minute. */
  until(what: string, condition: (state: WindowState) => boolean, milliseconds?: number): Promise<WindowState>;
  /** Waits for a page by its title, and keeps a picture of it. */
  page(title: string | RegExp, picture?: string): Promise<WindowState>;
  read(): Promise<WindowState>;
  /** A command of kiosk-driver.cpp. */
  command(...words: (string | number)[]): Promise<Record<string, unknown>>;
  press(action: Action): Promise<void>;
  fill(text: string, index?: number): Promise<void>;
  exitCode: Promise<number | null>;
  /** Lines of the event log so far: `id|value|value`. */
  events(): string[];
}

export interface KioskBench {
  readonly wine: Wine;
  readonly authority: CertificateAuthority;
  readonly proxy: TlsProxy;
  /** Writes settings as the installer does; a number becomes a REG_DWORD. */
  configure(settings: Record<string, string | number>): Promise<void>;
  start(parameters?: { goal?: string; language?: string; account?: string; arguments?: string[]; shipped?: boolean }): Promise<KioskRun>;
  /** Sets the text size as the system's settings do; 100 is normal. */
  setTextSize(percent: number): Promise<void>;
  /** Sets the proxy of the system, as `netsh winhttp set proxy` does. */
  setProxy(address: string): Promise<void>;
  /** Lays a file beside the window by which create-test-system.cpp plays what wine has not; null takes it away. */
  play(file: 'keyboards.txt' | 'domain.txt', content: string | null): void;
  /** Puts the clock of the windows forward, by so many seconds from the time that it really is; 0 sets it right for the next window. */
  putForward(seconds: number): void;
  /** Whether the screen shows a text as a QR code where the window has one: whole pixels to a module, enough of them for a phone. */
  showsCode(state: WindowState, text: string): boolean;
  /** Ends windows that a failed test left open. */
  endAll(): Promise<void>;
  close(): Promise<void>;
}

/** A Windows with a screen, a window to open, and a TLS proxy whose authority it trusts. */
export async function startKioskBench(): Promise<KioskBench> {
  const folder = await createScratchFolder('kiosk');
  const authority = await createCertificateAuthority(join(folder, 'authority'));
  const certificate = await authority.issue({ name: 'localhost', altNames: ['DNS:localhost'] });
  const [wine, screen, proxy] = await Promise.all([startWine(), startScreen(), startTlsProxy(certificate)]);
  const environment = { ...wine.environment, DISPLAY: screen.display };
  const home = join(wine.driveC, 'kiosk');
  mkdirSync(home);
  for (const file of ['KeyturnKiosk.exe', 'kiosk-driver.exe']) copyFileSync(join(built.tests, 'kiosk', file), join(home, file));
  await wine.run('regedit', ['/S', winePath(writeAppearance(folder))], { environment });
  const driver = startDriver(join(home, 'kiosk-driver.exe'), environment);
  const der = join(folder, 'ca.der');
  writeFileSync(der, new X509Certificate(authority.caPem).raw);
  await driver.command('trust', winePath(der));

  const running = new Map<ChildProcess, Promise<number | null>>();
  const eventFile = join(home, 'events.txt');
  const bench: KioskBench = {
    wine,
    authority,
    proxy,
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
    async start(parameters = {}) {
      const { goal = 'reset-password', language = 'en', account, shipped = false } = parameters;
      const program = shipped ? join(built.release, 'KeyturnKiosk.exe') : join(home, 'KeyturnKiosk.exe');
      const words = parameters.arguments ?? ['--goal', goal, '--language', language];
      const known = existsSync(eventFile) ? readFileSync(eventFile, 'utf8').split('\n').length - 1 : 0;
      const child = spawn(wineProgram, [program, ...words], {
        env: {
          ...environment,
          ...(account === undefined ? {} : { KEYTURN_ACCOUNT: account }),
        },
        stdio: 'ignore',
      });
      const exitCode = new Promise<number | null>((resolve) => child.once('exit', resolve));
      running.set(child, exitCode);
      const events = () => (existsSync(eventFile) ? readFileSync(eventFile, 'utf8').split('\n').slice(known).filter(Boolean) : []);
      return createRun(driver.command, screen.save, exitCode, events);
    },
    async setTextSize(percent) {
      await wine.run('regedit', ['/S', winePath(writeAppearance(folder, percent))], { environment });
    },
    async setProxy(address) {
      if ((await driver.command('proxy', address)).ok !== true) throw new Error('the proxy could not be set');
    },
    play(file, content) {
      if (content === null) rmSync(join(home, file), { force: true });
      else writeFileSync(join(home, file), content);
    },
    putForward(seconds) {
      // By another name: a window that reads while it is written must not see half of it.
      writeFileSync(join(home, 'clock.new'), String(seconds * 1000));
      renameSync(join(home, 'clock.new'), join(home, 'clock.txt'));
    },
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
    async endAll() {
      for (const [child, exitCode] of running) {
        if (child.exitCode === null) child.kill('SIGKILL');
        await exitCode;
      }
      running.clear();
    },
    async close() {
      await bench.endAll();
      driver.stop();
      await wine.stop();
      await Promise.all([screen.close(), proxy.close()]);
      await removeScratchFolder(folder);
    },
  };
  await bench.configure({ PortalUrl: `https://localhost:${proxy.port}/`, HelpDeskText: 'Call 1234, or come to room 0.17.' });
  return bench;
}

function createRun(
  command: KioskRun['command'],
  save: (file: string, area: { left: number; top: number; right: number; bottom: number }) => void,
  exitCode: Promise<number | null>,
  events: () => string[],
): KioskRun {
  const read = async () => (await command('read')) as unknown as WindowState;
  const run: KioskRun = {
    command,
    read,
    exitCode,
    events,
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
      const state = await run.until(String(title), ({ controls }) => controls.some(({ id, text }) => id === ids.title && matches(text)));
      if (picture !== undefined) {
        // Drawn a moment after it can be read.
        await new Promise((resolve) => setTimeout(resolve, 250));
        save(join(pictures, `${picture}.png`), state);
      }
      return state;
    },
    async press(action) {
      // A page that is being drawn has its title before it has its buttons, and while the server is asked they cannot be pressed.
      await run.until(`the button ${action}`, ({ controls }) => controls.some(({ id, enabled }) => id === button(action) && enabled));
      await command('click', button(action));
    },
    async fill(text, index = 0) {
      await command('set', ids.field + index, text);
    },
  };
  return run;
}

interface Driver {
  command(...words: (string | number)[]): Promise<Record<string, unknown>>;
  stop(): void;
}

function startDriver(program: string, environment: NodeJS.ProcessEnv): Driver {
  const child = spawn(wineProgram, [program], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout });
  const waiting: ((line: string) => void)[] = [];
  lines.on('line', (line) => waiting.shift()?.(line));
  return {
    command: (...words) =>
      new Promise((resolve) => {
        waiting.push((line) => resolve(JSON.parse(line) as Record<string, unknown>));
        child.stdin.write(`${words.join('\t')}\n`);
      }),
    stop() {
      child.stdin.end();
    },
  };
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

import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import packageFile from '../../../package.json' with { type: 'json' };
import { buildMsi } from '../../installer/build-msi.ts';
import { built } from '../built.ts';
import { payloadNames, releaseFolder } from '../msi-payload.ts';
import { winePath } from '../wine.ts';
import { startDriver } from './driver.ts';
import { type KioskSurroundings, startKioskSurroundings } from './kiosk-bench.ts';

/** What a person sees of the sign-in screen (tests/wine/logon-screen.cpp). */
export interface ScreenState {
  readonly isOpen: boolean;
  readonly tiles: number;
  /** How often the screen has asked for the tiles. */
  readonly enumerations: number;
  /** No tile of the client is selected: the person is where Windows asks for the password. */
  readonly isAtPassword: boolean;
  /** Below what the selected tile is: the SID of a user, or `Other user`. */
  readonly below: string;
  readonly title: string;
  readonly reset: string;
  readonly unlock: string;
  readonly status: string;
}

/** The sign-in screen of a computer on which the client is installed, and whatever it opens. */
export interface SignInBench extends KioskSurroundings {
  /** A new screen for a sign-in, with "Other user" and with that user, if any is told. */
  openScreen(user?: { sid: string; name: string }): Promise<ScreenState>;
  /** Chooses the tile below that user, or below "Other user". */
  select(sid?: string): Promise<ScreenState>;
  click(link: 'reset' | 'unlock'): Promise<ScreenState>;
  /** Reads the screen until it is as wanted; fails with what it shows after a minute. */
  untilScreen(what: string, condition: (state: ScreenState) => boolean): Promise<ScreenState>;
  /** The screen goes away, as after a sign-in. */
  closeScreen(): Promise<void>;
  /** What the client did that a sign-in screen does not allow. */
  readonly complaints: readonly string[];
}

/**
 * Installs the client by its installer, for a portal behind the bench's TLS. Its programs are those that ship but for the few answers of
 * the operating system that create-test-system.cpp gives in the place of wine's.
 */
export async function startSignInBench(): Promise<SignInBench> {
  const surroundings = await startKioskSurroundings('Program Files/Keyturn', 'Winlogon');
  try {
    return await install(surroundings);
  } catch (error) {
    await surroundings.close();
    throw error;
  }
}

async function install(surroundings: KioskSurroundings): Promise<SignInBench> {
  const { wine, environment, folder, proxy } = surroundings;
  const payload = join(folder, 'payload');
  mkdirSync(payload);
  for (const name of payloadNames) copyFileSync(join(releaseFolder, name), join(payload, name));
  copyFileSync(join(built.tests, 'provider/KeyturnCredentialProvider.dll'), join(payload, 'KeyturnCredentialProvider.dll'));
  copyFileSync(join(built.tests, 'kiosk/KeyturnKiosk.exe'), join(payload, 'KeyturnKiosk.exe'));
  const msi = join(folder, 'keyturn.msi');
  buildMsi({ files: payload, version: packageFile.version, output: msi });
  // Open from before the installation on: wine ends its services soon after the last program.
  const driver = startDriver(join(built.tests, 'logon-screen.exe'), environment);
  const installed = await wine.run('msiexec', ['/i', winePath(msi), '/qn', `PORTALURL=https://localhost:${proxy.port}/`], { environment });
  if (installed.exitCode !== 0) throw new Error(`msiexec: ${installed.exitCode} ${installed.output}`);

  surroundings.play('service.txt', '');

  const command = async (...words: string[]): Promise<ScreenState> => {
    const { isDone, ...state } = await driver.command(...words);
    if (isDone !== true) throw new Error(`${words.join(' ')}: not done; ${JSON.stringify(state)}; ${driver.complaints.join('\n')}`);
    return state as unknown as ScreenState;
  };
  return {
    ...surroundings,
    complaints: driver.complaints,
    openScreen: (user) => command('open', ...(user === undefined ? [] : [user.sid, user.name])),
    select: (sid) => command('select', ...(sid === undefined ? [] : [sid])),
    click: (link) => command('click', link),
    async untilScreen(what, condition) {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const state = await command('read');
        if (condition(state)) return state;
        if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; the screen shows ${JSON.stringify(state)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async closeScreen() {
      await command('close');
    },
    async close() {
      driver.stop();
      await surroundings.close();
    },
  };
}

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { built } from './built.ts';
import { reportTestProgram } from './test-program.ts';
import { startWine, winePath } from './wine.ts';

const provider = 'KeyturnCredentialProvider.dll';

/** A folder like the installed one, with a stand-in for the kiosk. */
function installedFolder(dll: string): string {
  mkdirSync(built.tests, { recursive: true });
  const folder = mkdtempSync(join(built.tests, 'installed-'));
  copyFileSync(dll, join(folder, provider));
  copyFileSync(join(built.release, 'KeyturnLogonHost.exe'), join(folder, 'KeyturnLogonHost.exe'));
  copyFileSync(join(built.tests, 'provider/KeyturnKiosk.exe'), join(folder, 'KeyturnKiosk.exe'));
  return folder;
}

const wine = await startWine();
try {
  const system = await wine.run(join(built.tests, 'system-tests.exe'));
  describe('ISystem in wine', () => reportTestProgram(system));

  const programs = [
    { title: 'the provider with the test system', dll: join(built.tests, 'provider', provider), program: 'provider-tests.exe' },
    { title: 'the provider that ships', dll: join(built.release, provider), program: 'shipped-provider-tests.exe' },
  ];
  for (const { title, dll, program } of programs) {
    const folder = installedFolder(dll);
    const result = await wine.run(join(built.tests, program), [winePath(join(folder, provider))], { timeoutMilliseconds: 400_000 });
    rmSync(folder, { recursive: true });
    describe(title, () => reportTestProgram(result));
  }
} finally {
  await wine.stop();
}

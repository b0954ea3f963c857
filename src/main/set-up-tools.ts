import { mkdir, open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { createSmtpMailer } from '../channels/smtp.ts';
import { createCheckContext } from '../config/create-check-context.ts';
import { createSecretResolver } from '../config/resolve-secret.ts';
import type { Settings } from '../config/settings.ts';
import { createRefusedSecrets } from '../core/guard/refused-secrets.ts';
import type { SetUpTools } from '../core/ports/set-up-tools.ts';
import { createDirectory } from '../directory/create-directory.ts';
import { createDirectoryFinder } from '../directory/find/find-directory.ts';
import { sectionProblems } from '../directory/section-problems.ts';
import type { Base } from './open-base.ts';

/** The adapters of a set-up: what a configuration would open, opened with what was typed. */
export function createSetUpTools({ store, clock, random, log, keys }: Base, settings: Settings): SetUpTools {
  const folder = join(resolve(settings.dataDirectory), 'secrets');
  const files = { directory: join(folder, 'directory-password'), mail: join(folder, 'mail-password') };
  const refusedSecrets = createRefusedSecrets(store.counters, clock, keys);
  return {
    finder: createDirectoryFinder(),
    places: { directory: `file:${files.directory}`, mail: `file:${files.mail}` },
    openDirectory(section, password) {
      const resolveSecret = () => Promise.resolve(password);
      return createDirectory(section, { clock, random, log, resolveSecret, refusedSecrets, accounts: store.embedded });
    },
    openMailer(section, password, publicUrl) {
      const mailer = createSmtpMailer(section, { clock, log, publicUrl, resolveSecret: () => password });
      return { mailer, close: () => mailer.close() };
    },
    async keepSecrets(secrets) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        for (const name of ['directory', 'mail'] as const) {
          const secret = secrets[name];
          if (secret !== undefined) await writeWhole(files[name], `${secret}\n`);
        }
      } catch (cause) {
        throw new AppError('set-up.secrets-not-kept', { folder }, { cause });
      }
    },
    checkContext: createCheckContext(createSecretResolver(process.env), settings.demo, sectionProblems),
  };
}

/** The whole of it or what was there before, also after a power cut. */
async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

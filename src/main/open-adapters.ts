import { AppError, isAppError } from '../../shared/errors.ts';
import { createBreachedPasswords } from '../breached/create-breached-passwords.ts';
import { type Capture, createCapture } from '../channels/capture.ts';
import { createSmsGateways } from '../channels/sms-gateways.ts';
import { createSmtpMailer } from '../channels/smtp.ts';
import { createSecretResolver } from '../config/resolve-secret.ts';
import type { Settings } from '../config/settings.ts';
import type { DirectorySettings } from '../core/configuration/directory-section.ts';
import type { Configuration } from '../core/configuration/document.ts';
import type { CurrentConfiguration } from '../core/configuration/read-configuration.ts';
import { createRefusedSecrets } from '../core/guard/refused-secrets.ts';
import type { BreachedPasswords } from '../core/ports/breached-passwords.ts';
import type { Directory } from '../core/ports/directory.ts';
import type { OpenIdProvider } from '../core/ports/open-id-provider.ts';
import type { Log, Mailer, SmsSender, TrySms } from '../core/ports/platform.ts';
import type { WordDictionary } from '../core/ports/word-dictionary.ts';
import { createWordDictionary } from '../dictionary/create-word-dictionary.ts';
import { createDirectory } from '../directory/create-directory.ts';
import { createUnopenedDirectory } from '../directory/unopened-directory.ts';
import type { createOpenId } from '../identity/open-id.ts';
import type { Base } from './open-base.ts';

/** The adapters that one version of the configuration asks for. */
export interface Adapters {
  version: number;
  configuration: Configuration;
  /** It is stricter than it was written, as a threat is raised. */
  isRaised: boolean;
  directories: readonly Directory[];
  mailer: Mailer;
  sms: SmsSender | null;
  breached: BreachedPasswords | null;
  dictionary: WordDictionary | null;
  openId: OpenIdProvider | null;
  close(): Promise<void>;
}

/** A configuration in force, with the sections of it that could not be read. */
export type OpenedConfiguration = Omit<CurrentConfiguration, 'row'>;

/**
 * Opens what a configuration asks for. A directory that cannot be opened is there all the same and refuses.
 *
 * @param keep the mailer that was in use, whose captured messages go on
 */
export function openAdapters(base: Base, settings: Settings, current: OpenedConfiguration, keep?: Mailer): Adapters {
  const { clock, random, log, store } = base;
  const { configuration, isRaised, version, unopened } = current;
  const secret = createSecretResolver(process.env);
  const resolveSecret = (reference: string) => Promise.resolve().then(() => secret(reference));
  const refusedSecrets = createRefusedSecrets(store.counters, clock, base.keys);
  const deps = { clock, random, log, resolveSecret, refusedSecrets, accounts: store.embedded };
  const timed = (directory: Directory) => base.metrics?.directory(directory) ?? directory;
  const directories = [
    ...configuration.directories.map((section) => timed(openDirectory(section, deps))),
    ...unopened.map(({ section, problems }) =>
      unopenedDirectory(section, new AppError('configuration.invalid', { version, problems }), log),
    ),
  ];
  const { publicUrl } = configuration.organisation;
  const { mailer, close } = openMailer(configuration, settings, { clock, log, resolveSecret: secret, publicUrl }, keep);
  const sms = openSms(configuration, mailer, { clock, log, resolveSecret: secret });
  const breached = createBreachedPasswords(configuration.passwordRules, log);
  const dictionary = createWordDictionary(configuration.passwordRules, log);
  return {
    version,
    configuration,
    isRaised,
    directories,
    mailer,
    sms,
    breached,
    dictionary,
    openId: openOpenId(configuration, { log, secret }),
    async close() {
      close();
      await Promise.all([...directories.map((directory) => directory.close()), breached?.close()]);
    },
  };
}

/** A section that cannot be opened takes itself out, and not the node: its people cannot recover, those of the others can. */
function openDirectory(section: DirectorySettings, deps: Parameters<typeof createDirectory>[1]): Directory {
  try {
    return createDirectory(section, deps);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return unopenedDirectory(section, error, deps.log);
  }
}

function unopenedDirectory(section: Pick<DirectorySettings, 'id' | 'kind' | 'label'>, error: AppError, log: Log): Directory {
  log.error('directory.not-opened', { directory: section.id, error });
  return createUnopenedDirectory(section, error);
}

/** Its libraries are loaded when it is first asked: few installations have a provider, and those ask it seldom. */
function openOpenId({ signIn }: Configuration, deps: Parameters<typeof createOpenId>[1]): OpenIdProvider | null {
  const settings = signIn.openIdConnect;
  if (settings === undefined) return null;
  let loaded: Promise<OpenIdProvider> | null = null;
  const provider = () => {
    loaded ??= import('../identity/open-id.ts').then((library) => library.createOpenId(settings, deps));
    return loaded;
  };
  return {
    begin: async (...given) => (await provider()).begin(...given),
    finish: async (...given) => (await provider()).finish(...given),
    loggedOut: async (...given) => (await provider()).loggedOut(...given),
    health: async (...given) => (await provider()).health(...given),
  };
}

/** Captured messages outlive a change of the configuration: `keep` is the mailer that was in use. */
function openMailer(
  configuration: Configuration,
  settings: Settings,
  deps: Parameters<typeof createSmtpMailer>[1],
  keep: Mailer | undefined,
): { mailer: Mailer; close: () => void } {
  const { mail } = configuration;
  if (mail.kind === 'smtp') {
    const mailer = createSmtpMailer(mail, deps);
    return { mailer, close: () => mailer.close() };
  }
  if (!settings.demo) throw new AppError('configuration.invalid', { problems: ['mail.kind: capture is for demo mode alone'] });
  return { mailer: keep !== undefined && 'messages' in keep ? keep : createCapture(deps.clock), close: () => undefined };
}

/** Gateways of a configuration that is not in force, with secrets that were given for the trial. */
export function createTrySms({ clock, log }: Pick<Base, 'clock' | 'log'>): TrySms {
  const secret = createSecretResolver(process.env);
  return (settings, given) =>
    createSmsGateways(settings, { clock, log, resolveSecret: (reference) => given.get(reference) ?? secret(reference) });
}

/** Texts that are captured are kept with the mails. */
function openSms({ sms }: Configuration, mailer: Mailer, deps: Parameters<typeof createSmsGateways>[1]): SmsSender | null {
  if (sms === undefined) return null;
  if (sms.kind === 'http') return createSmsGateways(sms, deps);
  if (!('sms' in mailer)) throw new AppError('configuration.invalid', { problems: ['sms.kind: capture is for captured mail alone'] });
  return (mailer as Capture).sms;
}

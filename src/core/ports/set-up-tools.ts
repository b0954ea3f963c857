import type { CheckContext } from '../configuration/check-context.ts';
import type { DirectorySettings } from '../configuration/directory-section.ts';
import type { MailSettings } from '../configuration/mail-section.ts';
import type { Directory } from './directory.ts';
import type { DirectoryFinder } from './directory-finder.ts';
import type { Mailer } from './platform.ts';

/** What a set-up needs from outside before there is a configuration. */
export interface SetUpTools {
  readonly finder: DirectoryFinder;
  /** Where secrets are going to be kept on this machine: references that the configuration will have. */
  readonly places: { readonly directory: string; readonly mail: string };
  /** Opens a directory with a secret that was typed, and is nowhere yet. To be closed. @throws AppError `configuration.invalid` */
  openDirectory(section: DirectorySettings, password: string): Directory;
  /** The same of mail servers. @throws AppError `configuration.invalid` */
  openMailer(section: Extract<MailSettings, { kind: 'smtp' }>, password: string, publicUrl: string): { mailer: Mailer; close(): void };
  /** Keeps secrets at their places, for this process alone to read; what is there is replaced. @throws AppError `set-up.secrets-not-kept` */
  keepSecrets(secrets: { readonly directory?: string | undefined; readonly mail?: string | undefined }): Promise<void>;
  /** The one by which the document is put into force, once the secrets are kept. */
  readonly checkContext: CheckContext;
}

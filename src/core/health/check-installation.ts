import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import { verbsInUse } from '../delegation/verbs-in-use.ts';
import type { BreachedPasswords } from '../ports/breached-passwords.ts';
import type { Directory } from '../ports/directory.ts';
import type { DirectoryVerb } from '../ports/directory-health.ts';
import type { HeadNote } from '../ports/head-note.ts';
import type { OpenIdProvider } from '../ports/open-id-provider.ts';
import type { Mailer, SmsSender } from '../ports/platform.ts';
import type { WordDictionary } from '../ports/word-dictionary.ts';
import { checkAudit } from './check-audit.ts';
import { checkBreached } from './check-breached.ts';
import { checkDictionary } from './check-dictionary.ts';
import { checkDirectory } from './check-directory.ts';
import { checkEmergency } from './check-emergency.ts';
import { checkEnrolment } from './check-enrolment.ts';
import { checkMail } from './check-mail.ts';
import { checkOpenIdProvider } from './check-open-id-provider.ts';
import { checkRoles } from './check-roles.ts';
import { checkSeals } from './check-seals.ts';
import { checkSms } from './check-sms.ts';
import { checkStore, type DatabaseTime } from './check-store.ts';
import { checkThreat } from './check-threat.ts';
import { checkTokens } from './check-tokens.ts';
import type { FailureFindings, Finding } from './finding.ts';

/** What an installation is looked at through. */
export interface Installation extends Pick<CoreDeps, 'store' | 'keys' | 'clock' | 'random' | 'texts'> {
  readonly directories: readonly Directory[];
  readonly mailer: Mailer | null;
  readonly sms: SmsSender | null;
  readonly breached: BreachedPasswords | null;
  readonly dictionary: WordDictionary | null;
  readonly openId: OpenIdProvider | null;
  readonly databaseTime: DatabaseTime;
  readonly headNote?: HeadNote;
}

/**
 * What the database says.
 * @param database as it is called, without what is secret of it
 * @param failed puts an error into words
 * @throws AppError `store.*` where it cannot be read
 */
export async function checkInside(
  installation: Omit<Installation, 'directories' | 'mailer'>,
  database: string,
  failed: FailureFindings,
): Promise<Finding[]> {
  const { store } = installation;
  return [
    ...(await checkStore(installation, database, failed)),
    ...(await checkSeals(store)),
    ...(await checkAudit(installation)),
    ...(await checkEmergency(installation)),
    ...(await checkThreat(installation)),
    ...(await checkTokens(installation)),
  ];
}

/**
 * Directories, mail and all others that are reached over the network, at the same time: each waits for its own servers.
 * @param options.canHaveEnrolled false: before the first start nobody can
 * @param options.failed puts an error into words
 */
export async function checkOutside(
  installation: Installation,
  configuration: Configuration,
  { failed, canHaveEnrolled }: { failed: FailureFindings; canHaveEnrolled: boolean },
): Promise<Finding[]> {
  const { directories, mailer, sms, breached, dictionary, openId, texts, random, clock } = installation;
  const { openIdConnect } = configuration.signIn;
  const measure = { settle: configuration.recovery.settleMilliseconds, random, clock, failed };
  const checks = [
    ...directories.map((each) => checkDirectory(each, { ...measure, verbs: verbsOf(configuration, each) })),
    ...(mailer === null ? [] : [checkMail(mailer, failed)]),
    ...(sms === null ? [] : [checkSms(sms, texts, configuration, failed)]),
    checkRoles(directories, configuration),
    ...(openId === null || openIdConnect === undefined ? [] : [checkOpenIdProvider(openId, openIdConnect, { clock, failed })]),
    ...(breached === null ? [] : [checkBreached(breached)]),
    ...(dictionary === null ? [] : [checkDictionary(dictionary)]),
    ...(canHaveEnrolled ? [checkEnrolment({ ...installation, failed }, configuration)] : []),
  ];
  return (await Promise.all(checks)).flat();
}

/** What of the rights of its service account is used. */
function verbsOf(configuration: Configuration, { id, kind }: Directory): ReadonlySet<DirectoryVerb> {
  return verbsInUse(configuration, configuration.directories.find((section) => section.id === id) ?? { kind });
}

import { checkAuthorityFiles } from '../cli/doctor/check-authority-files.ts';
import { checkDatabasePlace } from '../cli/doctor/check-database.ts';
import { checkNode } from '../cli/doctor/check-machine.ts';
import { checkProxies, checkPublicUrl } from '../cli/doctor/check-public-url.ts';
import { checkSecretFiles } from '../cli/doctor/check-secret-files.ts';
import { failureFindings } from '../cli/doctor/failure-findings.ts';
import { describeDatabaseUrl, resolveDatabaseUrl } from '../config/resolve-database-url.ts';
import { createSecretResolver } from '../config/resolve-secret.ts';
import type { Settings } from '../config/settings.ts';
import type { CheckContext } from '../core/configuration/check-context.ts';
import { checkInside, checkOutside } from '../core/health/check-installation.ts';
import { type Diagnosis, type Finding, findingsOf } from '../core/health/finding.ts';
import { correctInForce, judgeDocument } from '../core/health/judge-document.ts';
import type { Adapters } from './open-adapters.ts';
import type { Base } from './open-base.ts';

/** So long a look is told again; milliseconds. Each asks every server and opens all that is sealed. */
const KEPT_FOR = 30_000;

/**
 * Looks at this node and all that it depends on, as `keyturn doctor` does, with what is open already. Whoever asks while somebody looks, or
 * shortly after, is told the same. Boot settings and keys are left out: a node that answers has them.
 */
export function createDiagnosis(base: Base, settings: Settings, context: CheckContext, adapters: () => Adapters): () => Promise<Diagnosis> {
  let last: { at: number; told: Promise<Diagnosis> } | null = null;
  const look = async (): Promise<Finding[]> => {
    const { configuration, ...opened } = adapters();
    const { publicUrl } = configuration.organisation;
    const installation = { ...base, ...opened };
    const secret = createSecretResolver(process.env);
    const options = { failed: failureFindings, canHaveEnrolled: true };
    return [
      ...checkNode(),
      ...(await checkDatabasePlace(secret, settings)),
      ...(await checkInside(installation, describeDatabaseUrl(resolveDatabaseUrl(settings, secret)), failureFindings).catch(
        failed('database'),
      )),
      ...(await inForce().catch(failed('configuration'))),
      ...checkAuthorityFiles(configuration),
      ...checkSecretFiles(configuration),
      ...checkProxies(publicUrl, settings.trustedProxies),
      ...(await checkOutside(installation, configuration, options).catch(failed('directories and mail'))),
      ...(await checkPublicUrl(publicUrl)),
    ];
  };
  const inForce = async (): Promise<Finding[]> => {
    const row = await base.store.configurations.current();
    if (row === null) return [];
    const { configuration, findings } = judgeDocument(JSON.parse(row.document), context, correctInForce);
    return configuration === null ? findings : [findingsOf('configuration').ok(`Version ${row.version} is in order`), ...findings];
  };
  return () => {
    const at = base.clock.now();
    if (last !== null && at - last.at < KEPT_FOR) return last.told;
    const told = look().then((findings) => ({ at, findings }));
    last = { at, told };
    // One that failed as a whole is not told again.
    told.catch(() => {
      last = null;
    });
    return told;
  };
}

const failed = (area: string) => (error: unknown) => failureFindings(area, error);

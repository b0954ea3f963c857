import packageFile from '../../package.json' with { type: 'json' };
import type { Runtime, RuntimeOptions } from '../cli/runtime.ts';
import { resolveDatabaseUrl } from '../config/resolve-database-url.ts';
import { resolveKeys } from '../config/resolve-keys.ts';
import { createSecretResolver } from '../config/resolve-secret.ts';
import type { Settings } from '../config/settings.ts';
import { createKeys } from '../platform/derived-keys.ts';
import { createHeadNote } from '../platform/head-note.ts';
import { createLog } from '../platform/pino-log.ts';
import type { createMetrics } from '../platform/prometheus.ts';
import { systemClock } from '../platform/system-clock.ts';
import { systemRandom } from '../platform/system-random.ts';
import { createStore } from '../store/create-store.ts';
import { createTexts } from '../texts/create-texts.ts';

/** What a node stands on, before any configuration. */
export interface Base
  extends Omit<Runtime, 'directories' | 'mailer' | 'sms' | 'breached' | 'dictionary' | 'openId' | 'configuration' | 'close'> {
  /** Where the settings ask for them. */
  readonly metrics?: ReturnType<typeof createMetrics> | undefined;
  /** Throws `store.newer-schema`. */
  readonly requireKnownSchema: () => Promise<void>;
  readonly connections?: () => { open: number; idle: number; waiting: number } | null;
}

/**
 * Opens the database, and what needs no configuration.
 *
 * @param locales folder of the texts
 * @throws AppError `settings.invalid`, `store.*`
 */
export async function openBase(settings: Settings, locales: string, options: RuntimeOptions = {}): Promise<Base> {
  const resolveSecret = createSecretResolver(process.env);
  // Loaded where it is wanted: it is a library that would be in memory for nobody.
  const metrics =
    settings.metrics === undefined ? undefined : (await import('../platform/prometheus.ts')).createMetrics(packageFile.version);
  const plainLog = createLog(settings.logLevel);
  const log = metrics?.log(plainLog) ?? plainLog;
  const sealingKeys = resolveKeys(settings, resolveSecret);
  const store = await createStore({
    url: resolveDatabaseUrl(settings, resolveSecret),
    sealingKeys,
    log,
    migrates: options.schema !== 'as-it-is',
    ...(metrics === undefined ? {} : { observer: metrics }),
  });
  return {
    store,
    log,
    texts: createTexts({ folder: locales }),
    clock: systemClock,
    random: systemRandom,
    keys: createKeys(store.digestKey),
    metrics,
    connections: store.connections,
    requireKnownSchema: store.requireKnownSchema,
    databaseTime: store.databaseTime,
    ...(settings.demo ? {} : { headNote: createHeadNote(settings.dataDirectory) }),
  };
}

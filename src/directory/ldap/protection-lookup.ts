import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { type CachedLookup, createCachedLookup } from './cached-lookup.ts';
import type { ReadingFix } from './inspected-rights.ts';
import { type ResolvedProtection, resolveProtection } from './resolve-protection.ts';
import type { Servers } from './servers.ts';

/** Milliseconds for which groups and places are taken to be what they were. */
const keepFound = 60_000;
/** The same while something is missing, so that an operator's remedy works soon. */
const keepMissing = 10_000;

/** What the configuration puts out of reach, looked up when it is first needed and again once a minute. */
export function createProtectionLookup(
  settings: LdapSettings,
  deps: Pick<DirectoryDeps, 'clock' | 'log'>,
  servers: Pick<Servers, 'read'>,
  readingFix: ReadingFix,
): CachedLookup<ResolvedProtection> {
  let told = '';
  const keep = ({ names }: ResolvedProtection): number => (names.every(({ ok }) => ok) ? keepFound : keepMissing);
  return createCachedLookup(deps.clock, { keep }, async () => {
    const resolved = await servers.read((connection) => resolveProtection(connection, { settings, readingFix }));
    const missing = resolved.names.filter(({ ok }) => !ok);
    const text = JSON.stringify(missing);
    for (const { setting, value, text: problem, fix } of text === told ? [] : missing) {
      deps.log.error('directory.everybody-protected', { directory: settings.id, setting, value, problem, fix });
    }
    told = text;
    return resolved;
  });
}

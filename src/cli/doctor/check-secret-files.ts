import type { Configuration } from '../../core/configuration/document.ts';
import type { Finding } from '../../core/health/finding.ts';
import { checkPrivateFile } from './check-machine.ts';

/** Whether the files that the configuration takes secrets from are their owner's alone. Those that are not there are told by who uses them. */
export function checkSecretFiles(configuration: Configuration): Finding[] {
  const files = new Set<string>();
  collect(configuration, files);
  return [...files].sort().flatMap((file) => checkPrivateFile('secrets', file));
}

/** A secret is a reference wherever it stands: `file:/path`. */
function collect(value: unknown, files: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith('file:/')) files.add(value.slice('file:'.length));
  } else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) collect(part, files);
}

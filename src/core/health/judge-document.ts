import { withLines } from '../../../shared/fix-text.ts';
import { checkConfiguration } from '../configuration/check-configuration.ts';
import type { CheckContext } from '../configuration/check-context.ts';
import type { Configuration } from '../configuration/document.ts';
import { type Finding, findingsOf } from './finding.ts';

/** How the configuration in force is corrected. */
export const correctInForce = withLines(
  'Correct it in the document, and put that into force',
  'keyturn config export > configuration.yaml',
  'keyturn config apply configuration.yaml',
);

/** A configuration as this machine sees it: its secrets and files must be there as well. null when it is not in order. */
export function judgeDocument(
  document: unknown,
  context: CheckContext,
  fix: string,
): { configuration: Configuration | null; findings: Finding[] } {
  const { warn, fail } = findingsOf('configuration');
  const { problems, configuration } = checkConfiguration(document, context);
  return {
    configuration,
    findings: problems.map(({ severity, path, message }) => (severity === 'error' ? fail : warn)(`${path}: ${message}`, fix)),
  };
}

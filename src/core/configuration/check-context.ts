import type { ConfigurationProblem, ProblemSeverity } from './describe-issues.ts';
import type { DirectorySettings } from './directory-section.ts';
import { type DocumentPath, formatPath } from './format-path.ts';

/** What the checks must ask the machine. */
export interface CheckContext {
  /** Demo mode allows what would be dangerous with real people. */
  demo: boolean;
  /** Why a secret reference leads nowhere, as a half-sentence; null when it is fine. */
  secretProblem(reference: string): string | null;
  /** Why a file of certificate authorities cannot be used, as a half-sentence; null when it can. */
  authorityFileProblem(path: string): string | null;
  /** What keeps a section from being opened, as the adapter that will open it says; paths are within the section. */
  sectionProblems(settings: DirectorySettings): readonly { readonly path: DocumentPath; readonly message: string }[];
}

/** Takes down one problem. */
export type Report = (severity: ProblemSeverity, path: DocumentPath, message: string) => void;

/** A list of problems and the function that adds to it. */
export function createReport(): { problems: ConfigurationProblem[]; report: Report } {
  const problems: ConfigurationProblem[] = [];
  return { problems, report: (severity, path, message) => problems.push({ path: formatPath(path), message, severity }) };
}

/** Reports a reference that does not resolve. */
export function checkSecret(reference: string | undefined, path: DocumentPath, context: CheckContext, report: Report): void {
  if (reference === undefined) return;
  const problem = context.secretProblem(reference);
  if (problem !== null) report('error', path, `${reference}: ${problem}`);
}

/** Reports a file of certificate authorities that cannot be used. */
export function checkAuthorityFile(file: string | undefined, path: DocumentPath, context: CheckContext, report: Report): void {
  if (file === undefined) return;
  const problem = context.authorityFileProblem(file);
  if (problem !== null) report('error', path, `${file}: ${problem}`);
}

/** True for names and addresses that never leave the machine (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
export function isLoopbackHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

import { posix } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Short files that take long, because they start machines, install packages or wait for what may not be hastened. On a machine that knows no
 * times yet vitest begins the largest file first, and these would be what everybody waits for at the end.
 */
export const LONG_FILES: ReadonlySet<string> = new Set([
  'bench/run.server.test.ts',
  'test/conformance/active-directory-handbook.test.ts',
  'test/e2e/demo.test.ts',
  'test/e2e/every-combination.test.ts',
  'test/e2e/production-openldap.test.ts',
  'test/e2e/production-samba.test.ts',
  'test/packaging/container.test.ts',
  'test/packaging/debian.test.ts',
  'test/packaging/installed-program.test.ts',
  'test/scenarios/calls-interrupted.test.ts',
  'test/scenarios/counts.test.ts',
  'test/scenarios/slept.test.ts',
]);

/** Puts those first of each project, the project's other files after them; projects stay one behind the other. */
export function longFilesFirst<File>(files: readonly File[], projectOf: (file: File) => string, pathOf: (file: File) => string): File[] {
  const projects = Map.groupBy(files, projectOf);
  const isLong = (file: File) => LONG_FILES.has(pathOf(file));
  return [...projects.values()].flatMap((own) => [...own.filter(isLong), ...own.filter((file) => !isLong(file))]);
}

/** The order in which vitest begins test files. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    return longFilesFirst(
      await super.sort(files),
      ({ project }) => project.name,
      ({ moduleId }) => posix.relative(root, moduleId),
    );
  }
}

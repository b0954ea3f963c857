import { fileURLToPath } from 'node:url';

function below(path: string): string {
  return fileURLToPath(new URL(`../../.scratch/windows/${path}`, import.meta.url));
}

/** What scripts/build-windows.sh leaves: `release` is what ships, `tests` are test programs for wine, `native` runs on this machine. */
export const built = {
  release: below('cross/release'),
  tests: below('cross/tests'),
  native: below('native/tests'),
} as const;

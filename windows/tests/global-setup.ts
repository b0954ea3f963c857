import { execFileSync } from 'node:child_process';

/** Installs what the tests need and builds the client, natively and for Windows. */
// biome-ignore lint/style/noDefaultExport: vitest calls the default export
export default function setup(): void {
  execFileSync('sh', ['scripts/build-windows.sh'], { stdio: 'inherit' });
}

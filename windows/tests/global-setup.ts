import { execFileSync } from 'node:child_process';

/** A domain controller for the window to reset a password on, and the font its pictures are drawn with. */
const packages =
  'openssl samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba winbind ldb-tools krb5-user fonts-liberation';

/** Installs what the tests need and builds the client, natively and for Windows. */
// biome-ignore lint/style/noDefaultExport: vitest calls the default export
export default function setup(): void {
  execFileSync('sh', ['scripts/install-packages.sh', ...packages.split(' ')], { stdio: 'inherit' });
  execFileSync('sh', ['scripts/build-windows.sh'], { stdio: 'inherit' });
}

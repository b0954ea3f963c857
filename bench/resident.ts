import { readFile } from 'node:fs/promises';

/** VmRSS of proc(5), as an operator sees it in `ps`; megabytes (10^6 bytes). NaN for a process that is over. */
export async function residentMegabytes(pid: number | string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6;
}

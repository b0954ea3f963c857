/** Ports of the global catalogue of Active Directory (MS-ADTS 3.1.1.3.1.10) and the ones where the same server takes writes. */
const writablePorts: Readonly<Record<string, string>> = { '3268': '389', '3269': '636' };

/**
 * What is wrong with the address of a domain controller that names the port of the global catalogue; null: nothing. The catalogue holds
 * a part of each account of the whole forest, the state of a lock not among it, and refuses every write.
 */
export function globalCatalogProblem(url: string): string | null {
  const port = /:(\d{1,5})$/.exec(url)?.[1] ?? '';
  const right = writablePorts[port];
  return right === undefined
    ? null
    : `Port ${port} is the global catalogue, which can be read in part and takes no changes: use port ${right}`;
}

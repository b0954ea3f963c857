import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { plainAddress } from '../guard/network-of.ts';

/** Whether a text is a network in CIDR notation (RFC 4632, RFC 4291 2.3), or a single address. */
export function isNetwork(text: string): boolean {
  const [address, prefix, ...rest] = partsOf(text);
  const longest = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : null;
  if (longest === null || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
}

/** Whether a network lies within one of the networks; not seen where only several of them together hold it. */
export function isWithinNetworks(inner: string, networks: readonly string[]): boolean {
  const [address, prefix] = partsOf(inner);
  const family = isIPv4(address);
  return networks.some((network) => {
    const [base, length] = partsOf(network);
    const longest = family ? 32 : 128;
    return isIPv4(base) === family && Number(length ?? longest) <= Number(prefix ?? longest) && isInNetworks(address, [network]);
  });
}

/** Whether an address is in one of the networks: `inNetworks` for a single question. */
export function isInNetworks(text: string, networks: readonly string[]): boolean {
  return inNetworks(networks)(text);
}

/**
 * Tells of an address, ports and zones left off, whether it is in one of the networks (CIDR notation, or single addresses). One that
 * cannot be read is in none, and no address of IPv4 is in a network of IPv6: written as IPv6, it is read as what it stands for.
 */
export function inNetworks(networks: readonly string[]): (text: string) => boolean {
  // One list takes an address of IPv4 for the part of IPv6 into which it is mapped (RFC 4291 2.5.5.2): each family has its own.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const [base, prefix] = partsOf(network);
    const family = isIPv4(base) ? 'ipv4' : 'ipv6';
    lists[family].addSubnet(base, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return (text) => {
    const address = plainAddress(text);
    if (address === null) return false;
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    return lists[family].check(address, family);
  };
}

/** The address, and what follows it. */
function partsOf(network: string): [string, ...string[]] {
  return network.split('/') as [string, ...string[]];
}

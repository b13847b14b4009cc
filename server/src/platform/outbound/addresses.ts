import { BlockList, isIP } from 'node:net';

/** Ranges that are not the public internet (IANA special-purpose registries for IPv4 and IPv6). */
const INNER: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
];

/** Of IPv6 only global unicast is public, and of that not what carries IPv4 inside or stands in documents. */
const GLOBAL_UNICAST = ['2000::', 3] as const;
const INNER_IPV6: readonly (readonly [string, number, 'ipv6'])[] = [
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];

function listOf(ranges: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits, family] of ranges) list.addSubnet(address, bits, family);
  return list;
}

const inner = listOf([...INNER, ...INNER_IPV6]);
const globalUnicast = listOf([[...GLOBAL_UNICAST, 'ipv6']]);

/** The IPv4 address that an IPv4-mapped IPv6 address stands for, else the address itself. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address;
}

/** True for an address of the public internet: not of this machine, its network, or a cloud's own services. */
export function isPublicAddress(text: string): boolean {
  const address = plain(text);
  const family = isIP(address);
  if (family === 4) return !inner.check(address, 'ipv4');
  return family === 6 && globalUnicast.check(address, 'ipv6') && !inner.check(address, 'ipv6');
}

/** An address, or a range such as 10.0.0.0/8; null for anything else. */
export function readRange(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const widest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? widest : Number(bits);
  if (version === 0 || prefix > widest) return null;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Hosts and ranges that the operator allows beyond the public internet. */
export type AllowList = { allowsHost(host: string): boolean; allowsAddress(address: string): boolean };

/** Entries are host names, addresses, or ranges such as 10.0.0.0/8. Throws TypeError for anything else. */
export function allowListOf(entries: readonly string[]): AllowList {
  const hosts = new Set<string>();
  const ranges = new BlockList();
  for (const entry of entries) {
    const name = entry.toLowerCase();
    const range = readRange(name);
    if (range !== null) ranges.addSubnet(range.address, range.prefix, range.family);
    else if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) hosts.add(name);
    else throw new TypeError('This is neither a host name, an address nor a range.');
  }
  return {
    allowsHost: (host) => hosts.has(host.toLowerCase()),
    allowsAddress: (text) => {
      const address = plain(text);
      const family = isIP(address);
      return family !== 0 && ranges.check(address, family === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

import { BlockList, isIP, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Who counts as a trusted proxy: addresses and CIDR ranges. */
function listOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** "::ffff:10.0.0.1" is the IPv4 address 10.0.0.1 on a socket that speaks both. */
const plain = (address: string) =>
  address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;

/**
 * The caller's address, for limits and the audit log. Without a trusted proxy it is the socket's. Where one sends
 * `x-forwarded-for`, it is the last address there that is no trusted proxy's: the proxy wrote it, and what the caller may
 * have written stands before it. `x-ip` counts only from a trusted proxy that sends nothing else: an ordinary one passes on
 * the `x-ip` that a caller makes up.
 */
export function clientAddress(trustedProxies: readonly string[]): (request: FastifyRequest) => string {
  const trusted = listOf(trustedProxies);
  return (request) => {
    const peer = plain(request.socket.remoteAddress ?? '');
    const isTrusted = isIP(peer) !== 0 && trusted.check(peer, isIP(peer) === 6 ? 'ipv6' : 'ipv4');
    if (!isTrusted) return peer;
    const { 'x-forwarded-for': forwarded, 'x-ip': named } = request.headers;
    const claimed = plain(forwarded === undefined && typeof named === 'string' ? named : request.ip);
    return isIP(claimed) === 0 ? peer : claimed;
  };
}

/** An address as far as one person has it: a whole /64 of IPv6 is handed to one household or server. */
export function placeOf(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [before = '', after] = groups.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array<string>(zeros).fill('0'), ...tail].slice(0, 4).join(':');
}

import { BlockList, isIP } from 'node:net';
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
 * The caller's address for the audit log. `x-ip` counts only when a trusted proxy sent the request; otherwise it is the
 * address that Fastify works out from the socket and the proxies in front of it.
 */
export function clientAddress(trustedProxies: readonly string[]): (request: FastifyRequest) => string {
  const trusted = listOf(trustedProxies);
  return (request) => {
    const peer = plain(request.socket.remoteAddress ?? '');
    const claimed = request.headers['x-ip'];
    const isTrusted = isIP(peer) !== 0 && trusted.check(peer, isIP(peer) === 6 ? 'ipv6' : 'ipv4');
    if (isTrusted && typeof claimed === 'string' && isIP(claimed) !== 0) return claimed;
    return plain(request.ip);
  };
}

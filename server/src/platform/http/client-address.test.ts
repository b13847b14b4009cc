import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startTestServer, type Tenant } from '../../../test/harness.ts';
import { placeOf } from './client-address.ts';

const serverTrusting = (proxies: string, environment: Record<string, string> = {}) =>
  startTestServer({ workers: false, environment: { NUDGESCRIBE_TRUSTED_PROXIES: proxies, ...environment } });

/** A sign-in with a wrong password, with these headers. */
const attempt = ({ call, email, apiKey }: Tenant, headers: Record<string, string>) =>
  call(
    'POST',
    '/v1/auth',
    { email, password: 'wrong wrong wrong' },
    { token: null, headers: { 'x-api-key': apiKey, ...headers } },
  );

/** The address that the audit log has of a call with these headers. */
async function addressOf(tenant: Tenant, headers: Record<string, string>): Promise<string> {
  assert.equal((await attempt(tenant, headers)).status, 403);
  const newest = { action: 'auth.signed_in', outcome: 'refused', page_size: 1 };
  return (await tenant.call('POST', '/v1/audit', newest)).body[0].address;
}

const both = (forwarded: string, ip: string) => ({ 'x-forwarded-for': forwarded, 'x-ip': ip });

describe('the address of a caller', () => {
  test('is the socket’s own where no trusted proxy sends the call, whatever its headers say', async () => {
    for (const proxies of ['', '192.0.2.1,10.0.0.0/8']) {
      const { a } = await serverTrusting(proxies);
      for (const headers of [
        { 'x-ip': '203.0.113.9' },
        { 'x-forwarded-for': '203.0.113.9' },
        both('203.0.113.9, 192.0.2.1', '203.0.113.9'),
      ])
        assert.equal(await addressOf(a, headers), '127.0.0.1', `${proxies} ${JSON.stringify(headers)}`);
    }
  });

  test('is the one that the trusted proxy saw, whatever the caller wrote before it or into x-ip', async () => {
    const { a } = await serverTrusting('127.0.0.1, 192.0.2.0/24');
    for (const [headers, address] of [
      [{ 'x-forwarded-for': '203.0.113.5' }, '203.0.113.5'],
      // What nginx sends on for a caller who makes up an x-ip.
      [both('203.0.113.5', '198.51.100.77'), '203.0.113.5'],
      [both('203.0.113.5', '203.0.113.5'), '203.0.113.5'],
      // A caller's own entries stand before that of the proxy, and so do those of a proxy that nobody trusts.
      [{ 'x-forwarded-for': '198.51.100.1, 127.0.0.1, 203.0.113.5' }, '203.0.113.5'],
      [both('198.51.100.1, 203.0.113.5', '198.51.100.1'), '203.0.113.5'],
      // Two trusted proxies, one behind the other.
      [{ 'x-forwarded-for': '198.51.100.1, 203.0.113.5, 192.0.2.9' }, '203.0.113.5'],
      [{ 'x-forwarded-for': '::ffff:203.0.113.5' }, '203.0.113.5'],
      [{ 'x-forwarded-for': '2001:db8::5' }, '2001:db8::5'],
      // What is no address makes x-ip no truer.
      [both('unknown', '198.51.100.1'), '127.0.0.1'],
      [both('', '198.51.100.1'), '127.0.0.1'],
    ] as const)
      assert.equal(await addressOf(a, headers), address, JSON.stringify(headers));
  });

  test('is x-ip where a trusted proxy sends that alone, and it is an address', async () => {
    const { a } = await serverTrusting('127.0.0.1');
    for (const [ip, address] of [
      ['203.0.113.7', '203.0.113.7'],
      ['::ffff:203.0.113.7', '203.0.113.7'],
      ['2001:db8::7', '2001:db8::7'],
      ['203.0.113.7, 203.0.113.8', '127.0.0.1'],
      ['localhost', '127.0.0.1'],
    ] as const)
      assert.equal(await addressOf(a, { 'x-ip': ip }), address, ip);
  });
});

describe('limits by address', () => {
  const limits = { NUDGESCRIBE_SIGN_INS_PER_MINUTE: '5', NUDGESCRIBE_CALLS_PER_MINUTE: '40' };

  test('are not escaped by making up an x-ip behind an ordinary proxy', async () => {
    const { a } = await serverTrusting('127.0.0.1', limits);
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await attempt(a, both('203.0.113.5', `198.51.100.${n}`))).status);
    assert.deepEqual(statuses, [403, 403, 403, 403, 403, 429, 429]);
    assert.equal((await attempt(a, both('203.0.113.6', '203.0.113.5'))).status, 403, 'another caller has their own');
  });

  test('count a whole /64 of IPv6 as one: attempts to sign in, links, and tokens that do not hold', async () => {
    const { a } = await serverTrusting('127.0.0.1', limits);
    const from = (network: string, host: number) => ({ 'x-forwarded-for': `2001:db8:0:${network}::${host}` });
    const follow = (headers: Record<string, string>) =>
      a.call('GET', '/v1/messages/file', undefined, { token: null, headers });
    const forge = (headers: Record<string, string>) => a.call('POST', '/v1/role', {}, { token: 'x', headers });
    for (const [allowed, ask] of [
      [5, (headers) => attempt(a, headers)],
      [40, follow],
      [50, forge],
    ] as [number, (headers: Record<string, string>) => ReturnType<typeof forge>][]) {
      let refused = 0;
      for (let host = 1; host <= allowed + 5; host += 1) {
        const { status } = await ask(from('1', host));
        assert.ok(status === 403 || status === 429, String(status));
        if (status === 429) refused += 1;
      }
      // So short a while gives back one call of many at most now and then.
      assert.ok(refused >= 3, `${refused} of ${allowed + 5} were refused`);
      assert.equal((await ask(from('2', 1))).status, 403, 'the next household has its own');
    }
  });

  test('take an IPv4 address, or a /64 of IPv6, for one place', () => {
    assert.equal(placeOf('192.0.2.1'), '192.0.2.1');
    const one = placeOf('2001:db8:1:2:3:4:5:6');
    assert.equal(one, '2001:db8:1:2');
    assert.equal(placeOf('2001:db8:1:2::'), one);
    assert.equal(placeOf('2001:0db8:0001:0002:ffff::1'), one);
    assert.notEqual(placeOf('2001:db8:1:3::1'), one);
    assert.equal(placeOf('::1'), '0:0:0:0');
    assert.equal(placeOf('fe80::1%eth0'), 'fe80:0:0:0');
  });
});

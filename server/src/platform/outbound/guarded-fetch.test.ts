import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { allowListOf, isPublicAddress } from './addresses.ts';
import { createGuardedFetch, type OutboundSettings } from './guarded-fetch.ts';

let inside: Server;
let port: number;
let asked: string[] = [];

before(async () => {
  inside = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.host}`);
    if (request.url === '/moved') response.writeHead(302, { location: '/secret' }).end();
    else if (request.url === '/endless') {
      response.write('x'.repeat(4_096));
      const writing = setInterval(() => response.write('x'.repeat(4_096)), 1);
      response.on('close', () => clearInterval(writing));
    } else if (request.url === '/silent') response.flushHeaders();
    else request.pipe(response);
  });
  inside.listen(0, '127.0.0.1');
  await once(inside, 'listening');
  port = (inside.address() as AddressInfo).port;
});
after(() => {
  inside.closeAllConnections();
  inside.close();
});

const guarded = (allow: string[], more: Partial<OutboundSettings> = {}) =>
  createGuardedFetch({ allow: allowListOf(allow), maxAnswerBytes: 10_000, silenceMs: 300, ...more });

describe('addresses', () => {
  test('inner ones of every kind are told from public ones', () => {
    for (const inner of [
      '0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1',
      '192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255',
      ':: ::1 fe80::1 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1::',
      '2001:db8::1 2001::1 100::1 ::127.0.0.1 localhost 127.1',
    ].flatMap((line) => line.split(' ')))
      assert.equal(isPublicAddress(inner), false, inner);
    for (const outer of [
      '8.8.8.8',
      '1.1.1.1',
      '172.32.0.1',
      '100.128.0.1',
      '2606:4700::1111',
      '2a00:1450::1',
      '::ffff:8.8.8.8',
    ])
      assert.equal(isPublicAddress(outer), true, outer);
  });

  test('an operator’s list takes hosts, addresses and ranges, and nothing else', () => {
    const list = allowListOf(['ollama', '10.1.0.0/16', '::1']);
    assert.deepEqual([list.allowsHost('OLLAMA'), list.allowsHost('ollama.evil')], [true, false]);
    assert.deepEqual(['10.1.2.3', '::ffff:10.1.2.3', '10.2.0.1', '::1', 'x'].map(list.allowsAddress), [
      true,
      true,
      false,
      true,
      false,
    ]);
    for (const bad of ['', '10.0.0.0/33', 'http://x', 'a b', '10.0.0.0/x', '*'])
      assert.throws(() => allowListOf([bad]), TypeError);
  });
});

describe('calls out of the server', () => {
  const refused = { name: 'OutboundRefused' };

  test('to an inner address are refused however it is written, and nothing is sent', async () => {
    asked = [];
    for (const host of [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '127.1',
      '[::ffff:127.0.0.1]',
      '[::1]',
    ])
      await assert.rejects(guarded([])(`http://${host}:${port}/secret`), refused, host);
    await assert.rejects(guarded([])(`http://user:word@127.0.0.1:${port}/`), refused);
    await assert.rejects(guarded(['127.0.0.1'])('file:///etc/passwd'), refused);
    assert.deepEqual(asked, []);
  });

  test('go to the address that was checked, also when the name resolves to another a moment later', async () => {
    asked = [];
    let looks = 0;
    const turning = guarded(['127.0.0.1'], {
      // What a rebinding name server does: one look shows what may be called, the next something else.
      resolve: async () => [{ address: looks++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }],
    });
    assert.equal(
      (await turning(`http://rebinding.test:${port}/once`, { headers: { connection: 'close' } })).status,
      200,
    );
    await assert.rejects(turning(`http://rebinding.test:${port}/again`), refused);
    assert.deepEqual(
      asked.map((one) => one.split(' ')[1]),
      ['/once'],
    );
    asked = [];
    const mixed = guarded([], {
      resolve: async () => [
        { address: '8.8.8.8', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    });
    await assert.rejects(mixed(`http://mixed.test:${port}/`), refused);
    assert.deepEqual(asked, []);
  });

  test('to what the operator names are made, with method, headers and body', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    for (const [allow, host] of [
      [['127.0.0.0/8'], '127.0.0.1'],
      [['model.inside'], 'model.inside'],
    ] as const) {
      const call = guarded([...allow], { resolve });
      const answer = await call(`http://${host}:${port}/echo`, {
        method: 'POST',
        headers: { 'x-a': 'b' },
        body: 'hello',
      });
      assert.deepEqual([answer.status, await answer.text()], [200, 'hello']);
    }
    assert.match(asked.at(-1) ?? '', /^POST \/echo model\.inside/);
  });

  test('follow no redirect, and give up on endless and silent answers', async () => {
    const call = guarded(['127.0.0.1']);
    asked = [];
    await assert.rejects(call(`http://127.0.0.1:${port}/moved`), TypeError);
    await assert.rejects(call(`http://127.0.0.1:${port}/endless`), { name: 'AnswerTooLong' });
    await assert.rejects(call(`http://127.0.0.1:${port}/silent`), TypeError);
    await assert.rejects(call(`http://127.0.0.1:${port}/silent`, { signal: AbortSignal.timeout(50) }));
    assert.ok(!asked.some((one) => one.includes('secret')));
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Client, createClient, type Manifest } from '@nudgescribe/sdk';
import { testCampaigns } from '../../../server/src/product/campaigns/test-campaign.ts';
import { startTestServer } from '../../../server/test/harness.ts';
import { fetchFiles } from '../fetch-files.ts';
import { approvalDigest } from './approval-digest.ts';
import { couldComeFrom, originalCell } from './approved-text.ts';
import { CsvRecords } from './csv-records.ts';
import { manifestProblems, readManifest } from './manifest-file.ts';
import { verifyPart } from './verify-part.ts';

const PLUS = '=HYPERLINK is no formula;\'-, {{first_name | fallback: "you"}}: "open it", today.';

let folder: string;
let manifest: Manifest;
let bytes: Buffer;
let client: Client;
let ids: { workspace_id: string; campaign_id: string };

/** One of the campaign's customers. */
async function leaving(): Promise<string[]> {
  const found = await client.customers.find({
    workspace_id: ids.workspace_id,
    identifiers: [{ customer_number: '1' }],
  });
  return found.map((customer) => customer.customer_id);
}

/** One campaign on email and SMS, approved, published and fetched as people do. */
before(async () => {
  const server = await startTestServer();
  const six = await testCampaigns(() => server.a);
  const campaignId = await six.draft('To verify', { channels: [{ channel: 'sms' }, { channel: 'email' }] });
  await six.written(campaignId);
  const messages = await six.messages(campaignId);
  await six.decide(campaignId, {
    message_ids: [messages.find((entry) => entry.channel === 'sms').message_id],
    message: PLUS,
  });
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-verify-'));
  client = createClient({ baseUrl: server.url, accessToken: server.a.token });
  ids = { workspace_id: server.a.workspaceId, campaign_id: campaignId };
  await fetchFiles(client, { ...ids, run_number: undefined }, folder, () => undefined);
  manifest = await readManifest(join(folder, 'manifest.json'));
  bytes = await readFile(join(folder, manifest.parts[0]?.file ?? ''));
});
after(() => rm(folder, { recursive: true, force: true }));

const copyOf = <T>(value: T): T => structuredClone(value);

async function problemsOf(content: Uint8Array, of: Manifest = manifest): Promise<string[]> {
  const path = join(folder, 'tampered', manifest.parts[0]?.file ?? '');
  await mkdir(join(folder, 'tampered'), { recursive: true });
  await writeFile(path, content);
  return (await verifyPart(of, path)).problems.map((problem) => problem.code);
}

/** Whoever changes a file and can change the manifest too, and makes its sizes and sums fit again. */
function fitted(content: Uint8Array, rows: number): Manifest {
  const fit = copyOf(manifest);
  const sha256 = createHash('sha256').update(content).digest('hex');
  fit.parts = [{ ...(fit.parts[0] as Manifest['parts'][number]), bytes: content.byteLength, rows, sha256 }];
  fit.rows = rows;
  return fit;
}

const lines = () => bytes.toString('utf8').split('\r\n').slice(0, -1);
const joined = (some: readonly string[]) => Buffer.from(some.map((line) => `${line}\r\n`).join(''), 'utf8');

/** A small generator of our own, so that a failure can be repeated. */
function randomFrom(seed: number) {
  let state = seed >>> 0;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a file as it was published', () => {
  test('has no problem, under its own name or another', async () => {
    assert.deepEqual(manifestProblems(manifest, manifest.approval?.digest ?? ''), []);
    assert.deepEqual(await problemsOf(bytes), []);
    await writeFile(join(folder, 'renamed.csv'), bytes);
    assert.deepEqual((await verifyPart(manifest, join(folder, 'renamed.csv'))).problems, []);
  });

  test('or kept as .csv.gz has none, and one that is cut or altered has', async () => {
    const path = join(folder, `${manifest.parts[0]?.file}.gz`);
    const packed = gzipSync(bytes);
    await writeFile(path, packed);
    assert.deepEqual((await verifyPart(manifest, path)).problems, []);
    for (const broken of [packed.subarray(0, -9), gzipSync(bytes.subarray(0, -3)), bytes]) {
      await writeFile(path, broken);
      const codes = (await verifyPart(manifest, path)).problems.map((problem) => problem.code);
      assert.ok(codes.includes('unreadable'), codes.join());
    }
  });

  test('has none where the manifest no longer has a text, as everybody it was for was erased', async () => {
    const without = copyOf(manifest);
    const texts = without.approval?.content.messages ?? [];
    const [erased] = texts.filter((text) => text.message === PLUS);
    assert.ok(erased !== undefined && without.approval != null);
    Object.assign(erased, { subject: null, preheader: null, message: '', written_by: 'erased', findings: [] });
    without.approval.digest = approvalDigest(without.approval.content);
    without.approval_digest = without.approval.digest;
    assert.deepEqual(manifestProblems(without, without.approval.digest), []);
    assert.deepEqual(manifestProblems(without, manifest.approval?.digest ?? '').length, 1, 'its digest is another');
    assert.deepEqual(await problemsOf(bytes, without), []);
    // A text in the row of somebody held out is wrong whatever it says.
    const heldOut = joined(lines().map((line) => line.replace(/,false$/, ',true')));
    const { parts, rows } = fitted(heldOut, manifest.rows);
    assert.deepEqual(new Set(await problemsOf(heldOut, { ...without, parts, rows })), new Set(['text_not_approved']));
  });

  test('of a delta has none, with those who were removed; a text in such a row is found', async () => {
    await client.groups.removeMembers({
      workspace_id: ids.workspace_id,
      customer_group_id: manifest.customer_group_id,
      customer_ids: await leaving(),
    });
    const { job_id } = await client.publishing.publish({ ...ids, delta: true });
    await client.waitForJob(ids.workspace_id, job_id);
    const to = join(folder, 'delta');
    await fetchFiles(client, { ...ids, run_number: undefined, delta: true }, to, () => undefined);
    const delta = await readManifest(join(to, 'manifest.json'));
    assert.deepEqual(delta.changes, { new: 0, changed: 0, removed: 2 });
    assert.deepEqual(manifestProblems(delta, manifest.approval?.digest ?? ''), []);
    const path = join(to, delta.parts[0]?.file ?? '');
    assert.deepEqual((await verifyPart(delta, path)).problems, []);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/,,,(?=[0-9a-f-]{36},1,)/, ',,Buy now,'));
    assert.ok((await verifyPart(delta, path)).problems.some((problem) => problem.code === 'text_not_approved'));
  });
});

describe('a file that was changed', () => {
  test('anywhere, by a bit, a byte more or less, or its end, is found', async () => {
    const random = randomFrom(11);
    for (let round = 0; round < 300; round += 1) {
      const at = random(bytes.length);
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
      const tampered = [
        flipped,
        Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at)]),
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
        bytes.subarray(0, at),
      ][round % 4] as Buffer;
      assert.ok((await problemsOf(tampered)).includes('sha256_differs'), `round ${round} at ${at}`);
    }
  });

  test('by a row taken out, put in twice, or moved, is found', async () => {
    const [header = '', first = '', second = '', ...others] = lines();
    for (const some of [
      [header, second, ...others],
      [header, first, first, second, ...others],
      [header, second, first, ...others],
    ])
      assert.ok((await problemsOf(joined(some))).includes('sha256_differs'));
    assert.ok((await problemsOf(joined([header, second, ...others]))).includes('rows_differ'));
    assert.ok(
      (await problemsOf(joined([header.replace('message_id', 'messageid'), first]))).includes('header_differs'),
    );
    assert.ok((await problemsOf(Buffer.alloc(0))).includes('header_differs'));
  });

  test('is found by its texts also where the manifest was made to fit', async () => {
    const text = bytes.toString('utf8');
    const [one, other] = manifest.approval?.content.messages ?? [];
    assert.ok(one !== undefined && other !== undefined);
    const cases: [string, string, string][] = [
      [text.replace('open it', 'pay now'), 'text_not_approved', 'a word'],
      [text.replace(', today.', ', today. Call 0900.'), 'text_not_approved', 'words more at the end'],
      [text.replace("'=HYPERLINK", "'=WEBSERVICE"), 'text_not_approved', 'a word at the beginning'],
      [text.replace(one.message_id, crypto.randomUUID()), 'message_not_approved', 'an id that nobody approved'],
      [text.replace(one.message_id, other.message_id), 'message_misplaced', 'the id of another message'],
      [text.replace(/,sms,/, ',push,'), 'message_misplaced', 'another channel'],
      [text.replace(manifest.campaign_id, crypto.randomUUID()), 'row_of_another', 'another campaign'],
      [text.replaceAll(',1,,false\r\n', ',2,,false\r\n'), 'row_of_another', 'another run'],
      [text.replace('One step at a time', 'Two steps at a time'), 'text_not_approved', 'a word of the preheader'],
      [text.replace(',,false\r\n', ',,true\r\n'), 'text_not_approved', 'held out, with a message'],
      [text.replace('\r\n', ',more\r\n'), 'header_differs', 'a column more'],
      [text.replace(/\r\n$/, ',more\r\n'), 'cells_differ', 'a cell more'],
      [text.replaceAll('\r\n', '\n'), 'unreadable', 'other line ends'],
      [text.replace('""open it""', '"open it"'), 'unreadable', 'a quote less'],
    ];
    for (const [tampered, code, what] of cases) {
      assert.notEqual(tampered, text, what);
      const content = Buffer.from(tampered, 'utf8');
      const codes = await problemsOf(content, fitted(content, lines().length - 1));
      assert.ok(codes.includes(code), `${what}: ${codes.join(' ')}`);
    }
    const invalid = Buffer.concat([bytes, Buffer.from([0xff])]);
    assert.ok((await problemsOf(invalid, fitted(invalid, lines().length - 1))).includes('unreadable'));
  });
});

describe('a manifest that was changed', () => {
  test('contradicts itself wherever its approval is touched', () => {
    const digest = manifest.approval?.digest ?? '';
    type Approval = NonNullable<Manifest['approval']>;
    const changes: [(approval: Approval, whole: Manifest) => void, string][] = [
      [({ content }) => Object.assign(content, { writer: 'other' }), 'digest_differs'],
      [({ content }) => Object.assign(content, { brief_sha256: 'f'.repeat(64) }), 'digest_differs'],
      [({ content }) => content.channels.pop(), 'digest_differs'],
      [({ content }) => content.messages.pop(), 'digest_differs'],
      [({ content }) => content.messages.reverse(), 'digest_differs'],
      [({ content }) => content.messages.push(...content.messages.slice(0, 1)), 'message_twice'],
      ...(['message_id', 'segment_id', 'channel', 'subject', 'preheader', 'message', 'written_by'] as const).map(
        (name): [(approval: Approval) => void, string] => [
          ({ content }) => Object.assign(content.messages[0] ?? {}, { [name]: 'x' }),
          'digest_differs',
        ],
      ),
      [({ content }) => Object.assign(content.messages[0] ?? {}, { variant: 2 }), 'digest_differs'],
      [({ content }) => content.messages[0]?.findings.push('warning:x'), 'digest_differs'],
      [(approval) => Object.assign(approval, { digest: 'f'.repeat(64) }), 'digest_differs'],
      [(_, whole) => Object.assign(whole, { approval_digest: null }), 'digest_differs'],
      [(_, whole) => Object.assign(whole, { campaign_id: 'x' }), 'approval_of_another'],
      [(_, whole) => Object.assign(whole, { run_number: 2 }), 'approval_of_another'],
      [(_, whole) => Object.assign(whole, { approval: null }), 'not_approved'],
      [(approval) => Object.assign(approval, { approvals: [] }), 'quorum_missing'],
      [(approval) => Object.assign(approval.rules ?? {}, { quorum: 2 }), 'quorum_missing'],
      [(_, whole) => Object.assign(whole, { rows: 1 }), 'rows_differ'],
      [(_, whole) => Object.assign(whole.parts[0] ?? {}, { page: 2 }), 'parts_incomplete'],
    ];
    for (const [change, code] of changes) {
      const changed = copyOf(manifest);
      change(changed.approval as Approval, changed);
      const codes = manifestProblems(changed, digest).map((problem) => problem.code);
      assert.ok(codes.includes(code), `${change}: ${codes.join(' ')}`);
    }
  });

  test('and given a digest to fit, is found by the digest one knows', () => {
    const changed = copyOf(manifest);
    assert.ok(changed.approval !== null);
    const other = copyOf(changed.approval);
    other.content.writer = 'other';
    const own = manifestProblems({ ...changed, approval: other }, null);
    assert.deepEqual(
      own.map((problem) => problem.code),
      ['digest_differs'],
    );
    const known = manifestProblems(manifest, 'f'.repeat(64)).map((problem) => problem.code);
    assert.deepEqual(known, ['digest_unexpected']);
  });
});

describe('the pieces', () => {
  test('a text comes from a template when everything outside the tags stands, in order', () => {
    const fits = couldComeFrom('Hi {{a}}, see {{b | fallback: "x"}} today');
    for (const text of ['Hi Ada, see it today', 'Hi , see  today', 'Hi , see , see x today'])
      assert.ok(fits(text), text);
    for (const text of ['Ho Ada, see it today', 'Hi Ada, see it today!', 'Hi Ada see it today', 'Hi , see today', ''])
      assert.ok(!fits(text), text);
    assert.ok(couldComeFrom('plain')('plain') && !couldComeFrom('plain')('plain '));
    assert.ok(couldComeFrom('{{a}}')('') && !couldComeFrom('a{{b}}a')('a'));
    assert.deepEqual(["'=1", "''=1", "'a", "it's"].map(originalCell), ['=1', "'=1", "'a", "it's"]);
    assert.deepEqual(["'＝1", "'\n'=1", "A;'=1", "A;''=1", 'A;"\'=1', "A\n'-", "A;'a", 'A;=1'].map(originalCell), [
      '＝1',
      '\n=1',
      'A;=1',
      "A;'=1",
      'A;"=1',
      'A\n-',
      "A;'a",
      'A;=1',
    ]);
  });

  test('CSV is read the same however it is cut', () => {
    const text = 'a,b\r\n"1,""2""","x\r\ny"\r\n,\r\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const records: string[][] = [];
      const reader = new CsvRecords((cells) => records.push(cells));
      reader.push(text.slice(0, cut));
      reader.push(text.slice(cut));
      reader.end();
      assert.deepEqual(records, [
        ['a', 'b'],
        ['1,"2"', 'x\r\ny'],
        ['', ''],
      ]);
    }
  });
});

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { newGroup } from '../customers/test-workspace.ts';
import { loadFields } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import { makeSegments } from '../segments/make-segments.ts';
import { readSegmentBy, type SegmentBy } from '../segments/segment-by.ts';
import { createAssigner } from '../segments/segmentation.ts';
import { seededRandom } from '../segments/test-fields.ts';
import { type TestCampaigns, testCampaigns } from './test-campaign.ts';

let server: TestServer;
let six: TestCampaigns;
let many: string;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
  many = await newGroup(server.a, 'Many');
  const random = seededRandom(7);
  const pick = (count: number) => Math.floor(random() ** 2 * count);
  // Numbers that doubles round or cannot hold stand among ordinary ones.
  const tenures = ['0.99999999999999999999', '1.00000000000000000001', `1e-380`, '1e300', '-0', '7'];
  const customers = Array.from({ length: 400 }, (_, index) => ({
    customer_number: `M-${index}`,
    ...(random() > 0.1 ? { plan: `plan ${pick(9)}` } : {}),
    ...(random() > 0.1 ? { tenure: index < tenures.length ? tenures[index] : String(pick(60) / 4) } : {}),
    ...(random() > 0.2 ? { joined: `0${1 + pick(9)}/0${1 + pick(9)}/20${10 + pick(15)}` } : {}),
  }));
  await six.add(customers, many);
});

describe('segments of a group', () => {
  const wishes: SegmentBy[] = [
    [],
    [{ field_name: 'tenure', bands: [0, 1, 7] }],
    [
      { field_name: 'plan', aliases: { 'plan 1': 'new', 'plan 2': 'new' } },
      { field_name: 'tenure', bands: [1, 10] },
    ],
    [{ field_name: 'joined', bands: ['2012-01-01', '2020-02-29'] }, { field_name: 'plan' }, { field_name: 'tenure' }],
  ];
  for (const [index, wish] of wishes.entries()) {
    for (const minSize of [1, 5, 60])
      test(`the database counts what assignment assigns: attributes ${index}, at least ${minSize}`, async () => {
        const { accountId, workspaceId } = server.a;
        const { counted, assigned } = await server.app.services.database.tenant(accountId, async (tx) => {
          const dimensions = readSegmentBy(wish, await loadFields(tx, accountId, workspaceId));
          const { segments } = await makeSegments(
            tx,
            await requireGroup(tx, accountId, workspaceId, many),
            dimensions,
            minSize,
          );
          const assign = createAssigner(dimensions, new Set(segments.map((segment) => segment.canonical)));
          const members = await tx.rows<{ clear_values: Record<string, string> }>(
            `select c.clear_values from group_members m join customers c on c.account_id = m.account_id and c.customer_id = m.customer_id
             where m.account_id = $1 and m.customer_group_id = $2`,
            [accountId, many],
          );
          return {
            counted: new Map(segments.map(({ canonical, size }) => [canonical, size])),
            assigned: Map.groupBy(members, (member) => assign((slot) => member.clear_values[slot])),
          };
        });
        assert.deepEqual(new Map([...assigned].map(([canonical, members]) => [canonical, members.length])), counted);
        assert.equal(
          [...counted.values()].reduce((sum, size) => sum + size, 0),
          400,
        );
      });
  }
});

const preview = (body: Record<string, unknown>) => six.ok('POST', '/v1/campaign/segments', body);

describe('POST /v1/campaign/segments', () => {
  test('tells criteria, labels, sizes, and what writing them would take', async () => {
    const made = await preview({
      customer_group_id: six.groupId,
      segment_by: [{ field_name: 'plan' }, { field_name: 'tenure', bands: [5] }],
    });
    assert.deepEqual(made.segments[0], {
      criteria: { plan: 'Plus', tenure: { from: 5, to: null } },
      label: 'plan: Plus · tenure: 5 or more',
      size: 2,
    });
    assert.equal(made.total_customers, 6);
    assert.equal(made.segment_count, made.segments.length);
    assert.ok(
      made.segments.some(
        (segment: { criteria: unknown }) => JSON.stringify(segment.criteria) === '{"plan":null,"tenure":null}',
      ),
    );
    assert.deepEqual(made.merged, []);
    assert.deepEqual(made.estimate, {
      messages: 5,
      model_calls: 5,
      tokens: { input: 10_000, output: 1_050 },
      cost: null,
      currency: null,
      minutes: 0.1,
    });
    assert.deepEqual(made.suggestions, []);
  });

  test('a group without members has no segments', async () => {
    const empty = await newGroup(server.a, 'Empty');
    assert.deepEqual(await preview({ customer_group_id: empty, segment_by: [] }), {
      total_customers: 0,
      segment_count: 0,
      segments: [],
      merged: [],
      estimate: {
        messages: 0,
        model_calls: 0,
        tokens: { input: 0, output: 0 },
        cost: null,
        currency: null,
        minutes: 0,
      },
      exploding: null,
      suggestions: [],
    });
  });

  test('the estimate heeds channels, variants and the writer', async () => {
    const body = { customer_group_id: six.groupId, segment_by: [{ field_name: 'plan' }], variants: 2 };
    const channels = [{ channel: 'sms' }, { channel: 'email' }];
    const { estimate } = await preview({ ...body, channels, writer: 'offline' });
    assert.deepEqual([estimate.messages, estimate.model_calls, estimate.tokens.input], [12, 0, 0]);
    assert.equal((await preview({ ...body, channels })).estimate.model_calls, 6);
    await six.refused('POST', '/v1/campaign/segments', { ...body, writer: 'nobody' }, 'unknown_writer');
  });

  test('names the attribute that makes the combinations, with readable bands and aliases for the long tail', async () => {
    const tail = await newGroup(server.a, 'Long tail');
    await six.add(
      Array.from({ length: 600 }, (_, index) => ({
        customer_number: `T-${index}`,
        plan: index < 500 ? `plan ${index % 5}` : `rare ${index % 20}`,
        tenure: index % 60,
      })),
      tail,
    );
    const segment_by = [{ field_name: 'plan' }, { field_name: 'tenure' }];
    const made = await preview({ customer_group_id: tail, segment_by });
    assert.deepEqual([made.exploding.field_name, made.exploding.distinct_values], ['tenure', 60]);
    const [plan, tenure] = made.suggestions;
    assert.deepEqual(tenure.bands, [15, 30, 45]);
    assert.equal(Object.keys(plan.aliases).length, 16);
    const fewer = await preview({
      customer_group_id: tail,
      segment_by: [
        { field_name: 'plan', aliases: plan.aliases },
        { field_name: 'tenure', bands: tenure.bands },
      ],
    });
    assert.ok(fewer.segment_count < 45, String(fewer.segment_count));
    assert.deepEqual(fewer.suggestions, []);
  });

  test('too many segments are refused with the attribute that makes them', async () => {
    const wide = await newGroup(server.a, 'Wide');
    for (let start = 0; start < 2_001; start += 1_000)
      await six.add(
        Array.from({ length: Math.min(1_000, 2_001 - start) }, (_, index) => ({
          customer_number: `W-${start + index}`,
          plan: `only ${start + index}`,
          tenure: 1,
        })),
        wide,
      );
    const segment_by = [{ field_name: 'tenure' }, { field_name: 'plan' }];
    const answer = await six.refused(
      'POST',
      '/v1/campaign/segments',
      { customer_group_id: wide, segment_by },
      'too_many_segments',
    );
    assert.match(answer.message, /plan alone has 2001 different values/);
    assert.equal(answer.details[0].exploding.field_name, 'plan');
    assert.equal((await preview({ customer_group_id: wide, segment_by, min_segment_size: 2 })).segment_count, 1);
  });

  test('a band that is no real day is refused, and not asked of the database', async () => {
    for (const band of ['2021-02-30', '0000-01-01'])
      await six.refused(
        'POST',
        '/v1/campaign/segments',
        { customer_group_id: six.groupId, segment_by: [{ field_name: 'joined', bands: [band] }] },
        'invalid_bands',
      );
  });

  test('a foreign group and an unreal one get the same answer', async () => {
    const foreign = await newGroup(server.b, 'Foreign');
    const answers = await Promise.all(
      [foreign, '018f0000-0000-7000-8000-000000000000', 'nothing'].map((id) =>
        six.refused('POST', '/v1/campaign/segments', { customer_group_id: id, segment_by: [] }, 'not_found'),
      ),
    );
    assert.equal(new Set(answers.map(({ request_id: _, ...rest }) => JSON.stringify(rest))).size, 1);
  });
});

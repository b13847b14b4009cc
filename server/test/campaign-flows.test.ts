import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { bankCsv } from '../../demo/bank.ts';
import { createCellReader } from '../../demo/csv-cells.ts';
import { seededRandom } from '../src/product/segments/test-fields.ts';
import { answer, fakeWriterSettings, goodAnswer, startModelServer } from '../src/product/writing/test-model-server.ts';
import { startTestServer, type Tenant, type TestServer, until } from './harness.ts';

// From a file as companies have it to published files, on the two shapes the project is measured with. NUDGESCRIBE_TEST_TELCO
// names a real file of the first shape (IBM's sample of telecom customers); without it one is made up.

let server: TestServer;
let model: Awaited<ReturnType<typeof startModelServer>>;

before(async () => {
  model = await startModelServer([
    (response, request) => {
      // As models do: some take their time, some are busy, some answer nonsense first.
      const nth = model.requests.length;
      if (nth % 11 === 3) response.writeHead(429, { 'retry-after-ms': '20' }).end('{"error":{"message":"busy"}}');
      else if (nth % 13 === 5) answer(response, 'Certainly! Here are your messages.');
      else setTimeout(() => answer(response, goodAnswer(request)), nth % 7);
    },
  ]);
  const price = { input: 3, output: 15, currency: 'USD' };
  server = await startTestServer({
    environment: fakeWriterSettings(model.url, { concurrency: 8, max_retries: 6, price }),
  });
});
after(() => model.stop());

type Row = Record<string, string>;

function readCsv(text: string): Row[] {
  const rows: string[][] = [];
  const reader = createCellReader(',', (cells) => rows.push(cells));
  reader.write(text);
  reader.end();
  const [header = [], ...body] = rows;
  return body.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])));
}

/** The columns and kinds of values of the telecom file. */
function telcoCsv(count: number): string {
  const random = seededRandom(11);
  const pick = (...from: string[]) => from[Math.floor(random() * from.length)] ?? '';
  const lines = [
    'customerID,gender,SeniorCitizen,Partner,tenure,PhoneService,InternetService,Contract,PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,Churn',
  ];
  for (let index = 0; index < count; index += 1) {
    const tenure = Math.floor(random() * 73);
    const monthly = (18 + random() * 100).toFixed(2);
    lines.push(
      [
        `${String(1000 + index)}-T${pick('AB', 'CD', 'EF')}`,
        pick('Female', 'Male'),
        pick('0', '0', '0', '1'),
        pick('Yes', 'No'),
        String(tenure),
        pick('Yes', 'Yes', 'No'),
        pick('DSL', 'Fiber optic', 'No'),
        pick('Month-to-month', 'Month-to-month', 'One year', 'Two year'),
        pick('Yes', 'No'),
        pick('Electronic check', 'Mailed check', 'Bank transfer (automatic)', 'Credit card (automatic)'),
        monthly,
        tenure === 0 ? ' ' : (Number(monthly) * tenure).toFixed(2),
        pick('Yes', 'No', 'No'),
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

type Plan = {
  csv: string;
  idColumn: string;
  clear: readonly string[];
  segmentBy: Record<string, unknown>[];
  minSize: number;
  channels: string[];
  writer: string;
  exported: string[];
  eligible: { field_name: string; value: string | boolean; holds(row: Row): boolean };
};

/** Goes all the way, and gives back the file's rows, the published rows and the messages. */
async function goAllTheWay(tenant: Tenant, plan: Plan) {
  const ok = async (path: string, body: Record<string, unknown>, method = 'POST') => {
    const reply = await tenant.call(method, path, { workspace_id: tenant.workspaceId, ...body });
    assert.equal(reply.status, 200, `${method} ${path}: ${reply.text}`);
    return reply.body;
  };
  const ended = (jobId: string) =>
    until(async () => {
      const job = await ok('/v1/job', { job_id: jobId });
      return !['queued', 'running'].includes(job.status) && job;
    });
  const rows = readCsv(plan.csv);
  const proposed = await ok('/v1/cpf/infer', { sample: plan.csv.slice(0, 200_000) });
  for (const { samples: _, is_ambiguous: __, ...field } of proposed.fields)
    await ok(
      '/v1/cpf',
      {
        ...Object.fromEntries(Object.entries(field).filter(([, value]) => value !== null)),
        is_required: field.field_name === plan.idColumn,
        is_unique: field.field_name === plan.idColumn,
        is_sensitive: !plan.clear.includes(field.field_name),
      },
      'PUT',
    );
  const { customer_group_id } = await ok('/v1/cg', { group_name: 'Everybody' }, 'PUT');
  const upload = await ok('/v1/customer/check', { customer_group_id, data_file: plan.csv, on_error: 'skip' });
  const imported = await until(async () => {
    const found = await ok('/v1/customer/imports', { import_id: upload.import_id });
    return !['queued', 'running'].includes(found.status) && found;
  });
  assert.equal(imported.created, rows.length, JSON.stringify(imported.errors.slice(0, 3)));

  const segmentation = { customer_group_id, segment_by: plan.segmentBy, min_segment_size: plan.minSize };
  const channels = plan.channels.map((channel) => ({ channel }));
  const preview = await ok('/v1/campaign/segments', { ...segmentation, channels, writer: plan.writer });
  assert.equal(preview.total_customers, rows.length);
  const { campaign_id } = await ok(
    '/v1/campaign',
    {
      campaign_name: 'All the way',
      ...segmentation,
      brief: { objective: 'Tell of the new plan', product: 'Spring Saver', call_to_action: 'Open it today' },
      channels,
      writer: plan.writer,
      export_fields: plan.exported,
      eligible_when: [{ field_name: plan.eligible.field_name, op: 'is', value: plan.eligible.value }],
      budget: { max_model_calls: preview.estimate.model_calls * 2 },
    },
    'PUT',
  );
  const suppressed = rows.filter((_, index) => index % 50 === 7).map((row) => row[plan.idColumn] ?? '');
  await ok('/v1/suppression', { identifiers: suppressed.map((id) => ({ [plan.idColumn]: id })) }, 'PUT');
  const written = await ended((await ok('/v1/campaign/generate', { campaign_id })).job_id);
  assert.equal(written.status, 'completed', JSON.stringify(written.error));
  const messages = await ok('/v1/campaign/messages', { campaign_id, page_size: 1_000 });
  assert.equal(messages.length, preview.segment_count * plan.channels.length);
  await ok('/v1/campaign/messages', { campaign_id, all: true, review_status: 'Approved' }, 'PATCH');
  await ok('/v1/campaign/approve', { campaign_id });
  const exported = await ended((await ok('/v1/messages/publish', { campaign_id })).job_id);
  assert.equal(exported.status, 'completed', JSON.stringify(exported.error));
  const { pages } = await ok('/v1/messages/pages', { campaign_id });
  const published: Row[] = [];
  let header = '';
  for (let page = 1; page <= pages; page += 1) {
    const file = await tenant.call('POST', '/v1/messages/fetch', {
      workspace_id: tenant.workspaceId,
      campaign_id,
      page,
      format: 'csv',
    });
    header = file.text.slice(0, file.text.indexOf('\r\n'));
    published.push(...readCsv(file.text));
  }
  const expected = rows.filter((row) => plan.eligible.holds(row) && !suppressed.includes(row[plan.idColumn] ?? ''));
  assert.deepEqual(
    published.map((row) => `${row[plan.idColumn]} ${row.channel}`).sort(),
    expected.flatMap((row) => plan.channels.map((channel) => `${row[plan.idColumn]} ${channel}`)).sort(),
  );
  assert.ok(
    header.startsWith([plan.idColumn, ...plan.exported, 'message_id', 'segment_id', 'variant', 'channel'].join(',')),
    header,
  );
  assert.ok(published.every((row) => row.message !== '' && !row.message?.includes('{{')));
  const campaign = await ok('/v1/campaign', { campaign_id });
  return { rows, published, messages, campaign };
}

type Criterion = string | boolean | null | { from: number | null; to: number | null };

/** Every published row carries the text of the segment that its customer belongs to, by the file. */
function checkSegments(
  done: Awaited<ReturnType<typeof goAllTheWay>>,
  idColumn: string,
  cleared: (cell: string) => unknown,
) {
  const byId = new Map(done.rows.map((row) => [row[idColumn], row]));
  const segments = new Map(
    done.messages.map((message: { segment: { segment_id: string; criteria: Record<string, Criterion> } }) => [
      message.segment.segment_id,
      message.segment.criteria,
    ]),
  );
  for (const { [idColumn]: id, segment_id } of done.published) {
    const customer = byId.get(id);
    for (const [name, criterion] of Object.entries(segments.get(segment_id ?? '') ?? {}) as [string, Criterion][]) {
      const cell = customer?.[name] ?? '';
      if (criterion !== null && typeof criterion === 'object') {
        assert.ok(Number(cell) >= (criterion.from ?? Number.NEGATIVE_INFINITY), `${name} ${cell}`);
        assert.ok(Number(cell) < (criterion.to ?? Number.POSITIVE_INFINITY), `${name} ${cell}`);
      } else assert.deepEqual(cleared(cell), criterion);
    }
  }
}

describe('a campaign goes all the way', () => {
  test('on telecom customers by contract, internet service and banded tenure, written by a moody model', async () => {
    const file = process.env.NUDGESCRIBE_TEST_TELCO;
    const plan: Plan = {
      csv: file === undefined ? telcoCsv(800) : await readFile(file, 'utf8'),
      idColumn: 'customerID',
      clear: ['Contract', 'InternetService', 'tenure'],
      segmentBy: [
        { field_name: 'Contract' },
        { field_name: 'InternetService' },
        { field_name: 'tenure', bands: [12, 36, 60] },
      ],
      minSize: 10,
      channels: ['sms', 'email'],
      writer: 'fake',
      exported: ['PaymentMethod', 'MonthlyCharges'],
      eligible: { field_name: 'PaperlessBilling', value: 'Yes', holds: (row) => row.PaperlessBilling === 'Yes' },
    };
    const done = await goAllTheWay(server.a, plan);
    checkSegments(done, 'customerID', (cell) => cell);
    assert.ok(done.messages.length > 30);
    const { spent, budget } = done.campaign;
    assert.ok(spent.model_calls >= done.messages.length && spent.model_calls <= budget.max_model_calls);
    const told = JSON.stringify(model.requests);
    for (const row of done.rows.slice(0, 300)) assert.ok(!told.includes(row.customerID ?? '?'));
    assert.ok(!told.includes('Mailed check'));
  });

  test('on the bank of the demo, by tier, product and tenure, written offline', async () => {
    const done = await goAllTheWay(server.b, {
      csv: bankCsv(700),
      idColumn: 'customer_number',
      clear: ['tier', 'main_product', 'tenure_years'],
      segmentBy: [
        { field_name: 'tier' },
        { field_name: 'main_product' },
        { field_name: 'tenure_years', bands: [2, 10] },
      ],
      minSize: 5,
      channels: ['email', 'push'],
      writer: 'offline',
      exported: ['first_name'],
      eligible: { field_name: 'email_consent', value: true, holds: (row) => row.email_consent === 'yes' },
    });
    checkSegments(done, 'customer_number', (cell) => cell);
    assert.equal(done.campaign.spent.model_calls, 0);
  });
});

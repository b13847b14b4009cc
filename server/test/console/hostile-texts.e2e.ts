import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Answer, startTestServer, type TestServer, until } from '../harness.ts';
import { loaded, signIn, type Visitor, visit } from './browser.ts';

/** Each would set a mark on the page, open a dialog or load something, if it were ever taken for markup or script. */
const HOSTILE = [
  '<script>window.ran=1</script>',
  '"><img src=x onerror=window.ran=1>',
  '<svg onload=window.ran=1>',
  '</title><script>window.ran=1</script>',
  "'-(window.ran=1)-'",
  '<iframe srcdoc="<script>parent.ran=1</script>">',
  '<a href="javascript:window.ran=1">x</a>',
  '<math><mtext></table><style><img onerror=window.ran=1 src>',
  '<details open ontoggle=window.ran=1>',
  '<b style="background:url(//x.invalid)" onmouseover=window.ran=1>',
  '$' + '{window.ran=1}`;window.ran=1;//',
  'javascript:window.ran=1',
];
const ALL = HOSTILE.join(' ');

let server: TestServer;
const made = { groupId: '', importId: '', draftId: '', campaignId: '' };

before(async () => {
  server = await startTestServer();
  await fillEverything();
});

async function call(method: string, path: string, body: Record<string, unknown> = {}): Promise<Answer['body']> {
  const answer = await server.a.call(method, path, body);
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
  return answer.body;
}

/** Every text that somebody may store and somebody else may see. */
async function fillEverything(): Promise<void> {
  const { workspaceId: workspace_id } = server.a;
  const inside = (method: string, path: string, body: Record<string, unknown> = {}) =>
    call(method, path, { workspace_id, ...body });
  await inside('PATCH', '/v1/workspace', { workspace_name: HOSTILE[0] });
  for (const [index, text] of HOSTILE.entries()) {
    await call('PUT', '/v1/user', {
      email: `hostile-${index}@example.test`,
      password: 'a long and secret sentence',
      display_name: text,
      role_code: 'VIEWER',
    });
    await call('PUT', '/v1/api-key', { key_name: text });
    await inside('PUT', '/v1/cg', { group_name: text });
  }
  await call('PATCH', '/v1/user', { user_id: server.a.userId, display_name: HOSTILE[1] });
  const fields = [
    { field_name: 'number', field_type: 'string', is_unique: true, display_name: HOSTILE[2] },
    { field_name: 'first_name', field_type: 'string', display_name: HOSTILE[3] },
    { field_name: 'plan', field_type: 'enum', options: HOSTILE, is_sensitive: false, display_name: HOSTILE[5] },
    { field_name: 'town', field_type: 'string', is_sensitive: false, display_name: HOSTILE[6] },
  ];
  for (const field of fields) await inside('PUT', '/v1/cpf', field);
  const groups = await inside('POST', '/v1/cg');
  made.groupId = groups[0].customer_group_id;
  const customers = HOSTILE.flatMap((text, index) =>
    [0, 1].map((copy) => ({ number: `${text}${index}-${copy}`, first_name: text, plan: text, town: HOSTILE[copy] })),
  );
  await inside('POST', '/v1/customer/check', { customer_group_id: made.groupId, customer_data: customers });
  // A file whose cells and headers are hostile and wrong, for reports and the repair file.
  const rows = HOSTILE.map(
    (text, index) => `"${text.replaceAll('"', '""')}",x${index},no such plan,"${ALL.replaceAll('"', '""')}"`,
  );
  const file = ['number,first_name,plan,town', ...rows, ''].join('\n');
  const query = { workspace_id, customer_group_id: made.groupId, on_error: 'skip' };
  const upload = await server.a.call('POST', '/v1/customer/check', undefined, {
    raw: file,
    headers: { 'content-type': 'text/csv' },
    query,
  });
  assert.equal(upload.body.failed, HOSTILE.length, upload.text);
  made.importId = upload.body.import_id;
  const brief = {
    objective: ALL,
    product: HOSTILE[0],
    call_to_action: HOSTILE[2],
    audience_notes: ALL,
    must_include: [HOSTILE[9]],
    must_avoid: [HOSTILE[7]],
  };
  const shape = {
    customer_group_id: made.groupId,
    brief,
    channels: [{ channel: 'email' }, { channel: 'sms' }, { channel: 'push' }],
    segment_by: [{ field_name: 'town', aliases: { [HOSTILE[1] as string]: HOSTILE[8] } }, { field_name: 'plan' }],
  };
  const draft = await inside('PUT', '/v1/campaign', { ...shape, campaign_name: HOSTILE[3] });
  made.draftId = draft.campaign_id;
  // What must stand in the messages themselves may hold no markup: the writer would refuse it.
  const written = { ...brief, call_to_action: 'Open it in the app', must_include: [] };
  const campaign = await inside('PUT', '/v1/campaign', { ...shape, brief: written, campaign_name: HOSTILE[4] });
  const { campaign_id } = campaign;
  made.campaignId = campaign_id;
  await inside('POST', '/v1/campaign/generate', { campaign_id });
  const ended = await until(async () => {
    const now = await inside('POST', '/v1/campaign', { campaign_id });
    return now.status !== 'Generating' && now;
  });
  assert.equal(ended.status, 'Ready for review', JSON.stringify(ended));
  const messages = await inside('POST', '/v1/campaign/messages', { campaign_id });
  for (const [index, text] of HOSTILE.entries()) {
    const message = messages[index];
    await inside('PATCH', '/v1/campaign/messages', {
      campaign_id,
      message_ids: [message.message_id],
      message: `${text} {{first_name | fallback: "you"}}`,
      ...(message.channel === 'sms' ? {} : { subject: text }),
    });
    await inside('PATCH', '/v1/campaign/messages', {
      campaign_id,
      message_ids: [message.message_id],
      review_status: 'Rejected',
      note: text,
    });
  }
  // A session whose client is a hostile text: the account page lists it.
  const signedIn = await server.a.call(
    'POST',
    '/v1/auth',
    { email: server.a.email, password: server.a.password },
    { token: null, headers: { 'x-api-key': server.a.apiKey, 'user-agent': ALL } },
  );
  assert.equal(signedIn.status, 200);
}

/** A page that tells of scripts that ran, dialogs, and every breach of its policy. */
async function watched(): Promise<Visitor & { breaches: string[] }> {
  const visitor = await visit(server);
  const breaches: string[] = [];
  visitor.page.on('dialog', (dialog) => {
    breaches.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await visitor.context.exposeFunction('breach', (what: string) => breaches.push(what));
  await visitor.context.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) => window.breach('policy: ' + event.violatedDirective + ' ' + event.blockedURI));`,
  );
  await visitor.page.reload();
  return { ...visitor, breaches };
}

test('no text that anybody stores runs as a script, or breaches the policy of the page, on any screen', async () => {
  const visitor = await watched();
  const { page, breaches } = visitor;
  await signIn(visitor, server.a);
  const inWorkspace = (path: string) => `/w/${server.a.workspaceId}${path}`;
  const campaign = inWorkspace(`/campaigns/${made.campaignId}`);
  const screens: [string, (() => Promise<unknown>) | null][] = [
    [inWorkspace(''), null],
    [inWorkspace('/groups'), null],
    [
      inWorkspace(`/groups/${made.groupId}`),
      async () => {
        await page.getByRole('button', { name: 'Show values' }).click();
        await page
          .getByRole('cell', { name: HOSTILE[2] as string })
          .first()
          .waitFor();
      },
    ],
    [inWorkspace('/imports'), null],
    [inWorkspace(`/imports/${made.importId}`), null],
    [
      inWorkspace('/fields'),
      () =>
        page
          .getByRole('button', { name: /^Edit / })
          .first()
          .click(),
    ],
    [inWorkspace('/campaigns'), null],
    [inWorkspace(`/campaigns/${made.draftId}`), () => page.getByText(/segments as a list/).click()],
    [campaign, null],
    [
      `${campaign}/review`,
      async () => {
        await page.locator('button[aria-current=true]').waitFor();
        for (let turn = 0; turn < 20; turn += 1) await page.keyboard.press('j');
      },
    ],
    [`${campaign}/files`, null],
    [`${campaign}/runs`, null],
    ['/administration', null],
    [
      '/administration/people',
      () =>
        page
          .getByRole('button', { name: /^Edit / })
          .first()
          .click(),
    ],
    ['/administration/roles', null],
    ['/administration/keys', null],
    ['/administration/audit', null],
    ['/account', null],
  ];
  for (const [path, act] of screens) {
    await page.goto(path);
    await page.locator('h1').first().waitFor();
    await loaded(page);
    await act?.();
    await page.waitForLoadState('networkidle');
    assert.equal(await page.evaluate('window.ran'), undefined, path);
    assert.deepEqual(breaches, [], path);
  }
  assert.ok((await page.evaluate('document.body.innerText')) !== '');
  // What watches does see it: the same text as markup breaches the policy, which keeps it from running.
  await page.evaluate(
    `(() => { const box = document.createElement('div'); box.innerHTML = ${JSON.stringify(HOSTILE[1])}; document.body.append(box); })()`,
  );
  await until(async () => breaches.some((what) => what.startsWith('policy: ')));
  assert.equal(await page.evaluate('window.ran'), undefined);
  await visitor.close();
});

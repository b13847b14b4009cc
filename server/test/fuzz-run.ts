import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { isSignedIn } from '../src/platform/http/endpoint.ts';
import { endpoints } from '../src/product/endpoints.ts';
import { ownExample } from './example-bodies.ts';
import {
  bearer,
  type Colleague,
  endpointNamed,
  type FuzzAnswer,
  good,
  isUnauthorised,
  type Keeper,
  type Make,
  makeCaller,
  makeColleagues,
  type Route,
  type Send,
} from './fuzz-caller.ts';
import { eventsOf, RECORDED_WHEN, recordedReads } from './fuzz-events.ts';
import { type FuzzCall, fuzzer, randomFrom } from './fuzz-inputs.ts';
import { LAST, lastRoutes } from './fuzz-last.ts';
import {
  type Answered,
  count,
  countRead,
  type FuzzReport,
  hearColleague,
  newReport,
  unaccounted,
} from './fuzz-report.ts';
import { jsonOf, sentCall } from './send.ts';

// A server in a process of its own that is sent inputs made from every call's schema, and tells what came of them. Outside
// the test runner, whose hooks on every promise take a third of the time. A 500 ends the process with the input that led
// to it, as does whatever ends a server.

export type FuzzWork = {
  seed: number;
  inputs: number;
  longestMs: number;
  keeper: Keeper;
  ids: Record<string, string>;
  /** A campaign that no input names, with its files. */
  publishedId: string;
};

const AT_ONCE = 8;
/** How many of the inputs are sent by somebody with less than an administrator's role. */
const COLLEAGUES_SHARE = 1 / 8;
/** How many inputs of other routes go out with a few of one that takes away. */
const BESIDE = 3;

const SENT_AT_MOST = 5;

/**
 * What a call is answered. A body that is refused before it has come whole ends the connection, and the answer may be lost on
 * a client that still writes: such a call is sent again.
 */
async function answerTo(send: () => ClientRequest): Promise<IncomingMessage> {
  for (let tries = 1; ; tries += 1) {
    const sent = send();
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    // Also one that comes behind the answer, of which nobody would hear otherwise.
    sent.on('error', () => undefined);
    try {
      return (await answered)[0];
    } catch (error) {
      const isCut = error instanceof Error && 'code' in error && ['EPIPE', 'ECONNRESET'].includes(String(error.code));
      if (!isCut || tries === SENT_AT_MOST) throw error;
    }
  }
}

/** Sends one call by Node's own client: fetch would take a tenth of the whole run's time. */
async function sendLightly(
  url: string,
  { method, path }: Route,
  { body, ...options }: FuzzCall,
  credentials: Record<string, string>,
  agent: Agent,
): Promise<FuzzAnswer> {
  const { target, headers, content } = sentCall(url, path, body, {
    ...options,
    headers: { ...credentials, ...options.headers },
  });
  // Told by hand: Node leaves the length out where the method is DELETE, and so the body.
  const length = typeof content === 'string' || content instanceof Uint8Array ? Buffer.byteLength(content) : 0;
  const answer = await answerTo(() => {
    const sent = request(target, { method, agent, headers: { ...headers, 'content-length': length } });
    sent.end(content);
    return sent;
  });
  const told = await text(answer);
  return {
    status: answer.statusCode ?? 0,
    body: jsonOf(answer.headers['content-type'], told),
    text: told,
    requestId: String(answer.headers['x-request-id']),
  };
}

/** What the phases of a round share. */
type Round = FuzzWork & {
  random: () => number;
  /** Of each route. */
  share: number;
  send: Send;
  make: Make;
  report: FuzzReport;
  isInTime(): boolean;
};

/** The inputs of all routes by turns but those that come last: mostly an administrator's. */
function firstInputs({ inputs, share, ids, keeper, random, send, report }: Round, colleagues: readonly Colleague[]) {
  const routes = endpoints
    .filter(({ name }) => !LAST.some((last) => last === name))
    .map((endpoint) => ({ endpoint, next: fuzzer(endpoint, ids, random) }));
  let left = inputs - share * LAST.length;
  /** Somebody else in one of a few inputs, where it matters who calls. */
  const someoneElse = ({ access }: Route): Colleague | undefined =>
    isSignedIn(access) && random() < COLLEAGUES_SHARE
      ? colleagues[Math.floor(random() * colleagues.length)]
      : undefined;
  return {
    left: () => left,
    sendOne: async () => {
      const { endpoint, next } = routes[left % routes.length] as (typeof routes)[number];
      left -= 1;
      const { kind } = endpoint.access;
      const colleague = someoneElse(endpoint);
      const credentials: Record<string, string> =
        kind === 'api_key' ? { 'x-api-key': keeper.apiKey } : bearer((colleague ?? keeper).token);
      const answer = await send(endpoint, next(), credentials);
      count(report, endpoint, answer);
      if (colleague !== undefined) hearColleague(report, colleague, endpoint, answer);
      else assert.ok(kind !== 'workspace' || !isUnauthorised(answer), endpoint.name);
    },
  };
}

type FirstInputs = ReturnType<typeof firstInputs>;

async function sendFirst({ isInTime }: Round, first: FirstInputs, leave: number): Promise<void> {
  const sender = async () => {
    while (first.left() > leave && isInTime()) await first.sendOne();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

/**
 * The others one after another, a few inputs at once, beside some of the first routes that meet what is being taken away.
 * Those that find the caller shut out are not counted.
 */
async function sendLast(round: Round, first: FirstInputs): Promise<void> {
  const { share, ids, keeper, random, send, make, report, isInTime } = round;
  const caller = await makeCaller(send, keeper);
  const own = { ...ids, user_id: caller.userId, session_id: caller.sessionId };
  Object.assign(ids, own);
  for (const last of lastRoutes(caller, ids, make, random)) {
    const endpoint = endpointNamed(last.name);
    const next = fuzzer(endpoint, Object.assign(ids, own), random);
    const one = async (_: unknown, index: number) => {
      const call = last.isOneGood && index === 0 ? { body: ownExample(endpoint, ids) } : next();
      const answer = await send(endpoint, call, last.credentials?.() ?? bearer(caller.token));
      last.heard?.(answer);
      const isShutOut = last.isShutOut(answer);
      if (!isShutOut) count(report, endpoint, answer);
      return isShutOut;
    };
    for (let turn = 0, left = share; left > 0 && isInTime(); turn += 1) {
      await last.prepare(turn);
      const beside = Array.from({ length: Math.min(BESIDE, first.left()) }, first.sendOne);
      const shutOut = await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, one));
      await Promise.all(beside);
      if (shutOut.includes(true)) await caller.comeBack();
      left = share - (report.routes[last.name]?.sent ?? 0);
    }
  }
}

/** Good calls of all reads that leave an event: what an input would have to hit upon is not left to chance. */
async function readOnRecord({ ids, publishedId, make, send }: Round): Promise<void> {
  for (const endpoint of recordedReads) {
    if (!isSignedIn(endpoint.access)) continue;
    const body = { ...ownExample(endpoint, ids), ...RECORDED_WHEN[endpoint.name] };
    await make(endpoint.name, endpoint.name === 'publishing.fetch' ? { ...body, campaign_id: publishedId } : body);
  }
  const place = { workspace_id: ids.workspace_id, campaign_id: publishedId };
  const { url } = await make('publishing.fetch', { ...place, page: 1, format: 'url' });
  const query = Object.fromEntries(new URL(url, 'http://link').searchParams);
  const file = await send(endpointNamed('publishing.download'), { query }, {});
  assert.equal(file.status, 200, file.text);
}

async function fuzz(work: FuzzWork): Promise<FuzzReport> {
  const report = newReport();
  const answered = new Map<string, Answered>();
  const deadline = performance.now() + work.longestMs;
  const app = await startApp(readConfig(process.env), { checkReplies: true });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE + BESIDE });
  const send: Send = async (endpoint, call, credentials) => {
    const answer = await sendLightly(app.url, endpoint, call, credentials, agent);
    countRead(report, call, answer);
    const { name } = endpoint;
    answered.set(answer.requestId, { name, status: answer.status, events: eventsOf(endpoint, call, answer) });
    assert.notEqual(answer.status, 500, `${endpoint.name} ${JSON.stringify(call).slice(0, 2_000)}: ${answer.text}`);
    return answer;
  };
  const make: Make = (name, body) => good(send, name, body, bearer(work.keeper.token));
  work.ids.api_key_id = (await make('api_keys.create', { key_name: 'Fuzzed' })).api_key_id;
  const round: Round = {
    ...work,
    random: randomFrom(work.seed),
    share: Math.floor(work.inputs / endpoints.length),
    send,
    make,
    report,
    isInTime: () => performance.now() < deadline,
  };
  await readOnRecord(round);
  const first = firstInputs(round, await makeColleagues(send, work.keeper, work.ids.workspace_id ?? ''));
  await sendFirst(round, first, BESIDE * LAST.length * Math.ceil(round.share / AT_ONCE));
  await sendLast(round, first);
  await sendFirst(round, first, 0);
  report.isReady = (await fetch(new URL('/readyz', app.url))).status === 200;
  agent.destroy();
  await app.stop();
  report.unaccounted = await unaccounted(answered);
  return report;
}

process.once('message', async (work: FuzzWork) => {
  const report = await fuzz(work);
  process.send?.(report, () => process.disconnect());
});

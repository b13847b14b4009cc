import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the fake model does with one request: text of its answer, or anything with the response itself. */
export type Behaviour = string | ((response: ServerResponse, request: Record<string, unknown>) => void);

/** A fake OpenAI-compatible model server on loopback that behaves as it is told, request by request; the last behaviour stays. */
export async function startModelServer(behaviours: Behaviour[]) {
  const requests: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      requests.push(body);
      const behaviour = (behaviours.length > 1 ? behaviours.shift() : behaviours[0]) ?? '';
      if (typeof behaviour === 'function') behaviour(response, body);
      else answer(response, behaviour);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Anthropic's form of an answer with this text. */
export function answerAsAnthropic(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'x',
      type: 'message',
      role: 'assistant',
      model: 'fake',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 5, output_tokens: 6 },
    }),
  );
}

/** A chat completion whose content is this text. */
export function answer(response: ServerResponse, content: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'fake',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
    }),
  );
}

/** A good answer for BRIEF of test-campaign.ts with so many variants, worded as `words` says; each its own text. */
export function goodAnswer(request: Record<string, unknown>, words = 'Start with Spring Saver.'): string {
  const [system, user] = JSON.stringify(request.messages).split('"role":"user"');
  const variants = Number(/Write (\d) different/.exec(system ?? '')?.[1] ?? 1);
  const isEmail = (system ?? '').includes('for the channel email');
  return JSON.stringify({
    messages: Array.from({ length: variants }, (_, index) => ({
      subject: isEmail ? `Number ${index + 1} for you` : null,
      preheader: isEmail ? `A first look at what the ${index + 1}. plan has for you` : null,
      message: `Open it today: ${words} ${hashOf(user ?? '')} ${index + 1}`,
      technique: 'small_step',
    })),
  });
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** Settings under which a server knows the fake model as the writer "fake". */
export function fakeWriterSettings(url: string, more: Record<string, unknown> = {}): Record<string, string> {
  const writer = { name: 'fake', kind: 'openai-compatible', base_url: url, model: 'm', timeout_seconds: 1, ...more };
  return { NUDGESCRIBE_WRITERS: JSON.stringify([writer]) };
}

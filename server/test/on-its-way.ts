import { once } from 'node:events';
import { request } from 'node:http';

/** A call without the last byte of its body, until `finish` sends that and gives the answer's status. */
export function onItsWay(
  url: string,
  credentials: Record<string, string>,
  [method, path, fields]: readonly [method: string, path: string, fields: object],
): { finish(): Promise<number> } {
  const body = JSON.stringify(fields);
  const headers = {
    ...credentials,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const call = request(`${url}${path}`, { method, headers });
  const answered = once(call, 'response');
  call.write(body.slice(0, -1));
  return {
    finish: async () => {
      call.end(body.slice(-1));
      const [answer] = await answered;
      answer.resume();
      return answer.statusCode;
    },
  };
}

const MAX_ANSWER_BYTES = 512 * 1024;

/** An answer longer than anything that could be of use. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/** A body that breaks off with an error once it is longer than the limit, so that no answer fills the memory. */
function limited(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let bytes = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) controller.error(new AnswerTooLong('The model answered with too much.'));
        else controller.enqueue(chunk);
      },
    }),
  );
}

/** fetch for model providers: follows no redirects (a key must not travel elsewhere) and cuts off endless answers. */
export const limitedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, redirect: 'error' });
  return response.body === null
    ? response
    : new Response(limited(response.body), {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
};

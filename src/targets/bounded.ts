import { TargetError } from "../core/errors.ts";

/** The failure of an answer that is longer than what is read. */
function tooLong(host: string, limit: number): TargetError {
  const message = `${host} sent an answer of more than ${limit} bytes, the most that is read`;
  return new TargetError({ kind: "target", message, retryable: false });
}

/**
 * The bytes of a body. Counts them after decompression, so that a small body cannot become a large one unseen; what is beyond the limit
 * is not fetched.
 *
 * @throws TargetError of kind `target` when the body is longer than the limit.
 */
export async function boundedBytes(response: Response, limit: number, host: string): Promise<Uint8Array> {
  if (isKnownToFit(response, limit)) return new Uint8Array(await response.arrayBuffer());
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > limit) throw tooLong(host, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** True when the body is not compressed and says itself that it fits: then nothing has to be counted. */
function isKnownToFit({ headers }: Response, limit: number): boolean {
  const length = headers.get("content-length");
  return length !== null && headers.get("content-encoding") === null && Number(length) <= limit;
}

const decoder = new TextDecoder();

/** The text of a body as {@link boundedBytes} reads it, bytes that UTF-8 does not have as U+FFFD. */
export async function boundedText(response: Response, limit: number, host: string): Promise<string> {
  return decoder.decode(await boundedBytes(response, limit, host));
}

/** The beginning of the text of a body; the rest is not read. */
export async function firstText(response: Response, limit: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= limit) break;
  }
  return text.slice(0, limit);
}

/** The same response with a body that fails with a TargetError of kind `target` as soon as it is longer than the limit. */
export function boundedResponse(response: Response, limit: number, host: string): Response {
  if (response.body === null) return response;
  let size = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.length;
        if (size > limit) controller.error(tooLong(host, limit));
        else controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted, { status: response.status, headers: response.headers });
}

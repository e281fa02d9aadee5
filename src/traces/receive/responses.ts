/** A response as it is sent. */
export interface OtlpResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const types = { json: "application/json", protobuf: "application/x-protobuf" } as const;

/** Everything was taken, or all but some spans (ExportTraceServiceResponse with its partial success). */
export function taken(isJson: boolean, rejected: number, reason: string): OtlpResponse {
  if (isJson) {
    const partial =
      rejected === 0 ? {} : { partialSuccess: { rejectedSpans: String(rejected), errorMessage: reason } };
    return { status: 200, contentType: types.json, body: Buffer.from(JSON.stringify(partial)) };
  }
  const partial =
    rejected === 0 ? Buffer.alloc(0) : Buffer.concat([varintField(1, rejected), textField(2, reason)]);
  const body = rejected === 0 ? partial : bytesField(1, partial);
  return { status: 200, contentType: types.protobuf, body };
}

/** Nothing was taken (google.rpc.Status). */
export function refused(
  isJson: boolean,
  status: number,
  message: string,
  headers?: OtlpResponse["headers"],
): OtlpResponse {
  const contentType = isJson ? types.json : types.protobuf;
  const body = isJson ? Buffer.from(JSON.stringify({ message })) : textField(2, message);
  return { status, contentType, body, ...(headers === undefined ? {} : { headers }) };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function varintField(field: number, value: number): Buffer {
  return Buffer.from([...varint(field * 8), ...varint(value)]);
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes]);
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text));
}

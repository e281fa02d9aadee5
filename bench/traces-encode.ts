// Writes OTLP JSON lines as protobuf messages, each behind its length in four bytes, big-endian, as the collector's file exporter does.
// An encoder of its own, by the field numbers of opentelemetry-proto, so that the bench does not read what the reader's authors wrote twice.
import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";

// biome-ignore lint/suspicious/noExplicitAny: JSON of the OTLP specification, which the bench itself made
type Json = any;
type Write = (to: Message, value: Json) => void;

/** A message that grows. */
class Message {
  bytes: Buffer = Buffer.allocUnsafe(1 << 16);
  size = 0;

  room(count: number): void {
    if (this.size + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.size + count));
    this.bytes.copy(larger, 0, 0, this.size);
    this.bytes = larger;
  }

  varint(value: number | bigint): void {
    this.room(10);
    if (typeof value === "bigint" || value > 2 ** 31) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.bytes[this.size++] = Number(rest & 127n) | 128;
      this.bytes[this.size++] = Number(rest);
      return;
    }
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.bytes[this.size++] = (rest & 127) | 128;
    this.bytes[this.size++] = rest;
  }

  raw(field: number, bytes: Uint8Array): void {
    this.varint(field * 8 + 2);
    this.varint(bytes.length);
    this.room(bytes.length);
    this.bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  text(field: number, text: string | undefined): void {
    if (text !== undefined && text !== "") this.raw(field, Buffer.from(text));
  }

  fixed64(field: number, value: string): void {
    this.varint(field * 8 + 1);
    this.room(8);
    this.size = this.bytes.writeBigUInt64LE(BigInt(value), this.size);
  }

  double(field: number, value: number): void {
    this.varint(field * 8 + 1);
    this.room(8);
    this.size = this.bytes.writeDoubleLE(value, this.size);
  }

  message(field: number, write: Write, value: Json): void {
    const inner = new Message();
    inner.bytes = Buffer.allocUnsafe(512);
    write(inner, value);
    this.raw(field, inner.bytes.subarray(0, inner.size));
  }
}

function any(to: Message, value: Json): void {
  if (value.stringValue !== undefined) to.raw(1, Buffer.from(value.stringValue));
  else if (value.boolValue !== undefined) {
    to.varint(2 * 8);
    to.varint(value.boolValue ? 1 : 0);
  } else if (value.intValue !== undefined) {
    to.varint(3 * 8);
    to.varint(BigInt(value.intValue));
  } else if (value.doubleValue !== undefined) to.double(4, value.doubleValue);
  else if (value.arrayValue !== undefined) to.message(5, valuesOf, [any, value.arrayValue.values]);
  else if (value.kvlistValue !== undefined) to.message(6, valuesOf, [keyValue, value.kvlistValue.values]);
}

function valuesOf(to: Message, [write, values = []]: [Write, Json[]?]): void {
  for (const item of values) to.message(1, write, item);
}

function keyValue(to: Message, { key, value }: Json): void {
  to.text(1, key);
  to.message(2, any, value ?? {});
}

function attributes(to: Message, field: number, list: Json[] = []): void {
  for (const item of list) to.message(field, keyValue, item);
}

function span(to: Message, from: Json): void {
  to.raw(1, Buffer.from(from.traceId, "hex"));
  to.raw(2, Buffer.from(from.spanId, "hex"));
  if (from.parentSpanId) to.raw(4, Buffer.from(from.parentSpanId, "hex"));
  to.text(5, from.name);
  if (from.kind) {
    to.varint(6 * 8);
    to.varint(from.kind);
  }
  to.fixed64(7, from.startTimeUnixNano);
  to.fixed64(8, from.endTimeUnixNano);
  attributes(to, 9, from.attributes);
  for (const event of from.events ?? []) to.message(11, eventOf, event);
  if (from.status?.code || from.status?.message) to.message(15, statusOf, from.status);
}

function eventOf(to: Message, event: Json): void {
  to.fixed64(1, event.timeUnixNano);
  to.text(2, event.name);
  attributes(to, 3, event.attributes);
}

function statusOf(to: Message, { message, code = 0 }: Json): void {
  to.text(2, message);
  to.varint(3 * 8);
  to.varint(code);
}

function scopeSpans(to: Message, { scope, spans }: Json): void {
  to.message(
    1,
    (inner, { name, version }) => {
      inner.text(1, name);
      inner.text(2, version);
    },
    scope ?? {},
  );
  for (const item of spans) to.message(2, span, item);
}

function resourceSpans(to: Message, { resource, scopeSpans: scopes }: Json): void {
  to.message(1, (inner, { attributes: list }) => attributes(inner, 1, list), resource ?? {});
  for (const scope of scopes) to.message(2, scopeSpans, scope);
}

/** One request as protobuf. */
export function encodeRequest({ resourceSpans: groups }: { resourceSpans: Json[] }): Buffer {
  const to = new Message();
  for (const group of groups) to.message(1, resourceSpans, group);
  return to.bytes.subarray(0, to.size);
}

/** Writes a file of JSON lines as length-prefixed protobuf. */
export async function encodeFile(from: string, to: string): Promise<void> {
  const file = openSync(to, "w");
  const prefix = Buffer.alloc(4);
  for await (const line of createInterface({
    input: createReadStream(from),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line === "") continue;
    const message = encodeRequest(JSON.parse(line));
    prefix.writeUInt32BE(message.length);
    writeSync(file, prefix);
    writeSync(file, message);
  }
  closeSync(file);
}

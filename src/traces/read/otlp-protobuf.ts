import type { KnownName } from "../facts/names.ts";
import type { AttributeValue } from "../facts/span-reader.ts";
import type { Origin } from "../facts/span-record.ts";
import { type ByteTable, byteTable } from "./byte-table.ts";
import { type IdentifierWords, identifierWords, setParent, wordsAt } from "./identifiers.ts";
import { missing, type SpanSink, scopeName } from "./sink.ts";
import { millisecondsBetween, millisecondsOf, readFixedNanoseconds, type TimePoint } from "./times.ts";
import { readEnd, readVarint, skip, type Wire, WireError, wireOf, wireType } from "./wire.ts";

/** Reads OTLP requests in protobuf. */
export interface ProtobufReader {
  /**
   * Reads one ExportTraceServiceRequest. Fields that no fact needs are passed over.
   *
   * @returns what is wrong with the bytes; `null` where nothing is. Spans before the fault are kept; their traces are incomplete.
   */
  readonly read: (message: Buffer) => string | null;
}

const longestInterned = 64;

/** A reader that gives what it reads to a sink. */
export function protobufReader(sink: SpanSink): ProtobufReader {
  const walker = new Walker(sink);
  return {
    read(message) {
      try {
        walker.request(wireOf(message), message.length);
        return null;
      } catch (error) {
        if (error instanceof WireError || error instanceof RangeError) {
          walker.abandon();
          return error.message;
        }
        throw error;
      }
    },
  };
}

/** Walks over the fields of a request. The field numbers are those of opentelemetry-proto 1.x (trace, common, resource). */
class Walker {
  private readonly sink: SpanSink;
  private readonly keys: ByteTable<KnownName | null>;
  private readonly texts: ByteTable<string> = byteTable((text) => text);
  private readonly ids: IdentifierWords = identifierWords();
  private readonly start: TimePoint = { seconds: 0, nanoseconds: 0 };
  private readonly end: TimePoint = { seconds: 0, nanoseconds: 0 };
  /** Traces of the request that is read, as words. */
  private touched: number[] = [];
  private hasStart = false;
  private hasEnd = false;
  private isError = false;
  private statusMessage = "";
  private exceptionType = "";
  private spanName = "";

  constructor(sink: SpanSink) {
    this.sink = sink;
    this.keys = byteTable((name) => sink.reader.names.get(name) ?? null);
  }

  request(wire: Wire, end: number): void {
    this.touched = [];
    while (wire.at < end) {
      const tag = readVarint(wire);
      if (tag === 0x0a) this.resourceSpans(wire, readEnd(wire, end));
      else skip(wire, tag & 7, end);
    }
  }

  /** Marks the traces of a broken request: the rest of it may have been theirs. */
  abandon(): void {
    const ids = identifierWords();
    for (let i = 0; i < this.touched.length; i += 4) {
      for (let word = 0; word < 4; word++) ids[word] = this.touched[i + word]!;
      this.sink.markIncomplete(ids);
    }
  }

  private resourceSpans(wire: Wire, end: number): void {
    const from = wire.at;
    this.sink.reader.begin();
    for (const inner of fields(wire, end, 0x0a)) {
      while (wire.at < inner) {
        const tag = readVarint(wire);
        if (tag === 0x0a) this.attribute(wire, readEnd(wire, inner));
        else skip(wire, tag & 7, inner);
      }
    }
    const tags = this.sink.reader.tags();
    wire.at = from;
    while (wire.at < end) {
      const tag = readVarint(wire);
      if (tag === 0x12 || tag === 0x1f42) this.scopeSpans(wire, readEnd(wire, end), tags);
      else skip(wire, tag & 7, end);
    }
  }

  private scopeSpans(wire: Wire, end: number, tags: Origin["tags"]): void {
    const from = wire.at;
    let name = "";
    let version = "";
    for (const inner of fields(wire, end, 0x0a)) {
      while (wire.at < inner) {
        const tag = readVarint(wire);
        if (tag === 0x0a) name = this.text(wire, readEnd(wire, inner));
        else if (tag === 0x12) version = this.text(wire, readEnd(wire, inner));
        else skip(wire, tag & 7, inner);
      }
    }
    const origin = this.sink.origin(scopeName(name, version), tags);
    wire.at = from;
    while (wire.at < end) {
      const tag = readVarint(wire);
      if (tag === 0x12) this.span(wire, readEnd(wire, end), origin);
      else skip(wire, tag & 7, end);
    }
  }

  private span(wire: Wire, end: number, origin: Origin): void {
    const { ids, sink } = this;
    ids.fill(0);
    this.hasStart = false;
    this.hasEnd = false;
    this.isError = false;
    this.statusMessage = "";
    this.exceptionType = "";
    this.spanName = "";
    sink.reader.begin();
    while (wire.at < end) this.spanField(wire, readVarint(wire), end);
    const hasTrace = (ids[0]! | ids[1]! | ids[2]! | ids[3]!) !== 0;
    const hasSpan = (ids[4]! | ids[5]!) !== 0;
    if (hasTrace) this.touch();
    if (!hasTrace || !hasSpan || !this.hasStart) {
      sink.lostSpan(hasTrace ? ids : null, `a span without a valid ${missing(hasTrace, hasSpan)}`);
      return;
    }
    const frame = {
      ids,
      name: this.spanName,
      startMs: millisecondsOf(this.start),
      durationMs: this.hasEnd ? millisecondsBetween(this.start, this.end) : -1,
      isError: this.isError,
      statusMessage: this.statusMessage,
      exceptionType: this.exceptionType,
      origin,
    };
    sink.span(ids, sink.reader.finish(frame));
  }

  private spanField(wire: Wire, tag: number, end: number): void {
    switch (tag) {
      case 0x4a:
        this.attribute(wire, readEnd(wire, end));
        return;
      case 0x0a:
        this.identifier(wire, readEnd(wire, end), wordsAt.trace, 16);
        return;
      case 0x12:
        this.identifier(wire, readEnd(wire, end), wordsAt.span, 8);
        return;
      case 0x22:
        this.parent(wire, readEnd(wire, end));
        return;
      case 0x2a:
        this.spanName = this.text(wire, readEnd(wire, end));
        return;
      case 0x39:
        this.hasStart = this.time(wire, end, this.start);
        return;
      case 0x41:
        this.hasEnd = this.time(wire, end, this.end);
        return;
      case 0x5a:
        this.event(wire, readEnd(wire, end));
        return;
      case 0x7a:
        this.status(wire, readEnd(wire, end));
        return;
      default:
        skip(wire, tag & 7, end);
    }
  }

  private touch(): void {
    const { touched, ids } = this;
    const last = touched.length - 4;
    if (last >= 0 && touched[last] === ids[0] && touched[last + 1] === ids[1] && touched[last + 3] === ids[3])
      return;
    touched.push(ids[0]!, ids[1]!, ids[2]!, ids[3]!);
  }

  private time(wire: Wire, end: number, into: TimePoint): boolean {
    if (wire.at + 8 > end) throw new WireError("a value beyond the end of its message");
    const low = wire.view.getUint32(wire.at, true);
    const high = wire.view.getUint32(wire.at + 4, true);
    wire.at += 8;
    return readFixedNanoseconds(high, low, into);
  }

  /** One of a wrong length is left as zeros. */
  private identifier(wire: Wire, end: number, at: number, length: number): void {
    if (end - wire.at === length) {
      for (let word = 0; word < length / 4; word++)
        this.ids[at + word] = wire.view.getInt32(wire.at + word * 4, false);
    }
    wire.at = end;
  }

  private parent(wire: Wire, end: number): void {
    if (end !== wire.at && end - wire.at !== 8) setParent(this.ids, -1);
    this.identifier(wire, end, wordsAt.parent, 8);
  }

  private attribute(wire: Wire, end: number): void {
    let known: KnownName | null = null;
    let value: AttributeValue;
    while (wire.at < end) {
      const tag = readVarint(wire);
      if (tag === 0x0a) {
        const keyEnd = readEnd(wire, end);
        known = this.keys.get(wire.bytes, wire.at, keyEnd);
        wire.at = keyEnd;
        if (known === null) {
          wire.at = end;
          return;
        }
      } else if (tag === 0x12) value = this.value(wire, readEnd(wire, end), 0, known?.isIdentifier === true);
      else skip(wire, tag & 7, end);
    }
    if (known !== null && value !== undefined) this.sink.reader.attribute(known, value);
  }

  /** A value; lists and bytes are not read. */
  private value(wire: Wire, end: number, depth: number, isIdentifier = false): AttributeValue {
    let value: AttributeValue;
    while (wire.at < end) {
      const tag = readVarint(wire);
      if (tag === 0x0a) value = this.text(wire, readEnd(wire, end), isIdentifier);
      else if (tag === 0x18) value = signed(wire);
      else if (tag === 0x21) {
        if (wire.at + 8 > end) throw new WireError("a value beyond the end of its message");
        value = wire.view.getFloat64(wire.at, true);
        wire.at += 8;
      } else if (tag === 0x10) value = readVarint(wire) !== 0;
      else if (tag === 0x32 && depth < 5) value = this.map(wire, readEnd(wire, end), depth + 1);
      else skip(wire, tag & 7, end);
    }
    return value;
  }

  private map(wire: Wire, end: number, depth: number): object {
    const entries: [string, AttributeValue][] = [];
    for (const inner of fields(wire, end, 0x0a)) {
      let key = "";
      let value: AttributeValue;
      while (wire.at < inner) {
        const tag = readVarint(wire);
        if (tag === 0x0a) key = this.text(wire, readEnd(wire, inner));
        else if (tag === 0x12) value = this.value(wire, readEnd(wire, inner), depth);
        else skip(wire, tag & 7, inner);
      }
      entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  private text(wire: Wire, end: number, isIdentifier = false): string {
    const from = wire.at;
    wire.at = end;
    if (end - from <= longestInterned && !isIdentifier) return this.texts.get(wire.bytes, from, end);
    return wire.bytes.toString("utf8", from, end);
  }

  private status(wire: Wire, end: number): void {
    while (wire.at < end) {
      const tag = readVarint(wire);
      if (tag === 0x12) this.statusMessage = this.text(wire, readEnd(wire, end));
      else if (tag === 0x18) this.isError = readVarint(wire) === 2;
      else skip(wire, tag & 7, end);
    }
  }

  private event(wire: Wire, end: number): void {
    const from = wire.at;
    let name = "";
    for (const inner of fields(wire, end, 0x12)) name = this.text(wire, inner);
    if (name === "exception")
      this.exceptionType = String(this.eventAttribute(wire, from, end, "exception.type") ?? "");
    else if (name === "gen_ai.evaluation.result") {
      this.sink.reader.evaluation(
        String(this.eventAttribute(wire, from, end, "gen_ai.evaluation.name") ?? ""),
        this.eventAttribute(wire, from, end, "gen_ai.evaluation.score.value"),
        this.eventAttribute(wire, from, end, "gen_ai.evaluation.score.label"),
      );
    }
    wire.at = end;
  }

  private eventAttribute(wire: Wire, from: number, end: number, name: string): AttributeValue {
    wire.at = from;
    let found: AttributeValue;
    for (const inner of fields(wire, end, 0x1a)) {
      let key = "";
      while (wire.at < inner) {
        const tag = readVarint(wire);
        if (tag === 0x0a) key = this.text(wire, readEnd(wire, inner));
        else if (tag === 0x12 && key === name) found = this.value(wire, readEnd(wire, inner), 0);
        else skip(wire, tag & 7, inner);
      }
    }
    return found;
  }
}

/** The ends of all values of one field; the place is at their beginning, and must be at their end when the next one is asked for. */
function* fields(wire: Wire, end: number, wanted: number): Generator<number> {
  while (wire.at < end) {
    const tag = readVarint(wire);
    if (tag !== wanted || (tag & 7) !== wireType.bytes) {
      skip(wire, tag & 7, end);
      continue;
    }
    const inner = readEnd(wire, end);
    yield inner;
    wire.at = inner;
  }
}

const wholeNegative = 10;

/** An int64: a negative one takes ten bytes. */
function signed(wire: Wire): number {
  const from = wire.at;
  const value = readVarint(wire);
  if (wire.at - from < wholeNegative) return value;
  let bits = 0n;
  for (let i = 0; i < wholeNegative; i++) bits |= BigInt(wire.bytes[from + i]! & 127) << BigInt(7 * i);
  return Number(BigInt.asIntN(64, bits));
}

import type { Origin } from "../facts/span-record.ts";
import { type ByteTable, byteTable, nextHash } from "./byte-table.ts";
import {
  type IdentifierWords,
  identifierWords,
  readIdentifier,
  readIdentifierBytes,
  readParent,
  setParent,
} from "./identifiers.ts";
import { JsonAttributes } from "./json-attributes.ts";
import {
  byte,
  enters,
  hasNext,
  type JsonPlace,
  OddJson,
  parsed,
  parseValue,
  pass,
  passText,
  passValue,
  peek,
} from "./json-bytes.ts";
import { readEvents, readResource, readScope, readStatus } from "./otlp-json.ts";
import { missing, type SpanSink } from "./sink.ts";
import {
  millisecondsBetween,
  millisecondsOf,
  readNanosecondBytes,
  readNanoseconds,
  type TimePoint,
} from "./times.ts";

/** Reads OTLP requests as JSON from their bytes. */
export interface JsonBytesReader {
  /**
   * Reads one request, and gives its spans to the sink as it goes.
   *
   * @returns how many spans it gave, in the order in which they are written; and whether that is all of them. It is not where the text is
   * no JSON, is no OTLP request, or is written in a way that only the general reader follows.
   */
  readonly read: (
    bytes: Buffer,
    from: number,
    end: number,
  ) => { readonly given: number; readonly isAll: boolean };
}

/** Members that are read in place; those of older shapes are left to the general reader. */
const members = [
  "resourceSpans",
  "resource",
  "scopeSpans",
  "scope",
  "spans",
  "traceId",
  "spanId",
  "parentSpanId",
  "name",
  "startTimeUnixNano",
  "endTimeUnixNano",
  "attributes",
  "events",
  "status",
] as const;
type Member = (typeof members)[number];
const oldMembers = new Set([
  "batches",
  "trace",
  "resource_spans",
  "scope_spans",
  "instrumentationLibrarySpans",
  "instrumentationLibrary",
  "trace_id",
  "span_id",
  "parent_span_id",
  "start_time_unix_nano",
  "end_time_unix_nano",
]);
/** A reader that gives what it reads to a sink. Follows the text once and makes nothing of what no fact needs. */
export function jsonBytesReader(sink: SpanSink): JsonBytesReader {
  const walker = new JsonWalker(sink);
  return { read: (bytes, from, end) => walker.read(bytes, from, end) };
}

class JsonWalker {
  private readonly sink: SpanSink;
  private readonly attributes: JsonAttributes;
  private readonly members: ByteTable<Member | null>;
  private readonly ids: IdentifierWords = identifierWords();
  private readonly start: TimePoint = { seconds: 0, nanoseconds: 0 };
  private readonly end: TimePoint = { seconds: 0, nanoseconds: 0 };
  private given = 0;
  private hasTrace = false;
  private hasSpan = false;
  private hasStart = false;
  private hasEnd = false;
  private isError = false;
  private statusMessage = "";
  private exceptionType = "";
  private spanName = "";

  constructor(sink: SpanSink) {
    this.sink = sink;
    this.attributes = new JsonAttributes(sink);
    const known = new Set<string>(members);
    this.members = byteTable((name) => {
      if (oldMembers.has(name)) throw new OddJson("an older shape");
      return known.has(name) ? (name as Member) : null;
    });
  }

  read(bytes: Buffer, from: number, end: number): { given: number; isAll: boolean } {
    this.given = 0;
    const place: JsonPlace = { bytes, end, at: from, isEscaped: false };
    try {
      const isAll = this.request(place);
      return { given: this.given, isAll };
    } catch (error) {
      if (!(error instanceof OddJson)) throw error;
      return { given: this.given, isAll: false };
    }
  }

  private request(place: JsonPlace): boolean {
    let isOtlp = false;
    if (!enters(place, byte.openBrace, byte.closeBrace)) return false;
    do {
      if (this.member(place) === "resourceSpans") {
        isOtlp = true;
        this.list(place, this.resourceSpans);
      } else passValue(place);
    } while (hasNext(place, byte.closeBrace));
    while (place.at < place.end) if (place.bytes[place.at++]! > 32) return false;
    return isOtlp;
  }

  /** The name of a member; `null` for one that is not read. The place is at its value afterwards. */
  private member(place: JsonPlace): Member | null {
    if (peek(place) !== byte.quote) throw new OddJson("a name was expected");
    const { bytes, end } = place;
    const from = place.at + 1;
    let at = from;
    let hash = 0;
    for (; at < end; at++) {
      const code = bytes[at]!;
      if (code === byte.quote) break;
      if (code === byte.backslash) throw new OddJson("an escaped name");
      hash = nextHash(hash, code);
    }
    place.at = at + 1;
    pass(place, byte.colon);
    return this.members.find(bytes, from, at, hash);
  }

  private list(place: JsonPlace, read: (this: this, place: JsonPlace) => void): void {
    if (!enters(place, byte.openBracket, byte.closeBracket)) return;
    do read.call(this, place);
    while (hasNext(place, byte.closeBracket));
  }

  /** The resource is needed before its spans: where it is written behind them, they are passed over first. */
  private resourceSpans(place: JsonPlace): void {
    let tags: Origin["tags"] | null = null;
    let passed = -1;
    if (!enters(place, byte.openBrace, byte.closeBrace)) return;
    do {
      const member = this.member(place);
      if (member === "resource") tags = readResource(parseValue(place), this.sink);
      else if (member === "scopeSpans" && tags !== null) this.scopes(place, tags);
      else {
        if (member === "scopeSpans") passed = place.at;
        passValue(place);
      }
    } while (hasNext(place, byte.closeBrace));
    if (passed !== -1) this.scopes({ ...place, at: passed }, tags ?? readResource(undefined, this.sink));
  }

  private scopes(place: JsonPlace, tags: Origin["tags"]): void {
    this.list(place, (inner) => this.scopeSpans(inner, tags));
  }

  private scopeSpans(place: JsonPlace, tags: Origin["tags"]): void {
    let scope: string | null = null;
    let passed = -1;
    if (!enters(place, byte.openBrace, byte.closeBrace)) return;
    do {
      const member = this.member(place);
      if (member === "scope") scope = readScope(parseValue(place));
      else if (member === "spans" && scope !== null) this.spans(place, this.sink.origin(scope, tags));
      else {
        if (member === "spans") passed = place.at;
        passValue(place);
      }
    } while (hasNext(place, byte.closeBrace));
    if (passed !== -1) this.spans({ ...place, at: passed }, this.sink.origin(scope ?? "", tags));
  }

  private spans(place: JsonPlace, origin: Origin): void {
    if (!enters(place, byte.openBracket, byte.closeBracket)) return;
    do this.span(place, origin);
    while (hasNext(place, byte.closeBracket));
  }

  private span(place: JsonPlace, origin: Origin): void {
    const { ids, sink } = this;
    setParent(ids, 0);
    this.hasTrace = false;
    this.hasSpan = false;
    this.hasStart = false;
    this.hasEnd = false;
    this.isError = false;
    this.statusMessage = "";
    this.exceptionType = "";
    this.spanName = "";
    sink.reader.begin();
    if (enters(place, byte.openBrace, byte.closeBrace)) {
      do this.spanMember(place, this.member(place));
      while (hasNext(place, byte.closeBrace));
    }
    const { hasTrace, hasSpan } = this;
    this.given++;
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

  private spanMember(place: JsonPlace, member: Member | null): void {
    switch (member) {
      case "attributes":
        this.list(place, this.attribute);
        return;
      case "traceId":
        this.hasTrace = this.identifier(place, "trace");
        return;
      case "spanId":
        this.hasSpan = this.identifier(place, "span");
        return;
      case "parentSpanId":
        this.parent(place);
        return;
      case "name":
        if (peek(place) === byte.quote) this.spanName = this.attributes.text(place, false);
        else passValue(place);
        return;
      case "startTimeUnixNano":
        this.hasStart = this.time(place, this.start);
        return;
      case "endTimeUnixNano":
        this.hasEnd = this.time(place, this.end);
        return;
      case "events":
        this.events(place);
        return;
      case "status":
        this.status(place);
        return;
      default:
        passValue(place);
    }
  }

  private identifier(place: JsonPlace, of: "trace" | "span"): boolean {
    if (peek(place) !== byte.quote) return readIdentifier(parseValue(place), of, this.ids);
    const from = place.at + 1;
    const end = passText(place);
    if (readIdentifierBytes(place.bytes, from, end, of, this.ids)) return true;
    return readIdentifier(parsed(place, from - 1, end + 1), of, this.ids);
  }

  private parent(place: JsonPlace): void {
    if (peek(place) === byte.quote) {
      const from = place.at + 1;
      const end = passText(place);
      if (end === from || readIdentifierBytes(place.bytes, from, end, "parent", this.ids)) return;
      readParent(parsed(place, from - 1, end + 1), this.ids);
    } else readParent(parseValue(place), this.ids);
  }

  private time(place: JsonPlace, into: TimePoint): boolean {
    if (peek(place) !== byte.quote) return readNanoseconds(parseValue(place), into);
    const from = place.at + 1;
    const end = passText(place);
    if (!place.isEscaped) return readNanosecondBytes(place.bytes, from, end, into);
    return readNanoseconds(parsed(place, from - 1, end + 1), into);
  }

  private events(place: JsonPlace): void {
    if (place.bytes[place.at] === byte.openBracket && place.bytes[place.at + 1] === byte.closeBracket)
      place.at += 2;
    else this.exceptionType = readEvents(parseValue(place), this.sink);
  }

  private status(place: JsonPlace): void {
    if (place.bytes[place.at] === byte.openBrace && place.bytes[place.at + 1] === byte.closeBrace) {
      place.at += 2;
      return;
    }
    const { isError, message } = readStatus(parseValue(place));
    this.isError = isError;
    this.statusMessage = message;
  }

  private attribute(place: JsonPlace): void {
    this.attributes.read(place);
  }
}

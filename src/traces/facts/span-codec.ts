import type { TraceEvaluation } from "../../core/trace-facts.ts";
import { isSame } from "../read/byte-table.ts";
import type { IdentifierWords } from "../read/identifiers.ts";
import type { Origin, SpanRecord, Tag } from "./span-record.ts";

/** Texts and origins that many spans share: they are written as numbers. */
export interface SharedValues {
  /** The number of a text; −1 when the table is full. */
  readonly textIndex: (text: string) => number;
  readonly texts: readonly string[];
  readonly origins: readonly Origin[];
  /** Place of the tag whose values are identifiers: they are written as texts. */
  readonly identifierSlot: number;
  /** The text that was read last, with its bytes: spans of one trace share their identifiers. */
  readonly last: { text: string; bytes: Uint8Array };
}

const mostTexts = 20_000;

/** An empty table of texts beside a table of origins. */
export function sharedValues(origins: readonly Origin[], identifierSlot: number): SharedValues {
  const texts: string[] = [];
  const places = new Map<string, number>();
  return {
    texts,
    origins,
    identifierSlot,
    last: { text: "", bytes: new Uint8Array(0) },
    textIndex(text) {
      const place = places.get(text);
      if (place !== undefined) return place;
      if (texts.length >= mostTexts) return -1;
      places.set(text, texts.length);
      return texts.push(text) - 1;
    },
  };
}

/** Where a record begins and what its head says. */
export const head = { length: 0, trace: 4, type: 20, bytes: 24 } as const;
/** What a record is: a span, or the note that a part of the trace is lost. */
export const recordType = { span: 0, lost: 1 } as const;

const tokenBits = { input: 1, output: 2, cached: 4, cost: 8, firstToken: 16 } as const;
const flagBits = { error: 1, timeout: 2, tags: 4, evaluations: 8 } as const;
const inline = 0xffffffff;

/** A place in bytes that moves on. */
export interface Cursor {
  readonly bytes: Buffer;
  readonly view: DataView;
  at: number;
}

/** A cursor at the beginning of bytes. */
export function cursorAt(bytes: Buffer): Cursor {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
}

/** Writes the note that a part of a trace is lost. */
export function writeLost(to: Cursor, ids: IdentifierWords): void {
  const from = to.at;
  writeHead(to, ids, recordType.lost);
  to.view.setUint32(from, to.at - from, true);
}

function writeHead(to: Cursor, ids: IdentifierWords, type: number): void {
  const { view, at } = to;
  for (let word = 0; word < 4; word++) view.setInt32(at + head.trace + word * 4, ids[word]!, true);
  view.setUint32(at + head.type, type, true);
  to.at = at + head.bytes;
}

/** Writes a span. The trace is that of the words. */
export function writeSpan(to: Cursor, ids: IdentifierWords, span: SpanRecord, shared: SharedValues): void {
  const from = to.at;
  writeHead(to, ids, recordType.span);
  const { view } = to;
  let at = to.at;
  view.setInt32(at, span.spanHigh, true);
  view.setInt32(at + 4, span.spanLow, true);
  view.setInt32(at + 8, span.parentHigh, true);
  view.setInt32(at + 12, span.parentLow, true);
  view.setFloat64(at + 16, span.startMs, true);
  view.setFloat64(at + 24, span.durationMs, true);
  view.setUint32(at + 32, span.origin.index, true);
  view.setUint8(at + 36, span.kind);
  view.setUint8(
    at + 37,
    (span.isError ? flagBits.error : 0) |
      (span.isTimeout ? flagBits.timeout : 0) |
      (span.tags === null ? 0 : flagBits.tags) |
      (span.evaluations === null ? 0 : flagBits.evaluations),
  );
  view.setUint8(at + 38, span.dialects);
  const numbersAt = at + 39;
  at += 40;
  let numbers = 0;
  const put = (value: number, bit: number) => {
    if (value < 0) return;
    numbers |= bit;
    view.setFloat64(at, value, true);
    at += 8;
  };
  put(span.inputTokens, tokenBits.input);
  put(span.outputTokens, tokenBits.output);
  put(span.cachedInputTokens, tokenBits.cached);
  put(span.costUsd, tokenBits.cost);
  put(span.firstTokenMs, tokenBits.firstToken);
  view.setUint8(numbersAt, numbers);
  to.at = at;
  writeText(to, span.label, shared);
  writeText(to, span.model, shared);
  if (span.tags !== null) writeTags(to, span.tags, shared);
  if (span.evaluations !== null) writeEvaluations(to, span.evaluations, shared);
  view.setUint32(from, to.at - from, true);
}

function writeText(to: Cursor, text: string, shared: SharedValues): void {
  const index = shared.textIndex(text);
  if (index >= 0) {
    to.view.setUint32(to.at, index, true);
    to.at += 4;
    return;
  }
  writeInline(to, text);
}

function writeInline(to: Cursor, text: string): void {
  const { bytes, view } = to;
  const from = to.at + 8;
  let written = 0;
  for (; written < text.length; written++) {
    const code = text.charCodeAt(written);
    if (code > 127) break;
    bytes[from + written] = code;
  }
  if (written < text.length) written = bytes.write(text, from, "utf8");
  view.setUint32(to.at, inline, true);
  view.setUint32(to.at + 4, written, true);
  to.at = from + written;
}

function writeTags(to: Cursor, tags: readonly Tag[], shared: SharedValues): void {
  to.view.setUint16(to.at, tags.length, true);
  to.at += 2;
  for (const { slot, rank, value } of tags) {
    to.view.setUint16(to.at, slot, true);
    to.view.setUint8(to.at + 2, rank);
    to.at += 3;
    if (slot === shared.identifierSlot) writeInline(to, value);
    else writeText(to, value, shared);
  }
}

function writeEvaluations(to: Cursor, evaluations: readonly TraceEvaluation[], shared: SharedValues): void {
  to.view.setUint16(to.at, evaluations.length, true);
  to.at += 2;
  for (const { name, value, label } of evaluations) {
    to.view.setFloat64(to.at, value ?? Number.NaN, true);
    to.view.setUint8(to.at + 8, label === null ? 0 : 1);
    to.at += 9;
    writeText(to, name, shared);
    if (label !== null) writeText(to, label, shared);
  }
}

/** Reads the span behind the head at the cursor. */
export function readSpanRecord(from: Cursor, shared: SharedValues): SpanRecord {
  const { view } = from;
  const at = from.at + head.bytes;
  const flags = view.getUint8(at + 37);
  const numbers = view.getUint8(at + 39);
  from.at = at + 40;
  return {
    spanHigh: view.getInt32(at, true),
    spanLow: view.getInt32(at + 4, true),
    parentHigh: view.getInt32(at + 8, true),
    parentLow: view.getInt32(at + 12, true),
    startMs: view.getFloat64(at + 16, true),
    durationMs: view.getFloat64(at + 24, true),
    origin: shared.origins[view.getUint32(at + 32, true)]!,
    kind: view.getUint8(at + 36),
    isError: (flags & flagBits.error) !== 0,
    isTimeout: (flags & flagBits.timeout) !== 0,
    dialects: view.getUint8(at + 38),
    inputTokens: readNumber(from, numbers & tokenBits.input),
    outputTokens: readNumber(from, numbers & tokenBits.output),
    cachedInputTokens: readNumber(from, numbers & tokenBits.cached),
    costUsd: readNumber(from, numbers & tokenBits.cost),
    firstTokenMs: readNumber(from, numbers & tokenBits.firstToken),
    label: readText(from, shared),
    model: readText(from, shared),
    tags: (flags & flagBits.tags) === 0 ? null : readTags(from, shared),
    evaluations: (flags & flagBits.evaluations) === 0 ? null : readEvaluations(from, shared),
  };
}

function readNumber(from: Cursor, isThere: number): number {
  if (isThere === 0) return -1;
  from.at += 8;
  return from.view.getFloat64(from.at - 8, true);
}

function readText(from: Cursor, shared: SharedValues): string {
  const index = from.view.getUint32(from.at, true);
  from.at += 4;
  if (index !== inline) return shared.texts[index]!;
  const length = from.view.getUint32(from.at, true);
  const start = from.at + 4;
  from.at = start + length;
  const { last } = shared;
  if (!isSame(last.bytes, from.bytes, start, from.at)) {
    last.bytes = from.bytes.subarray(start, from.at);
    last.text = from.bytes.toString("utf8", start, from.at);
  }
  return last.text;
}

function readTags(from: Cursor, shared: SharedValues): Tag[] {
  const count = from.view.getUint16(from.at, true);
  from.at += 2;
  const tags: Tag[] = [];
  for (let i = 0; i < count; i++) {
    const slot = from.view.getUint16(from.at, true);
    const rank = from.view.getUint8(from.at + 2);
    from.at += 3;
    tags.push({ slot, rank, value: readText(from, shared) });
  }
  return tags;
}

function readEvaluations(from: Cursor, shared: SharedValues): TraceEvaluation[] {
  const count = from.view.getUint16(from.at, true);
  from.at += 2;
  const evaluations: TraceEvaluation[] = [];
  for (let i = 0; i < count; i++) {
    const value = from.view.getFloat64(from.at, true);
    const hasLabel = from.view.getUint8(from.at + 8) === 1;
    from.at += 9;
    const name = readText(from, shared);
    evaluations.push({
      name,
      value: Number.isNaN(value) ? null : value,
      label: hasLabel ? readText(from, shared) : null,
    });
  }
  return evaluations;
}

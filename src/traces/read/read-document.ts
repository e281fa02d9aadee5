import type { ByteQueue } from "./byte-queue.ts";
import { type JsonReading, readJsonLine } from "./read-lines.ts";
import { noteTracesIn } from "./salvage.ts";

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const opening = { brace: 0x7b, bracket: 0x5b } as const;
const closing = { brace: 0x7d, bracket: 0x5d } as const;

/** Members whose lists are read element by element. */
const lists = new Set([
  "",
  "resourceSpans",
  "resource_spans",
  "batches",
  "data",
  "trace.resourceSpans",
  "trace.batches",
]);
const longestKey = 64;
const deepest = 1000;

/**
 * Reads JSON that is not written line by line, and may be larger than memory: the elements of the lists of spans are cut out and read one
 * by one. What else the document has is passed over.
 */
export async function readDocument(
  queue: ByteQueue,
  reading: JsonReading,
  { longest, signal }: { longest: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const { collector } = reading;
  const cutter = new ElementCutter();
  for (;;) {
    signal?.throwIfAborted();
    const { bytes } = queue;
    const base = queue.offset;
    for (let found = cutter.next(bytes); found !== null; found = cutter.next(bytes)) {
      collector.place.offset = base + found.from;
      readJsonLine(bytes, found.from, found.end, reading);
    }
    queue.use(cutter.release(bytes.length));
    const excess = cutter.isTooDeep
      ? `nesting deeper than ${deepest}`
      : `an element of more than ${longest} bytes`;
    if (cutter.isTooDeep || queue.length > longest) {
      collector.place.offset = queue.offset;
      collector.problem(`${excess}; the rest of the file is not read`, "lost");
      return;
    }
    if (!(await queue.more())) break;
  }
  if (cutter.isComplete) return;
  collector.place.offset = queue.offset;
  collector.problem("the file ends in the middle of a JSON value", "lost");
  noteTracesIn(queue.bytes, collector);
}

/** Follows the nesting of JSON and gives the elements of the lists that are wanted. */
class ElementCutter {
  private at = 0;
  private isInText = false;
  private isEscaped = false;
  private textFrom = -1;
  /** For each open bracket: its path where its elements are wanted. */
  private readonly open: { isList: boolean; path: string; key: string }[] = [];
  private elementFrom = -1;
  private elementDepth = -1;
  private lastText = "";
  private isBroken = false;

  /** True when it gave up. */
  get isTooDeep(): boolean {
    return this.open.length > deepest;
  }

  /** True between values. */
  get isComplete(): boolean {
    return this.open.length === 0 && !this.isInText && !this.isBroken;
  }

  /** The next element that ends in these bytes. */
  next(bytes: Buffer): { from: number; end: number } | null {
    while (this.at < bytes.length && !this.isTooDeep) {
      const end = this.isInText ? this.text(bytes) : this.step(bytes);
      if (end) {
        const from = this.elementFrom;
        this.elementFrom = -1;
        this.elementDepth = -1;
        return { from, end: this.at };
      }
    }
    return null;
  }

  /** Bytes at the front that are no longer needed. */
  release(length: number): number {
    const keep = this.elementFrom !== -1 ? this.elementFrom : this.textFrom !== -1 ? this.textFrom : length;
    this.at -= keep;
    if (this.elementFrom !== -1) this.elementFrom -= keep;
    if (this.textFrom !== -1) this.textFrom -= keep;
    return keep;
  }

  private text(bytes: Buffer): boolean {
    for (; this.at < bytes.length; this.at++) {
      const byte = bytes[this.at]!;
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === backslash) this.isEscaped = true;
      else if (byte === quote) {
        this.isInText = false;
        if (this.textFrom !== -1) {
          const length = Math.min(this.at - this.textFrom, longestKey);
          this.lastText = bytes.toString("latin1", this.textFrom, this.textFrom + length);
          this.textFrom = -1;
        }
        this.at++;
        return false;
      }
    }
    return false;
  }

  /** One byte outside of texts. Returns true when it ends an element. */
  private step(bytes: Buffer): boolean {
    const byte = bytes[this.at]!;
    const top = this.open.at(-1);
    if (byte === quote) {
      this.isInText = true;
      if (this.elementFrom === -1) this.textFrom = this.at + 1;
    } else if (byte === colon && top !== undefined && this.elementFrom === -1) {
      top.key = this.lastText;
    } else if (byte === opening.brace || byte === opening.bracket) {
      this.enter(byte === opening.bracket, top);
    } else if (byte === closing.brace || byte === closing.bracket) {
      if (top === undefined) this.isBroken = true;
      this.open.pop();
      this.at++;
      return this.elementFrom !== -1 && this.open.length === this.elementDepth;
    } else if (byte === comma && top !== undefined && this.elementFrom === -1) top.key = "";
    this.at++;
    return false;
  }

  private enter(isList: boolean, top: { isList: boolean; path: string; key: string } | undefined): void {
    if (this.elementFrom === -1 && top?.isList === true && lists.has(top.path)) {
      this.elementFrom = this.at;
      this.elementDepth = this.open.length;
    }
    const path =
      top === undefined
        ? ""
        : top.isList
          ? `${top.path}[]`
          : top.path === ""
            ? top.key
            : `${top.path}.${top.key}`;
    this.open.push({ isList, path: path.slice(0, longestKey), key: "" });
  }
}

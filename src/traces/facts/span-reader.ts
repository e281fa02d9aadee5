import type { TraceEvaluation } from "../../core/trace-facts.ts";
import { type IdentifierWords, wordsAt } from "../read/identifiers.ts";
import { concept, kind, kindOfAiOperation, kindOfWord } from "./concepts.ts";
import type { CompiledNames, KnownName } from "./names.ts";
import { longestText, type Origin, type SpanRecord, type Tag } from "./span-record.ts";

/** The value of an attribute as a decoder gives it. Objects and arrays are only read for their members. */
export type AttributeValue = string | number | boolean | object | undefined;

/** What a decoder knows of a span beside its attributes. */
export interface SpanFrame {
  /** Its identifiers and those of its parent and trace. */
  readonly ids: IdentifierWords;
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
  /** The status is an error. */
  readonly isError: boolean;
  readonly statusMessage: string;
  /** Type of an exception that the span recorded as an event; empty for none. */
  readonly exceptionType: string;
  readonly origin: Origin;
}

const unset = 255;
const noText = "";
const timeoutWords = /time.?d?.?out|deadline|ETIMEDOUT|ESOCKETTIMEDOUT/i;
const longestJson = 65_536;
const mostEvaluations = 50;

/**
 * Collects the attributes of one span after the other: `begin`, then `attribute` for each name that is known, then `finish`.
 * Lives as long as a reader; nothing is allocated for attributes.
 */
export class SpanReader {
  readonly names: ReadonlyMap<string, KnownName>;
  private readonly values: AttributeValue[];
  private readonly ranks: Uint8Array;
  private readonly firstTag: number;
  private dialects = 0;
  private hasTag = false;
  private evaluations: TraceEvaluation[] | null = null;

  constructor(compiled: CompiledNames) {
    this.names = compiled.names;
    this.values = new Array<AttributeValue>(compiled.slots).fill(undefined);
    this.ranks = new Uint8Array(compiled.slots).fill(unset);
    this.firstTag = compiled.tags.release;
  }

  /** Forgets the span before. */
  begin(): void {
    this.ranks.fill(unset);
    this.dialects = 0;
    this.hasTag = false;
    this.evaluations = null;
  }

  /** Takes the value of a known name. */
  attribute(known: KnownName, value: AttributeValue): void {
    known.count++;
    this.dialects |= known.dialect;
    const json = known.hasMembers ? parsedObject(value) : undefined;
    const plain = typeof value === "object" ? undefined : value;
    for (let use: typeof known.uses | null = known.uses; use !== null; use = use.next) {
      if (use.rank >= this.ranks[use.slot]!) continue;
      const found = use.member === null ? plain : memberOf(json, use.member);
      if (found === undefined || found === noText) continue;
      this.ranks[use.slot] = use.rank;
      this.values[use.slot] = found;
      if (use.slot >= this.firstTag) this.hasTag = true;
    }
  }

  /** Takes an attribute by its name, where the decoder has not looked it up. */
  named(name: string, value: AttributeValue): void {
    const known = this.names.get(name);
    if (known !== undefined) this.attribute(known, value);
  }

  /** Takes the result of an evaluation. */
  evaluation(name: string, value: AttributeValue, label: AttributeValue): void {
    this.evaluations ??= [];
    if (this.evaluations.length >= mostEvaluations) return;
    const score = numberOf(value);
    this.evaluations.push({
      name: name.slice(0, longestText),
      value: Number.isFinite(score) ? score : null,
      label: typeof label === "string" && label !== "" ? label.slice(0, longestText) : null,
    });
  }

  /** The tags alone, for a resource. */
  tags(): Tag[] {
    const tags: Tag[] = [];
    for (let slot = this.firstTag; slot < this.ranks.length; slot++) {
      const rank = this.ranks[slot]!;
      if (rank !== unset) tags.push({ slot, rank, value: textOf(this.values[slot]) });
    }
    return tags;
  }

  /** What is kept of the span. */
  finish(frame: SpanFrame): SpanRecord {
    const what = this.kind();
    const errorType = this.text(concept.errorType);
    const isError = frame.isError || errorType !== noText;
    const dialects = (this.dialects & 4) !== 0 ? this.dialects & ~2 : this.dialects;
    return {
      spanHigh: frame.ids[wordsAt.span]!,
      spanLow: frame.ids[wordsAt.span + 1]!,
      parentHigh: frame.ids[wordsAt.parent]!,
      parentLow: frame.ids[wordsAt.parent + 1]!,
      startMs: frame.startMs,
      durationMs: frame.durationMs,
      kind: what,
      isError,
      isTimeout: isError && this.isTimeout(errorType, frame),
      inputTokens: this.amount(concept.inputTokens),
      outputTokens: this.amount(concept.outputTokens),
      cachedInputTokens: this.amount(concept.cachedInputTokens),
      costUsd: this.amount(concept.costUsd),
      firstTokenMs: this.firstTokenMs(),
      label: this.label(what, frame.name),
      model:
        what === kind.model ? this.text(concept.responseModel) || this.text(concept.requestModel) : noText,
      dialects,
      origin: frame.origin,
      tags: this.hasTag ? this.tags() : null,
      evaluations: this.evaluations,
    };
  }

  private value(slot: number): AttributeValue {
    return this.ranks[slot] === unset ? undefined : this.values[slot];
  }

  private text(slot: number): string {
    return this.ranks[slot] === unset ? noText : textOf(this.values[slot]);
  }

  /** A number that is not negative; −1 for none. */
  private amount(slot: number): number {
    if (this.ranks[slot] === unset) return -1;
    const value = numberOf(this.values[slot]);
    return value >= 0 && value < 1e15 ? value : -1;
  }

  private firstTokenMs(): number {
    const seconds = this.amount(concept.firstTokenSeconds);
    return seconds >= 0 ? seconds * 1000 : this.amount(concept.firstTokenMs);
  }

  /** What the span is: the first word that is understood; a span that names a model is a call of it. */
  private kind(): number {
    const said =
      kindOfWord(this.value(concept.operation)) ??
      kindOfWord(this.value(concept.spanKind)) ??
      kindOfWord(this.value(concept.entityKind)) ??
      kindOfWord(this.value(concept.requestType));
    if (said !== undefined) return said;
    const operation = this.value(concept.aiOperation);
    if (typeof operation === "string") return kindOfAiOperation(operation);
    if (this.ranks[concept.operation] !== unset || this.ranks[concept.spanKind] !== unset) return kind.other;
    if (this.ranks[concept.requestModel] !== unset || this.ranks[concept.responseModel] !== unset)
      return kind.model;
    return this.ranks[concept.toolName] !== unset && this.ranks[concept.entityKind] === unset
      ? this.toolByName()
      : kind.other;
  }

  /** A span with the name of a tool is one, unless the name is that of a traced function. */
  private toolByName(): number {
    return this.ranks[concept.toolName] === 3 ? kind.other : kind.tool;
  }

  private label(what: number, name: string): string {
    if (what === kind.tool) return this.text(concept.toolName) || textOf(name.replace(/^execute_tool /, ""));
    return what === kind.agent ? this.text(concept.agentName) || this.text(concept.toolName) : noText;
  }

  private isTimeout(errorType: string, { exceptionType, statusMessage }: SpanFrame): boolean {
    const status = this.amount(concept.httpStatus);
    if (status === 408 || status === 504) return true;
    return timeoutWords.test(errorType || exceptionType || statusMessage);
  }
}

function textOf(value: AttributeValue): string {
  return typeof value === "string"
    ? value.length > longestText
      ? value.slice(0, longestText)
      : value
    : String(value);
}

function numberOf(value: AttributeValue): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

function parsedObject(value: AttributeValue): object | undefined {
  if (typeof value === "object") return value;
  if (typeof value !== "string" || value.length > longestJson || value[0] !== "{") return undefined;
  try {
    return JSON.parse(value) as object;
  } catch {
    return undefined;
  }
}

/** A text, number or boolean at a path of a JSON value. */
function memberOf(json: object | undefined, path: readonly string[]): AttributeValue {
  let here: unknown = json;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return typeof here === "string" || typeof here === "number" || typeof here === "boolean" ? here : undefined;
}

import type { TraceMapping } from "../../core/trace-mapping.ts";
import { concept, conceptCount, conceptNames, dialectOfName } from "./concepts.ts";

/** What one attribute name is read for. A name that is read for several things has a chain of these. */
export interface NameUse {
  /** Place of what it says: a concept, or a tag of the mapping. */
  readonly slot: number;
  /** Its place in the list of names; the lowest one counts. */
  readonly rank: number;
  /** Path of the member, for an attribute that holds JSON; `null` for the value itself. */
  readonly member: readonly string[] | null;
  readonly next: NameUse | null;
}

/** An attribute name that is read. */
export interface KnownName {
  readonly name: string;
  /** Bit of the vocabulary that it belongs to; 0 for none. */
  readonly dialect: number;
  readonly uses: NameUse;
  /** True when one of the uses reads a member of a JSON value. */
  readonly hasMembers: boolean;
  /** True when its values are identifiers: hardly one comes twice in a row, so that a table of them is no use. */
  readonly isIdentifier: boolean;
  /** Spans that had it. */
  count: number;
}

/** What the places after the concepts mean. */
export interface TagSlots {
  readonly release: number;
  readonly conversation: number;
  readonly route: number;
  readonly fallback: number;
  readonly status: number;
  readonly step: number;
  /** Cohort dimensions with their places. */
  readonly cohorts: readonly (readonly [string, number])[];
  /** Kinds of feedback with their places. */
  readonly feedback: readonly FeedbackSlot[];
}

/** A kind of feedback. */
export interface FeedbackSlot {
  readonly kind: string;
  readonly slot: number;
  /** Names in lower case, for events that are named so. */
  readonly names: ReadonlySet<string>;
  /** Values in lower case that mean it; `null` for any. */
  readonly values: ReadonlySet<string> | null;
}

/** A mapping made ready for reading. */
export interface CompiledNames {
  readonly names: ReadonlyMap<string, KnownName>;
  readonly slots: number;
  readonly tags: TagSlots;
}

interface Draft {
  readonly uses: { slot: number; rank: number; member: string[] | null }[];
}

/** Makes a mapping ready for reading: every name with what it is read for. */
export function compileNames(mapping: TraceMapping): CompiledNames {
  const drafts = new Map<string, Draft>();
  for (const [word, names] of Object.entries(conceptNames)) {
    names.forEach((name, rank) => {
      addUse(drafts, name, { slot: concept[word as keyof typeof concept], rank, member: null });
    });
  }
  addUse(drafts, "llm.invocation_parameters", { slot: concept.requestModel, rank: 90, member: ["model"] });
  let slot = conceptCount;
  const addTag = (names: readonly string[]) => {
    names.forEach((name, rank) => {
      addUse(drafts, name, { slot, rank, member: null });
      const [holder, ...member] = name.split(".");
      if (member.length > 0) addUse(drafts, holder!, { slot, rank, member });
    });
    return slot++;
  };
  const tags: TagSlots = {
    release: addTag(mapping.release),
    conversation: addTag(mapping.conversation),
    route: addTag(mapping.route),
    fallback: addTag(mapping.fallback),
    status: addTag(mapping.status),
    step: addTag(mapping.step),
    cohorts: Object.entries(mapping.cohorts).map(([dimension, names]) => [dimension, addTag(names)] as const),
    feedback: Object.entries(mapping.feedback).map(([kind, { names, values }]) => ({
      kind,
      slot: addTag(names),
      names: new Set(names.map((name) => name.toLowerCase())),
      values: values === undefined ? null : new Set(values.map((value) => value.toLowerCase())),
    })),
  };
  return {
    names: new Map([...drafts].map(([name, draft]) => [name, finish(name, draft, tags.conversation)])),
    slots: slot,
    tags,
  };
}

function addUse(drafts: Map<string, Draft>, name: string, use: Draft["uses"][number]): void {
  const draft = drafts.get(name) ?? { uses: [] };
  draft.uses.push(use);
  drafts.set(name, draft);
}

function finish(name: string, { uses }: Draft, identifierSlot: number): KnownName {
  const chain = uses.reduceRight<NameUse | null>((next, use) => ({ ...use, next }), null)!;
  const hasMembers = uses.some(({ member }) => member !== null);
  const isIdentifier = uses.some(({ slot, member }) => slot === identifierSlot && member === null);
  return { name, dialect: dialectOfName(name), uses: chain, hasMembers, isIdentifier, count: 0 };
}

import type { Case, Passage } from "../core/dataset.ts";
import type { Evaluator } from "../core/extensions.ts";
import { type Evaluation, type Evidence, scored, unscored } from "../core/score.ts";
import { queryCoverage } from "./query-coverage.ts";
import { type RankingQuality, rankingQuality } from "./ranking.ts";
import { clip, count, proportion, share } from "./text.ts";

/** What context relevance is judged from. */
export interface ContextRelevanceInput {
  /** The question. */
  readonly question: string;
  /** The retrieved passages, best first; `null` when they are not known. */
  readonly context: string | readonly (string | Passage)[] | null;
  /** Ids of the documents or chunks that should have been found. Without them the passages are judged by their words. */
  readonly relevantIds?: readonly string[];
}

/** Options of the context relevance evaluator. */
export interface ContextRelevanceOptions {
  /** How many passages count, at least 1. All of them by default. */
  readonly k?: number;
  /** With ids: the smallest recall that passes, 0..1. Default 1: every wanted document is found. */
  readonly recallPassAt?: number;
  /** Without ids: the smallest lexical relevance that passes, of a passage and of them all, 0..1. Default 0.5. */
  readonly coveragePassAt?: number;
}

const maximumEvidence = 50;

/**
 * Judges retrieved passages. With ids of wanted documents the value is recall among the first k passages; precision and nDCG stand in
 * the reason. Recall is the value because a gate must see a document that is not found, while a passage too many is harmless
 * to most answers. A passage `kb-01#2` belongs to the document `kb-01`. An empty list scores 0.
 *
 * Without ids the value is lexical, and precision the share of passages that reach the threshold by themselves. The value is the mean of
 * the share of the question's content words that all passages together have, rarer words weighing more, and of the relevance of the
 * best passage: how closely together and how often it has them. It sees words, not meaning.
 *
 * @returns a value 0..1 with one piece of evidence a passage; unscored without a retrieved context, when ids are wanted and no passage
 * carries one, or without ids when nothing was retrieved or the question has no content word.
 * @throws RangeError for an option out of range.
 */
export function contextRelevance(
  input: ContextRelevanceInput,
  options: ContextRelevanceOptions = {},
): Evaluation {
  const settings = settingsOf(options);
  const { question, context, relevantIds = [] } = input;
  if (context === null) return unscored("no retrieved context is reported");
  const parts = typeof context === "string" ? [context] : context;
  const passages = parts.map((part) => (typeof part === "string" ? { text: part } : part));
  return relevantIds.length > 0
    ? byIds(passages, relevantIds, settings)
    : byWords(question, passages, settings);
}

/** `contextRelevance` for an evaluation file: the last message of the user against the passages that the system retrieved. */
export function contextRelevanceEvaluator(options: ContextRelevanceOptions = {}): Evaluator {
  const { k, recallPassAt, coveragePassAt } = settingsOf(options);
  const first = k === Infinity ? "" : ` k=${k}`;
  return {
    name: "context_relevance",
    version: `ids-1 recall>=${recallPassAt} or lexical-2 coverage>=${coveragePassAt}${first}`,
    changesNothing: true,
    evaluate({ case: item, sample: { output } }) {
      const relevantIds = item.expected?.contextIds ?? [];
      return contextRelevance({ question: questionOf(item), context: output.context, relevantIds }, options);
    },
  };
}

type Settings = Required<ContextRelevanceOptions>;

function settingsOf({
  k = Infinity,
  recallPassAt = 1,
  coveragePassAt = 0.5,
}: ContextRelevanceOptions): Settings {
  if (k !== Infinity && !(Number.isInteger(k) && k >= 1))
    throw new RangeError(`k must be a whole number from 1, not ${k}`);
  return {
    k,
    recallPassAt: proportion("recallPassAt", recallPassAt),
    coveragePassAt: proportion("coveragePassAt", coveragePassAt),
  };
}

/** The last message of the user, or the variable `question` or `query`. */
function questionOf({ input }: Case): string {
  const asked = input.messages?.findLast(({ role }) => role === "user")?.content;
  const { question, query } = input.variables ?? {};
  return asked ?? [question, query].find((text) => typeof text === "string") ?? "";
}

function byIds(passages: readonly Passage[], wanted: readonly string[], settings: Settings): Evaluation {
  if (passages.length > 0 && passages.every(({ id }) => id === undefined)) {
    return unscored("the retrieved passages carry no ids to compare with the wanted ones");
  }
  const ids = passages.map(({ id }) => id);
  const quality = rankingQuality(ids, wanted, settings.k);
  return scored(
    quality.recall,
    quality.recall >= settings.recallPassAt,
    rankingReason(quality, settings.k),
    rankingEvidence(passages, quality),
  );
}

function rankingReason({ recall, precision, ndcg, missing, hits }: RankingQuality, k: number): string {
  const among = k === Infinity ? count(hits.length, "passage") : `the first ${k} passages`;
  const figures = `recall ${share(recall)}, precision ${share(precision)}, nDCG ${share(ndcg)} among ${among}`;
  if (missing.length === 0) return figures;
  const names = missing.slice(0, 5).map((id) => clip(id, 60));
  return `${figures}; not found: ${names.join(", ")}${missing.length > 5 ? `, … (${missing.length} in all)` : ""}`;
}

function rankingEvidence(passages: readonly Passage[], { hits, missing }: RankingQuality): Evidence[] {
  const found = hits.map((hit, rank) => ({
    subject: nameOf(passages[rank]!, rank),
    finding: hit === null ? "belongs to no wanted document" : `belongs to the wanted ${clip(hit, 60)}`,
    supports: hit !== null,
  }));
  const lost = missing.map((id) => ({
    subject: clip(id, 60),
    finding: "wanted and not found",
    supports: false,
  }));
  return [...lost, ...found].slice(0, maximumEvidence);
}

function byWords(question: string, passages: readonly Passage[], settings: Settings): Evaluation {
  const counted = passages.slice(0, settings.k);
  if (counted.length === 0) return unscored("nothing was retrieved and the case wants no document");
  const coverage = queryCoverage(
    question,
    counted.map(({ text }) => text),
  );
  if (coverage === null) return unscored("the question has no word of content");
  const { together, relevance, missing } = coverage;
  const best = relevance.indexOf(relevance.reduce((most, next) => Math.max(most, next), 0));
  const value = Math.min(1, (together + relevance[best]!) / 2);
  const relevant = relevance.filter((one) => one >= settings.coveragePassAt).length;
  const parts = [
    `lexical relevance ${share(value)}: ${count(counted.length, "passage")} cover ${share(together)} of the question's words`,
    `the best, ${nameOf(counted[best]!, best)}, has them as closely and often as ${share(relevance[best]!)}`,
    `precision ${share(relevant / counted.length)}`,
    ...(missing.length === 0 ? [] : [`in no passage: ${listOf(missing)}`]),
  ];
  const evidence = counted.slice(0, maximumEvidence).map((passage, rank) => ({
    subject: nameOf(passage, rank),
    finding: `lexical relevance ${share(relevance[rank]!)} to the question: "${clip(passage.text, 160)}"`,
    supports: relevance[rank]! >= settings.coveragePassAt,
  }));
  return scored(value, value >= settings.coveragePassAt, parts.join("; "), evidence);
}

function listOf(words: readonly string[]): string {
  return words
    .slice(0, 5)
    .map((text) => clip(text, 40))
    .join(", ");
}

function nameOf({ id }: Passage, rank: number): string {
  return id === undefined ? `passage ${rank + 1}` : clip(id, 60);
}

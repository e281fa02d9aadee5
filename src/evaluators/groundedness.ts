import type { Passage } from "../core/dataset.ts";
import type { Evaluator } from "../core/extensions.ts";
import { isJsonObject } from "../core/json.ts";
import { type Evaluation, type Evidence, scored, unscored } from "../core/score.ts";
import { indexContext } from "./context-index.ts";
import { knownFrom, type SentenceSupport, supportOf } from "./sentence-support.ts";
import { sentencesOf } from "./sentences.ts";
import { clip, count, proportion, share, show } from "./text.ts";

/** What groundedness is judged from. */
export interface GroundednessInput {
  /** The answer. */
  readonly response: string;
  /** What the answer should rest on: a text, or passages as texts or with their ids. */
  readonly context: string | readonly (string | Passage)[];
  /** The question. Its numbers and names may be repeated without being in the context. */
  readonly question?: string;
  /** True when the system declined to answer; such an answer stays unscored. */
  readonly refused?: boolean;
}

/** Options of the groundedness evaluator. */
export interface GroundednessOptions {
  /** The smallest value that passes, 0..1. Default 0.5. */
  readonly passAt?: number;
  /** Leave an answer that is a JSON object unscored. Default false: it is judged as text. */
  readonly skipJson?: boolean;
}

const maximumEvidence = 50;
const defaultPassAt = 0.5;

/**
 * Judges by words alone how far a context supports an answer. Each sentence gets a support: the share of its content words that the
 * best window of one or two context sentences has, averaged with the share that the context has anywhere, halved for each kind of
 * finding against it (a number or date that the context does not state, a name that it does not mention, a negation that
 * differs). The value is the mean of the mean and the smallest support, so that one invented sentence weighs.
 *
 * It sees words, not meaning: a paraphrase scores too low, a false sentence made of the context's words too high. English and German.
 *
 * @returns a value 0..1 with one piece of evidence a sentence; unscored without an answer, a context or a sentence with content.
 * @throws RangeError for an option out of range.
 */
export function groundedness(input: GroundednessInput, options: GroundednessOptions = {}): Evaluation {
  const passages = passagesOf(input.context);
  const known = input.question === undefined ? [] : [input.question];
  return judge(input.response, passages, known, input.refused ?? false, settingsOf(options));
}

/**
 * `groundedness` for an evaluation file. The context is what the system retrieved and what the case gives; numbers and names of the user's
 * messages and of tool results may be repeated freely.
 */
export function groundednessEvaluator(options: GroundednessOptions = {}): Evaluator {
  const settings = settingsOf(options);
  const skips = settings.skipJson ? " skip-json" : "";
  return {
    name: "groundedness",
    version: `lexical-1 pass>=${settings.passAt}${skips}`,
    evaluate({ case: item, sample: { output } }) {
      const passages = [...(output.context ?? []), ...(item.context ?? [])];
      const said = (item.input.messages ?? []).filter(({ role }) => role === "user" || role === "tool");
      const results = output.toolCalls.map(({ result }) => (result === undefined ? "" : show(result, 4000)));
      const known = [...said.map(({ content }) => content), ...results];
      return judge(output.text, passages, known, output.refused, settings);
    },
  };
}

type Settings = Required<GroundednessOptions>;

function settingsOf({ passAt = defaultPassAt, skipJson = false }: GroundednessOptions): Settings {
  return { passAt: proportion("passAt", passAt), skipJson };
}

function passagesOf(context: GroundednessInput["context"]): Passage[] {
  const parts = typeof context === "string" ? [context] : context;
  return parts.map((part) => (typeof part === "string" ? { text: part } : part));
}

function judge(
  response: string,
  passages: readonly Passage[],
  known: readonly string[],
  refused: boolean,
  settings: Settings,
): Evaluation {
  if (refused) return unscored("the system declined to answer");
  if (response.trim() === "") return unscored("the answer is empty");
  if (passages.every(({ text }) => text.trim() === "")) return unscored("there is no context to rest on");
  if (settings.skipJson && isStructured(response)) return unscored("a structured answer has no sentences");
  const index = indexContext(passages);
  const facts = knownFrom(known);
  const supports = sentencesOf(response)
    .map((sentence) => supportOf(sentence, index, facts))
    .filter((support) => support !== null);
  if (supports.length === 0) return unscored("no sentence of the answer has a word of content");
  return summary(supports, settings.passAt);
}

function isStructured(response: string): boolean {
  const text = response.trim();
  if (!text.startsWith("{") || !text.endsWith("}")) return false;
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}

function summary(supports: readonly SentenceSupport[], passAt: number): Evaluation {
  const mean = supports.reduce((sum, { support }) => sum + support, 0) / supports.length;
  const weakest = supports.reduce((least, next) => (next.support < least.support ? next : least));
  const value = Math.min(1, (mean + weakest.support) / 2);
  const pass = value >= passAt;
  const verdict = `lexical support ${share(value)} over ${count(supports.length, "sentence")}`;
  const reason =
    weakest.support >= 1
      ? `${verdict}: the context has every word of the answer`
      : `${verdict}; weakest: "${clip(weakest.sentence, 100)}" ${findingOf(weakest)}`;
  const evidence = supports.slice(0, maximumEvidence).map((support) => evidenceOf(support, passAt));
  return scored(value, pass, reason, evidence);
}

function evidenceOf(support: SentenceSupport, passAt: number): Evidence {
  const source =
    support.passage === null ? "" : ` Nearest passage${label(support)}: "${clip(support.passage, 240)}"`;
  return {
    subject: clip(support.sentence, 300),
    finding: `${findingOf(support)}.${source}`,
    supports: support.support >= passAt && !hasFinding(support),
  };
}

function hasFinding({ missingFigures, missingNames, negationDiffers }: SentenceSupport): boolean {
  return missingFigures.length > 0 || missingNames.length > 0 || negationDiffers;
}

function label({ passageId }: SentenceSupport): string {
  return passageId === undefined ? "" : ` (${clip(passageId, 60)})`;
}

/** What the context says of a sentence, as the end of a phrase: `has support 0.40; not in the context: 45, Mars`. */
function findingOf(support: SentenceSupport): string {
  const missing = [...support.missingFigures, ...support.missingNames]
    .slice(0, 8)
    .map((text) => clip(text, 40));
  const parts = [`has support ${share(support.support)}`];
  if (missing.length > 0) parts.push(`not in the context: ${missing.join(", ")}`);
  if (support.negationDiffers) parts.push("differs from the nearest passage in a negation");
  if (support.passage === null) parts.push("no passage shares a word with it");
  return parts.join("; ");
}

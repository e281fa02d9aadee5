import { z } from "zod";
import type { Passage } from "../core/dataset.ts";
import type { Evaluator } from "../core/extensions.ts";
import type { EvaluateContext } from "../core/judge.ts";
import { type Evaluation, unscored } from "../core/score.ts";
import type { GroundednessInput } from "./groundedness.ts";
import { checkOptions, type JudgeOptions, judgeOptionShape, settingsOf, versionOf } from "./judge-options.ts";
import { type FindQuote, type Quotable, quoteFinder } from "./judge-quotes.ts";
import type { Material, Sheet, Verdict } from "./judge-sheet.ts";
import { judgeSheet, type Marked, type Marking } from "./judge-votes.ts";
import { sentencesOf } from "./sentences.ts";
import { clip, show } from "./text.ts";

/** Options of the groundedness judge. */
export interface GroundednessJudgeOptions extends JudgeOptions {
  /** The smallest share of supported claims that passes, 0..1. Default 1: every claim. */
  readonly passAt?: number;
}

const optionsSchema = z.strictObject({ ...judgeOptionShape, passAt: z.number().min(0).max(1).default(1) });
const maximumClaims = 200;

const task =
  "The answer is split into claims. For each claim, decide whether the context alone shows that it is true. What you know yourself does not count. Judge every claim as a part of the answer: a pronoun means what the claims before it name.";

const verdicts = {
  supported: "the context states it, or it follows from the context without any further knowledge",
  contradicted: "the context states something else",
  not_in_context: "the context does not say",
  no_claim:
    "it states nothing that could be true or false: a greeting, a question, an offer of help, or a mere repetition of what the user said",
};

const quote =
  "copy the words of the context that prove the verdict, letter for letter, from one material; leave it empty where there are none.";

/**
 * Lets a model judge how far a context supports an answer: one verdict for each sentence of the answer. A verdict "supported" counts only
 * with a quote that stands in the context word for word, which this code checks; without one the claim counts as not supported. A sentence with a number that
 * the user did not write is never "no claim".
 *
 * @returns the share of claims that are supported, with one piece of evidence a claim; unscored without an answer, a context or a claim;
 * `error` with its class when the judge gives no verdict.
 * @throws EvalsError EVAL_INVALID for options that cannot be used.
 */
export async function judgeGroundedness(
  input: GroundednessInput,
  options: GroundednessJudgeOptions,
): Promise<Evaluation> {
  const parts = typeof input.context === "string" ? [input.context] : input.context;
  const passages = parts.map((part) => (typeof part === "string" ? { text: part } : part));
  const { refused = false, response, question = "" } = input;
  return prepareJudge(options).judge({ response, question, passages, results: [], refused });
}

/** `judgeGroundedness` for an evaluation file. The context is what the system retrieved, what the case gives, and what its tools returned. */
export function groundednessJudge(options: GroundednessJudgeOptions): Evaluator {
  const { name, settings, judge } = prepareJudge(options);
  return {
    name,
    version: versionOf(settings),
    judge: "unmeasured",
    judgedBy: settings.judgedBy,
    callsPerAnswer: settings.votes,
    targets: [settings.target],
    evaluate({ case: item, sample: { output } }, context) {
      const passages = [...(output.context ?? []), ...(item.context ?? [])];
      const said = (item.input.messages ?? []).filter(({ role }) => role === "user");
      const results = output.toolCalls.flatMap(({ name, result }) =>
        result === undefined
          ? []
          : [`${name}: ${typeof result === "string" ? result : JSON.stringify(result)}`],
      );
      const question = said.map(({ content }) => content).join("\n\n");
      const { text: response, refused } = output;
      return judge({ response, question, passages, results, refused }, context);
    },
  };
}

interface Asked {
  readonly response: string;
  readonly question: string;
  readonly passages: readonly Passage[];
  /** What tools returned. */
  readonly results: readonly string[];
  readonly refused: boolean;
}

function prepareJudge(options: GroundednessJudgeOptions) {
  const {
    name = "groundedness_judge",
    passAt,
    ...rest
  } = checkOptions("groundednessJudge", optionsSchema, options);
  const settings = settingsOf(rest, `claims-1 pass>=${passAt}`);
  const judge = async (asked: Asked, context?: EvaluateContext): Promise<Evaluation> => {
    const { response, question, refused } = asked;
    if (refused) return unscored("the system declined to answer");
    if (response.trim() === "") return unscored("the answer is empty");
    const sources = sourcesOf(asked);
    if (sources.length === 0) return unscored("there is no context to rest on");
    const sentences = sentencesOf(response);
    if (sentences.length > maximumClaims) {
      const reason = `the answer has ${sentences.length} sentences, more than ${maximumClaims} that are judged at once`;
      return { status: "error", reason, kind: "evaluator" };
    }
    const claims = new Map(sentences.map((sentence, index) => [`c${index + 1}`, sentence]));
    const sheet = sheetOf(question, sources, claims);
    return judgeSheet(sheet, markingOf(claims, quoteFinder(sources), question, passAt), settings, context);
  };
  return { name, settings, judge };
}

function sourcesOf({ passages, results }: Asked): Quotable[] {
  const texts = [...passages.map(({ text }) => text), ...results].filter((text) => text.trim() !== "");
  return [...new Set(texts)].map((text, index) => ({ id: `p${index + 1}`, text }));
}

function sheetOf(question: string, sources: readonly Quotable[], claims: ReadonlyMap<string, string>): Sheet {
  const materials: Material[] = [
    ...(question.trim() === "" ? [] : [{ what: "what the user said", text: question }]),
    ...sources.map(({ id, text }) => ({ what: "context", id, text })),
    ...[...claims].map(([id, text]) => ({ what: "claim of the answer", id, text })),
  ];
  return { task, materials, ids: [...claims.keys()], verdicts, quote };
}

function markingOf(
  claims: ReadonlyMap<string, string>,
  find: FindQuote,
  question: string,
  passAt: number,
): Marking {
  return {
    subjectOf: (id) => clip(claims.get(id)!, 300),
    mark: (verdict) => markClaim(verdict, claims.get(verdict.id)!, find, question),
    goodAt: 1,
    passAt,
    noun: "claim",
    good: "supported",
    nothing: "no sentence of the answer is a claim",
  };
}

/** What a verdict on a claim is worth once its quote is looked up. */
function markClaim(
  { verdict, quote, reason }: Verdict,
  claim: string,
  find: FindQuote,
  question: string,
): Marked {
  const why = reason.trim() === "" ? "" : `: ${clip(reason, 200)}`;
  if (verdict === "no_claim") {
    const figures = claim.match(/\p{N}+/gu) ?? [];
    const own = figures.find((figure) => !question.includes(figure));
    if (own === undefined) return { value: null, finding: `states nothing${why}` };
    return { value: 0, finding: `called no claim, but states ${clip(own, 40)}` };
  }
  if (verdict !== "supported") {
    const found = verdict === "contradicted" ? "contradicted by the context" : "not in the context";
    return { value: 0, finding: `${found}${why}` };
  }
  const source = find(quote);
  if (source !== null) return { value: 1, finding: `supported by ${source}: ${show(quote, 200)}` };
  const lacking =
    quote.trim() === "" ? "without a quote" : `with a quote that is not in the context: ${show(quote, 160)}`;
  return { value: 0, finding: `called supported ${lacking}` };
}

import { messageOf, TargetError } from "../core/errors.ts";
import type { TargetRequest } from "../core/extensions.ts";
import type { EvaluateContext, JudgeQuestion, JudgeReply } from "../core/judge.ts";
import { type Evaluation, type Evidence, scored, type Vote } from "../core/score.ts";
import { readAnswer } from "./judge-answer.ts";
import type { JudgeSettings } from "./judge-options.ts";
import { jsonSchemaOf, messagesOf, type Sheet, type Verdict } from "./judge-sheet.ts";
import { count, digest, share } from "./text.ts";

/** What a verdict on one id means once its proof is checked: how good, 0..1; `null` for an id that does not count. */
export interface Marked {
  readonly value: number | null;
  /** What was found, as shown to people. */
  readonly finding: string;
}

/** How the verdicts of a judge become one evaluation. */
export interface Marking {
  /** Words for an id, as the subject of its evidence. */
  readonly subjectOf: (id: string) => string;
  /** Checks one verdict. Must give the same for the same verdict. */
  readonly mark: (verdict: Verdict) => Marked;
  /** The smallest value of an id that is good, 0..1. */
  readonly goodAt: number;
  /** The smallest value of the whole that passes, 0..1. */
  readonly passAt: number;
  /** What the ids are, in the singular: `claim`, `passage`. */
  readonly noun: string;
  /** What a good one is: `supported`, `relevant`. */
  readonly good: string;
  /** Why there is nothing to judge when no id counts. */
  readonly nothing: string;
}

/** The verdicts of one vote by id, or the vote as it is stored when there are none. */
export type Cast = { readonly verdicts: ReadonlyMap<string, Verdict>; readonly reused: boolean } | Vote;

const maximumEvidence = 50;
const aloneTimeoutMs = 60_000;

/**
 * Asks a judge as often as its settings say and lets the majority decide each id. A vote without a verdict stays a missing vote: where it
 * could have changed a majority, the evaluation is an error with its class, never a number.
 */
export async function judgeSheet(
  sheet: Sheet,
  marking: Marking,
  settings: JudgeSettings,
  context: EvaluateContext = alone,
): Promise<Evaluation> {
  const vote = (number: number) => castVote(sheet, settings, number, context);
  return judgeBallot(sheet.ids, vote, marking, votesIn(settings.votes, context.round));
}

/** Casts so many votes and lets the majority decide each id, as `judgeSheet` does. */
export async function judgeBallot(
  ids: readonly string[],
  vote: (number: number) => Promise<Cast>,
  marking: Marking,
  votes: number,
): Promise<Evaluation> {
  const cast = await Promise.all(Array.from({ length: votes }, (_, index) => vote(index + 1)));
  const told = cast.map((vote) => tell(vote, marking));
  const missing = told.filter(({ problem }) => problem !== null);
  const outcomes = ids.map((id) => outcomeOf(id, cast, marking));
  if (outcomes.some((outcome) => outcome === null)) {
    const { kind, message } = missing[0]!.problem!;
    const of = votes === 1 ? "" : ` (${missing.length} of ${votes} votes gave no verdict)`;
    return { status: "error", reason: `${message}${of}`, kind, votes: told };
  }
  return summarise(outcomes as Outcome[], told, marking);
}

/** Votes of a round and those before it: 1, 3, 5 for one vote; 3, 7, 11 for three. Always odd. */
export function votesIn(votes: number, round: number): number {
  return votes + (round - 1) * (votes + 1);
}

/** Casts one vote on a sheet. */
export async function castVote(
  sheet: Sheet,
  settings: JudgeSettings,
  number: number,
  { ask }: EvaluateContext = alone,
): Promise<Cast> {
  const messages = messagesOf(sheet);
  const request: TargetRequest = {
    caseId: `judge-${digest(messages.map(({ content }) => content).join("\n"))}`,
    input: { messages },
    messages,
    context: [],
    repetition: number,
    ...(settings.structured && { answerSchema: { name: "verdicts", schema: jsonSchemaOf(sheet) } }),
  };
  const { target, judgedBy, version } = settings;
  const reply = await ask({
    target,
    judgedBy,
    request,
    version,
    read: (response) => readAnswer(sheet, response),
  });
  if ("problem" in reply) return { value: null, pass: null, problem: reply.problem, reused: false };
  return { verdicts: reply.value, reused: reply.reused };
}

/** A vote by itself. */
function tell(cast: Cast, { mark, passAt }: Marking): Vote {
  if (!("verdicts" in cast)) return cast;
  const values = [...cast.verdicts.values()]
    .map((verdict) => mark(verdict).value)
    .filter((value) => value !== null);
  const value = values.length === 0 ? null : meanOf(values);
  return { value, pass: value === null ? null : value >= passAt, problem: null, reused: cast.reused };
}

/** What the majority says of an id. */
interface Outcome extends Marked {
  readonly id: string;
  /** Verdicts on its side, of so many. */
  readonly agree: number;
  readonly of: number;
}

/** The majority over good, not good and not counting; `null` where missing votes could have changed it. Without a majority an id is not good: nothing was shown. */
function outcomeOf(id: string, cast: readonly Cast[], { mark, goodAt }: Marking): Outcome | null {
  const marked = cast.flatMap((vote) => ("verdicts" in vote ? [mark(vote.verdicts.get(id)!)] : []));
  const sideOf = ({ value }: Marked) => (value === null ? "none" : value >= goodAt ? "good" : "bad");
  const groups = { good: [] as Marked[], none: [] as Marked[], bad: [] as Marked[] };
  for (const each of marked) groups[sideOf(each)].push(each);
  const missing = cast.length - marked.length;
  for (const group of [groups.good, groups.none]) {
    if (group.length * 2 > cast.length) return outcome(id, group, marked.length);
    if ((group.length + missing) * 2 > cast.length) return null;
  }
  return outcome(id, groups.bad.length > 0 ? groups.bad : [notShown], marked.length);
}

const notShown: Marked = { value: 0, finding: "the votes agree on nothing" };

function outcome(id: string, group: readonly Marked[], of: number): Outcome {
  const sorted = [...group].sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return { ...middle, id, agree: group.length, of };
}

function summarise(outcomes: readonly Outcome[], votes: Vote[], marking: Marking): Evaluation {
  const counting = outcomes.filter(({ value }) => value !== null);
  if (counting.length === 0) return { status: "unscored", reason: marking.nothing };
  const value = meanOf(counting.map((outcome) => outcome.value!));
  const pass = value >= marking.passAt;
  const isGood = (outcome: Outcome) => outcome.value! >= marking.goodAt;
  const good = counting.filter(isGood).length;
  const first = counting.find((outcome) => !isGood(outcome));
  const agreement = meanOf(outcomes.map(({ agree, of }) => agree / of));
  const divided = agreement === 1 ? "" : `; the votes agree to ${share(agreement)}`;
  const why = first === undefined ? "" : `; ${JSON.stringify(marking.subjectOf(first.id))}: ${first.finding}`;
  const reason =
    counting.length === 1 && first === undefined
      ? `${marking.good}: ${counting[0]!.finding}${divided}`
      : `${good} of ${count(counting.length, marking.noun)} ${marking.good}${why}${divided}`;
  const evidence = outcomes.slice(0, maximumEvidence).map(
    (each): Evidence => ({
      subject: marking.subjectOf(each.id),
      finding: votes.length === 1 ? each.finding : `${each.finding} (${each.agree} of ${each.of} votes)`,
      supports: each.value === null || isGood(each),
    }),
  );
  return { ...scored(value, pass, reason, evidence), votes, agreement };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** For a judge that is called by itself: one attempt for each vote, of at most a minute. */
const alone: EvaluateContext = {
  round: 1,
  async ask<T>({ target, request, read }: JudgeQuestion<T>): Promise<JudgeReply<T>> {
    try {
      const signal = AbortSignal.timeout(aloneTimeoutMs);
      const seed = request.repetition;
      const response = await target.call(request, {
        signal,
        seed,
        span: async (_name, _facts, work) => work(),
      });
      const answer = read(response);
      return "problem" in answer ? answer : { ...answer, reused: false };
    } catch (error) {
      const kind = error instanceof TargetError ? error.failure.kind : "target";
      return { problem: { kind, message: messageOf(error) } };
    }
  },
};

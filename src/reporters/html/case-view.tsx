import type { CaseReport } from "../../core/report.ts";
import type { Evaluation } from "../../core/score.ts";
import * as format from "../format.ts";
import { jsonText, oneLine, visible } from "../text.ts";
import { failureText } from "../words.ts";
import { CallDifference, Passages, Spans } from "./case-steps.tsx";
import { commandsFor } from "./explorer/commands.ts";
import type { ExplorerData } from "./explorer/data.ts";
import { type Piece, wordDifference } from "./explorer/word-diff.ts";
import { Code } from "./parts.tsx";

type Side = CaseReport["baseline"];

/** Answers longer than this are shown without marks, so that no page stands still. */
const longestCompared = 6000;

/** One case with both answers side by side. The same on paper, without a script, and in the explorer; `isBrief` leaves out passages and steps. */
export function CaseView(props: { each: CaseReport; run: ExplorerData["run"]; isBrief?: boolean }) {
  const { each, run, isBrief = false } = props;
  const { baseline, candidate } = each;
  return (
    <div class="case-body">
      <CaseFacts each={each} />
      <Answers baseline={baseline} candidate={candidate} />
      <Verdicts each={each} />
      <CallDifference baseline={baseline} candidate={candidate} />
      {isBrief ? null : <Passages each={each} />}
      {isBrief ? null : <Spans baseline={baseline} candidate={candidate} />}
      {run === null ? null : <Commands each={each} run={run} />}
    </div>
  );
}

function CaseFacts({ each }: { each: CaseReport }) {
  const labels = each.policyLabels.length === 0 ? "none" : oneLine(each.policyLabels.join(", "));
  return (
    <dl class="case-facts">
      <div>
        <dt>Asked</dt>
        <dd class="text" dir="auto">
          {visible(each.input)}
        </dd>
        <dd class="faint">
          Policy labels: {labels}; repetition {format.count(each.repetition)}
        </dd>
      </div>
      <div>
        <dt>Expected</dt>
        <dd>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section class="tall" aria-label="Expected" tabIndex={0}>
            <pre>{each.expected === null ? "nothing" : jsonText(each.expected, 2)}</pre>
          </section>
        </dd>
      </div>
    </dl>
  );
}

function Answers({ baseline, candidate }: { baseline: Side; candidate: Side }) {
  const before = visible(baseline.text ?? "");
  const after = visible(candidate.text ?? "");
  const isCompared = before !== "" && after !== "" && before.length + after.length <= longestCompared;
  const difference = isCompared ? wordDifference(before, after) : null;
  const isWhole = before !== "" && after !== "" && difference === null;
  const whole = (text: string) => [{ same: true, text }];
  return (
    <>
      <div class="sides">
        <Answer name="Baseline" side={baseline} pieces={difference?.before ?? whole(before)} />
        <Answer name="Candidate" side={candidate} pieces={difference?.after ?? whole(after)} />
      </div>
      {isWhole ? <p class="faint">The answers share few words, or are long: nothing is marked.</p> : null}
    </>
  );
}

function Answer({ name, side, pieces }: { name: string; side: Side; pieces: readonly Piece[] }) {
  const facts = factsOf(side);
  return (
    <section class="side" aria-label={`${name}: answer`}>
      <h4>{name}</h4>
      {side.failure === null ? (
        <div class="text answer" dir="auto">
          {(side.text ?? "") === "" ? <span class="faint">no text</span> : pieces.map(marked(name))}
        </div>
      ) : (
        <p class="failure">
          <strong>No answer: {failureText(side.failure.kind)}.</strong> {visible(side.failure.message)}
        </p>
      )}
      {facts === "" ? null : <p class="side-facts">{facts}</p>}
    </section>
  );
}

/** What one side has alone is marked, and told to those who do not see the mark. */
function marked(name: string) {
  return ({ same, text }: Piece) => {
    if (same) return text;
    return name === "Baseline" ? <del>{text}</del> : <ins>{text}</ins>;
  };
}

function factsOf({ latencyMs, attempts, usage }: Side): string {
  const facts: string[] = [];
  if (typeof latencyMs === "number") facts.push(format.duration(latencyMs));
  if (attempts !== undefined && attempts > 1) facts.push(format.plural(attempts, "attempt"));
  if (typeof usage?.inputTokens === "number") facts.push(`${format.tokens(usage.inputTokens)} tokens read`);
  if (typeof usage?.outputTokens === "number")
    facts.push(`${format.tokens(usage.outputTokens)} tokens written`);
  if (typeof usage?.costUsd === "number") facts.push(`${format.dollars(usage.costUsd)} US dollars`);
  return facts.join(" · ");
}

function Verdicts({ each }: { each: CaseReport }) {
  const { baseline, candidate } = each;
  const names = [...new Set([...Object.keys(baseline.evaluations), ...Object.keys(candidate.evaluations)])];
  const changed = (name: string) => each.regressedMetrics.includes(name);
  names.sort((a, b) => Number(changed(b)) - Number(changed(a)));
  if (names.length === 0) return <p class="faint">No evaluator judged this case.</p>;
  return (
    <>
      <h4>What the evaluators say</h4>
      <ul class="evaluations">
        {names.map((name) => (
          <li class={changed(name) ? "marked" : undefined}>
            <p class="evaluator">
              <Code>{name}</Code>
              {changed(name) ? <span class="worse"> got worse</span> : null}
              {each.improvedMetrics.includes(name) ? <span class="better"> got better</span> : null}
            </p>
            <div class="sides">
              <EvaluationOf name="Baseline" metric={name} side={baseline} />
              <EvaluationOf name="Candidate" metric={name} side={candidate} />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function EvaluationOf({ name, metric, side }: { name: string; metric: string; side: Side }) {
  const evaluation = Object.hasOwn(side.evaluations, metric) ? side.evaluations[metric] : undefined;
  if (evaluation === undefined)
    return (
      <div>
        <span class="hidden">{name}: </span>
        <span class="faint">not judged</span>
      </div>
    );
  const { symbol, word, kind } = outcomeOf(evaluation);
  return (
    <div>
      <span class="hidden">{name}: </span>
      <span class={`mark ${kind}`}>
        <span class="symbol" aria-hidden="true">
          {symbol}
        </span>
        {word}
      </span>
      <p>{visible(evaluation.reason)}</p>
      {evaluation.status === "scored" && evaluation.evidence.length > 0 ? (
        <Evidence evidence={evaluation.evidence} />
      ) : null}
    </div>
  );
}

function Evidence({ evidence }: { evidence: Extract<Evaluation, { status: "scored" }>["evidence"] }) {
  return (
    <ul class="findings">
      {evidence.map(({ subject, finding, supports }) => (
        <li>
          <span class="symbol" aria-hidden="true">
            {supports ? "+" : "−"}
          </span>
          <span>
            <span class="hidden">{supports ? "For: " : "Against: "}</span>
            <q>{oneLine(subject)}</q> {oneLine(finding)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function outcomeOf(evaluation: Evaluation): { symbol: string; word: string; kind: string } {
  if (evaluation.status === "unscored") return { symbol: "○", word: "nothing to judge", kind: "none" };
  if (evaluation.status === "error") return { symbol: "!", word: "not judged", kind: "error" };
  const word = `${evaluation.pass ? "good enough" : "not good enough"}, ${format.fixed(evaluation.value, 2)}`;
  return { symbol: evaluation.pass ? "✓" : "✗", word, kind: evaluation.pass ? "pass" : "fail" };
}

function Commands({ each, run }: { each: CaseReport; run: NonNullable<ExplorerData["run"]> }) {
  const { show, rerun } = commandsFor(each, run);
  return (
    <div class="commands">
      <h4>In a terminal</h4>
      <p>Every repetition of this case in full:</p>
      <pre>{show}</pre>
      <p>The cases with its tags again, by both releases; a run of a part of the dataset never passes:</p>
      <pre>{rerun}</pre>
    </div>
  );
}

import type { CaseChange, CaseReport, Report } from "../../core/report.ts";
import type { ToolCall } from "../../core/sample.ts";
import type { Evaluation } from "../../core/score.ts";
import * as format from "../format.ts";
import { cut, jsonText, oneLine, visible } from "../text.ts";
import {
  caseCount,
  casesOf,
  changeHeading,
  changeSymbol,
  failureText,
  firstReason,
  tagsText,
} from "../words.ts";
import { Code, Name, Section } from "./parts.tsx";

/** Case reports that one page shows at most. */
const shownCases = 300;

const order = ["regressed", "errored", "unscored", "improved"] as const satisfies readonly CaseChange[];

/** The cases that did not stay the same, folded, with both answers side by side. */
export function Cases({ report }: { report: Report }) {
  if (report.cases.length === 0) return null;
  const shown = new Set(
    casesOf(report, "regressed")
      .concat(...order.slice(1).map((each) => casesOf(report, each)))
      .slice(0, shownCases),
  );
  const hidden = report.cases.length - shown.size;
  return (
    <Section
      id="cases"
      title="Cases that did not stay the same"
      lead={`${format.plural(caseCount(report, "unchanged"), "case")} stayed the same and ${caseCount(report, "unchanged") === 1 ? "is" : "are"} not listed.`}
    >
      {hidden > 0 ? (
        <p class="cut">
          Not shown here: {format.plural(hidden, "case")} of {format.count(report.cases.length)}. This page
          shows the first {format.count(shownCases)}, regressed and errored cases first; the JSON report has
          all.
        </p>
      ) : null}
      {order.map((change) => (
        <Group
          change={change}
          report={report}
          cases={casesOf(report, change).filter((each) => shown.has(each))}
        />
      ))}
    </Section>
  );
}

function Group(props: { change: CaseChange; report: Report; cases: readonly CaseReport[] }) {
  const { change, report, cases } = props;
  if (cases.length === 0) return null;
  const total = Math.max(caseCount(report, change), cases.length);
  const shown =
    total === cases.length ? format.count(total) : `${format.count(cases.length)} of ${format.count(total)}`;
  return (
    <>
      <h3>
        {changeHeading[change]} <span class="faint">({shown})</span>
      </h3>
      <div class="case-list">
        {cases.map((each) => (
          <Case each={each} />
        ))}
      </div>
    </>
  );
}

function Case({ each }: { each: CaseReport }) {
  const { metric, reason } = firstReason(each);
  const why =
    each.change === "improved"
      ? each.improvedMetrics.join(", ")
      : [metric, reason].filter(Boolean).join(": ");
  return (
    <details class="case">
      <summary>
        <span class={`symbol ${each.change}`} aria-hidden="true">
          {changeSymbol[each.change]}
        </span>
        <span class="case-name">
          <Code>{cut(each.caseId, 120)}</Code>
          <span class="sub">
            <Name>{tagsText(each.cohorts)}</Name>
          </span>
        </span>
        <span class="why">{cut(oneLine(why), 160)}</span>
      </summary>
      <div class="case-body">
        <CaseFacts each={each} />
        <div class="sides">
          <Side name="Baseline" side={each.baseline} marked={[]} />
          <Side name="Candidate" side={each.candidate} marked={each.regressedMetrics} />
        </div>
      </div>
    </details>
  );
}

function CaseFacts({ each }: { each: CaseReport }) {
  return (
    <dl class="case-facts">
      <div>
        <dt>Asked</dt>
        <dd class="text" dir="auto">
          {visible(each.input)}
        </dd>
      </div>
      <div class="expected">
        <dt>Expected</dt>
        <dd>
          <pre>{jsonText(each.expected, 2)}</pre>
        </dd>
      </div>
      <div>
        <dt>Policy labels and repetition</dt>
        <dd>
          {each.policyLabels.length === 0 ? "no labels" : oneLine(each.policyLabels.join(", "))}; repetition{" "}
          {format.count(each.repetition)}
        </dd>
      </div>
    </dl>
  );
}

function Side(props: { name: string; side: CaseReport["baseline"]; marked: readonly string[] }) {
  const { name, side, marked } = props;
  return (
    <section class="side" aria-label={name}>
      <h4>{name}</h4>
      {side.failure === null ? (
        <div class="text answer" dir="auto">
          {side.text === null || side.text === "" ? <span class="faint">no text</span> : visible(side.text)}
        </div>
      ) : (
        <p class="failure">
          <strong>No answer: {failureText(side.failure.kind)}.</strong> {visible(side.failure.message)}
        </p>
      )}
      <h5>Tool calls</h5>
      {side.toolCalls.length === 0 ? (
        <p class="faint">none</p>
      ) : (
        <ol class="calls">{side.toolCalls.map(callItem)}</ol>
      )}
      <h5>Evaluations</h5>
      {Object.keys(side.evaluations).length === 0 ? <p class="faint">none</p> : null}
      <ul class="evaluations">
        {Object.entries(side.evaluations).map(([metric, evaluation]) => (
          <EvaluationItem metric={metric} evaluation={evaluation} marked={marked.includes(metric)} />
        ))}
      </ul>
    </section>
  );
}

function callItem(call: ToolCall) {
  return (
    <li>
      <Code>{call.name}</Code>
      <pre>{jsonText(call.arguments)}</pre>
      {call.result === undefined ? null : (
        <pre class="result">
          <span class="faint">returned </span>
          {jsonText(call.result)}
        </pre>
      )}
    </li>
  );
}

function EvaluationItem(props: { metric: string; evaluation: Evaluation; marked: boolean }) {
  const { metric, evaluation, marked } = props;
  const { symbol, word, kind } = outcomeOf(evaluation);
  return (
    <li class={marked ? "marked" : undefined}>
      <span class={`mark ${kind}`}>
        <span class="symbol" aria-hidden="true">
          {symbol}
        </span>
        <Code>{metric}</Code>
      </span>{" "}
      <span class="faint">{word}</span>
      <p>{visible(evaluation.reason)}</p>
      {evaluation.status === "scored" && evaluation.evidence.length > 0 ? (
        <ul class="findings">
          {evaluation.evidence.map(({ subject, finding, supports }) => (
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
      ) : null}
    </li>
  );
}

function outcomeOf(evaluation: Evaluation): { symbol: string; word: string; kind: string } {
  if (evaluation.status === "unscored") return { symbol: "○", word: "nothing to judge", kind: "none" };
  if (evaluation.status === "error") return { symbol: "!", word: "not judged", kind: "error" };
  const word = `${evaluation.pass ? "good enough" : "not good enough"}, score ${format.fixed(evaluation.value, 2)}`;
  return { symbol: evaluation.pass ? "✓" : "✗", word, kind: evaluation.pass ? "pass" : "fail" };
}

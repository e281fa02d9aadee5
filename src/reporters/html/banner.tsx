import type { ComponentChildren } from "preact";
import type { Decision } from "../../core/comparison.ts";
import type { Report } from "../../core/report.ts";
import { verdictInWords, waivedOf } from "../../core/waived.ts";
import * as format from "../format.ts";
import { visible } from "../text.ts";
import {
  capital,
  caseCount,
  estimateText,
  meaningOf,
  refusalText,
  ruleText,
  verdictSymbol,
} from "../words.ts";
import { breakable } from "./break-places.tsx";
import { Code, decisiveOf, Name } from "./parts.tsx";
import { concernsOf } from "./trust.tsx";

/** The first thing to see: may it ship, who is hurt, by how much, can it be believed. */
export function Banner({ report }: { report: Report }) {
  const { verdict } = report;
  const isWaived = verdict === "pass" && waivedOf(report.decisions).length > 0;
  return (
    // A pass by waivers has the colour of an open verdict: at a glance it is no clean one.
    <section class={`banner ${isWaived ? "inconclusive" : verdict}`} aria-labelledby="verdict">
      <div class="banner-symbol" aria-hidden="true">
        {verdictSymbol[verdict]}
      </div>
      <div class="banner-text">
        <h1 id="verdict">
          {capital(verdictInWords(report))}
          <span class="meaning">The candidate {meaningOf(report)}</span>
        </h1>
        <p class="headline">
          {breakable(visible(report.headline).replace(/(\d) (%|points?\b)/g, "$1\u00a0$2"))}
        </p>
      </div>
      <dl class="facts">{factsOf(report)}</dl>
    </section>
  );
}

function Fact(props: { question: string; answer: ComponentChildren; children?: ComponentChildren }) {
  return (
    <div>
      <dt>{props.question}</dt>
      <dd class="answer-word">{props.answer}</dd>
      {props.children === undefined ? null : <dd>{props.children}</dd>}
    </div>
  );
}

function factsOf(report: Report) {
  if (report.error !== undefined) return refusal(report.error, refusalText(report));
  const decisive = decisiveOf(report.decisions, report.verdict);
  return decisive === null ? overall(report) : decided(report, decisive);
}

function refusal(error: NonNullable<Report["error"]>, message: string | null) {
  return (
    <>
      <Fact question="Why was it refused?" answer={<Code>{error.code}</Code>}>
        {message === null ? undefined : breakable(visible(message))}
      </Fact>
      <div>
        <dt>What to do?</dt>
        <dd class="remedy">{breakable(visible(error.hint))}</dd>
      </div>
    </>
  );
}

function decided(report: Report, decision: Decision) {
  const open = decision.decision === "inconclusive";
  const isWaived = decision.waiver !== undefined;
  const same = isWaived
    ? waivedOf(report.decisions).length
    : report.decisions.filter(
        (each) =>
          each.severity === "blocking" && each.decision === decision.decision && each.waiver === undefined,
      ).length;
  return (
    <>
      <Fact question={open ? "Where is it open?" : "Who is hurt?"} answer={<Name>{decision.cohort}</Name>}>
        in <Code>{decision.metric}</Code>
        {isWaived ? ", waived" : null}
        {same > 1 ? `, and ${format.plural(same - 1, "more decision")} ${isWaived ? "too" : "alike"}` : null}
      </Fact>
      <Fact question={open ? "What was seen?" : "By how much?"} answer={estimateText(decision)}>
        {format.ruleInterval(decision.rule, decision.interval)}
        {decision.interval === null ? null : ` at ${format.level(decision.interval.level)}`}; rule:{" "}
        {ruleText(decision.rule)}
      </Fact>
      <Fact question="Can I believe it?" answer={format.plural(decision.n, decision.unit)}>
        {decision.casesNeeded === null
          ? `${format.count(decision.clusters)} independent`
          : `about ${format.count(decision.casesNeeded)} are needed`}
        ; <NotesLink report={report} />
      </Fact>
    </>
  );
}

function overall(report: Report) {
  const blocking = report.decisions.filter(({ severity }) => severity === "blocking");
  const passed = blocking.filter(({ decision }) => decision === "pass").length;
  const worse = blocking.filter(({ degradedWithinMargin }) => degradedWithinMargin).length;
  return (
    <>
      <Fact
        question="Who is hurt?"
        answer={report.verdict === "pass" ? "No cohort beyond its rule" : "Not known"}
      >
        {format.count(passed)} of {format.plural(blocking.length, "blocking decision")} passed
        {worse === 0 ? null : `; ${format.count(worse)} got worse within the margin`}
      </Fact>
      <Fact
        question="By how much?"
        answer={
          report.traces === undefined
            ? `${format.plural(caseCount(report, "regressed"), "case")} regressed`
            : report.verdict === "pass"
              ? "Within every bound"
              : "Not known"
        }
      >
        {report.traces === undefined ? (
          `${format.count(caseCount(report, "improved"))} improved`
        ) : (
          <a href="#decisions">see the decisions</a>
        )}
      </Fact>
      <Fact question="Can I believe it?" answer={extentOf(report)}>
        <NotesLink report={report} />
      </Fact>
    </>
  );
}

function extentOf({ provenance, traces }: Report): string {
  if (traces !== undefined)
    return `${format.count(traces.baseline.traces)} and ${format.plural(traces.candidate.traces, "trace")}`;
  return provenance === null ? format.absent : format.plural(provenance.dataset.cases, "case");
}

function NotesLink({ report }: { report: Report }) {
  const notes = concernsOf(report).length + (report.waivers?.length ?? 0);
  return (
    <a href="#trust">
      {notes === 0 ? "nothing speaks against it" : `${format.plural(notes, "note")} to read first`}
    </a>
  );
}

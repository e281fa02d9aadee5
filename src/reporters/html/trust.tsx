import type { ComponentChildren } from "preact";
import type { Comparison, Operations } from "../../core/comparison.ts";
import type { Report } from "../../core/report.ts";
import * as format from "../format.ts";
import { visible } from "../text.ts";
import { caseCount, comparabilitySymbol, comparabilityWord, failuresText } from "../words.ts";
import { breakable } from "./break-places.tsx";
import { Code, Name, Section } from "./parts.tsx";
import { Waivers } from "./waivers.tsx";

/** One thing to know before the verdict is believed. */
interface Concern {
  readonly symbol: string;
  readonly kind: string;
  readonly text: ComponentChildren;
}

/** Everything that speaks against believing the verdict at once, gravest first. */
export function concernsOf(report: Report): Concern[] {
  return [
    ...comparability(report),
    ...failures(report),
    ...uncounted(report),
    ...missing(report),
    ...thin(report),
    ...judges(report),
  ];
}

/** What to know before the verdict is believed: waivers, comparability, errors, missing scores, thin cohorts. */
export function Trust({ report }: { report: Report }) {
  const concerns = concernsOf(report);
  const waivers = report.waivers ?? [];
  return (
    <Section id="trust" title="Before you trust this">
      <Waivers waivers={waivers} />
      {concerns.length === 0 ? (
        waivers.length === 0 && <p>{quiet(report)}</p>
      ) : (
        <ul class="concerns">
          {concerns.map(({ symbol, kind, text }) => (
            <li>
              <span class="symbol" aria-hidden="true">
                {symbol}
              </span>
              <span>
                <span class="kind">{kind}</span> {text}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function quiet(report: Report): string {
  if (report.error !== undefined || report.operations.length === 0) return "Nothing was measured.";
  return "Nothing was found that speaks against it: no difference between the releases to note, no trial without an answer, no missing score, no decision that lacks cases.";
}

/** Inconclusive decisions that are named one by one. */
const shownThin = 8;

const levels = ["refused", "note", "declared"] as const;

function comparability(report: Report): Concern[] {
  const inTable = new Set((report.waivers ?? []).map(({ name }) => `waiver ${name}`));
  return levels.flatMap((level) =>
    report.comparability
      .filter((each) => each.level === level && !inTable.has(each.subject))
      .map(({ subject, message }) => ({
        symbol: comparabilitySymbol[level],
        kind: comparabilityWord[level],
        text: message.includes(subject) ? (
          breakable(visible(message))
        ) : (
          <>
            <Code>{subject}</Code>: {breakable(visible(message))}
          </>
        ),
      })),
  );
}

function failures(report: Report): Concern[] {
  return report.operations
    .filter((each) => each.cohort === "all" && each.answered < each.planned)
    .map((each) => ({ symbol: "!", kind: "no answer", text: unanswered(each) }));
}

function unanswered(each: Operations): string {
  return `The ${each.side} answered ${format.count(each.answered)} of ${format.plural(each.planned, "planned trial")}. Failures: ${visible(failuresText(each.failures))}.`;
}

function uncounted(report: Report): Concern[] {
  const errored = caseCount(report, "errored");
  const unscored = caseCount(report, "unscored");
  if (errored + unscored === 0) return [];
  const text = `${format.plural(errored, "case")} without an answer or a judgement, ${format.count(unscored)} with nothing to judge.`;
  return [{ symbol: "!", kind: "not judged", text }];
}

/** Missing scores over all cases, where the report's own notes do not name them already. */
function missing(report: Report): Concern[] {
  if (report.comparability.some(({ subject }) => subject === "missing answers")) return [];
  const incomplete = report.comparisons.filter(
    ({ cohort, pairs }) => cohort === "all" && missingOf(pairs) > 0,
  );
  return incomplete.map(({ metric, cohort, pairs }) => ({
    symbol: "!",
    kind: "missing scores",
    text: (
      <>
        <Code>{metric}</Code> in <Name>{cohort}</Name>: {format.count(pairs.scored)} of{" "}
        {format.plural(pairs.planned, "planned pair")} scored; missing {format.count(pairs.candidateMissing)}{" "}
        of the candidate, {format.count(pairs.baselineMissing)} of the baseline,{" "}
        {format.count(pairs.bothMissing)} of both.
      </>
    ),
  }));
}

/** How often each measured judge is right; those that are not measured are among the notes. */
function judges({ provenance }: Report): Concern[] {
  return (provenance?.evaluators ?? []).flatMap(({ name, judge }) => {
    if (judge === undefined || judge === "unmeasured") return [];
    const { sensitivity, specificity } = judge;
    const share = ({ right, of }: { right: number; of: number }) =>
      `${format.percent(right / of)} of ${format.count(of)}`;
    const text = (
      <>
        <Code>{name}</Code> is a judge: it passed {share(sensitivity)} good answers and rejected{" "}
        {share(specificity)} bad ones. Its error is taken out, and widens the intervals.
      </>
    );
    return [{ symbol: "±", kind: "judge", text }];
  });
}

function missingOf(pairs: Comparison["pairs"]): number {
  return pairs.candidateMissing + pairs.baselineMissing + pairs.bothMissing;
}

function thin(report: Report): Concern[] {
  const open = report.decisions.filter(({ decision }) => decision === "inconclusive");
  const shown = open.slice(0, shownThin).map(({ metric, cohort, n, unit, casesNeeded, severity }) => ({
    symbol: "?",
    kind: severity === "blocking" ? "too little evidence" : "too little evidence (advisory)",
    text: (
      <>
        <Code>{metric}</Code> in <Name>{cohort}</Name> rests on {format.plural(n, unit)}
        {casesNeeded === null ? "." : `; about ${format.count(casesNeeded)} are needed.`}
      </>
    ),
  }));
  const rest = open.length - shown.length;
  if (rest <= 0) return shown;
  const text = `${format.plural(rest, "more decision")} inconclusive; the table below has them.`;
  return [...shown, { symbol: "?", kind: "too little evidence", text }];
}

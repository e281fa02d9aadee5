import type { Report } from "../../core/report.ts";
import { Section } from "./parts.tsx";

/** How a decision is reached, in plain words; of ratios only where the gate has some. */
export function Explanation({ report }: { report: Report }) {
  const hasRatios = report.decisions.some(({ rule }) => rule.kind === "ratio");
  return (
    <Section id="rule" title="How the rule works">
      <ol class="explanation">
        {report.traces === undefined ? (
          <li>
            <strong>Both releases answer the same cases</strong> and the same evaluators judge the answers.
            The change is the candidate’s rate minus the baseline’s over the cases that were judged on both
            sides.
          </li>
        ) : (
          <li>
            <strong>Two groups of requests are compared,</strong> those that each release answered. They share
            no requests, so the two must have been asked alike: the change is the candidate’s rate minus the
            baseline’s, and traces of one conversation count as one.
          </li>
        )}
        <li>
          <strong>A margin</strong> is the largest loss that is acceptable, declared before the run. The
          decision is <em>pass</em> when the whole interval of the change lies above that loss, <em>fail</em>{" "}
          when harm is proven and the loss is not proven to be within the margin, and <em>inconclusive</em>{" "}
          otherwise.
        </li>
        <li>
          <strong>A threshold</strong> is an absolute bound. The decision is <em>pass</em> when the whole
          interval of the candidate’s rate keeps it, <em>fail</em> when the whole interval breaks it, and{" "}
          <em>inconclusive</em> otherwise.
        </li>
        {hasRatios ? (
          <li>
            <strong>A ratio</strong> compares latency, cost or tokens, candidate over baseline, and is shown
            as a change in per cent. The decision is <em>pass</em> when the whole interval lies below the
            accepted rise, <em>fail</em> when a rise is proven and not shown to stay within it, and{" "}
            <em>inconclusive</em> otherwise.
          </li>
        ) : null}
        <li>
          <strong>Looking at many cohorts does not make harm more likely to be seen by chance:</strong> the
          test for harm is corrected over all blocking criteria.
        </li>
        {report.canary === undefined ? null : (
          <li>
            <strong>Nor does looking several times:</strong> all looks of the plan share the error of one
            comparison, little of it at first. Harm may be proven at any of them; a pass is decided at the
            planned end alone.
          </li>
        )}
        <li>
          <strong>Too little evidence is never a pass.</strong> An inconclusive decision says about how many
          cases its cohort needs. Trials without an answer stay in the count, and where scores are missing the
          interval is also shown as if each of them spoke against the candidate.
        </li>
        <li>
          <strong>The verdict is the worst of the blocking decisions:</strong> fail, then error, then
          inconclusive, then pass. Advisory decisions are shown and do not decide.
        </li>
        {report.waivers === undefined ? null : (
          <li>
            <strong>A waiver lets one decision not block</strong> to the end of its last day, in UTC. The
            decision stays what it is, and so do all others. What could not be measured is never waived, and a
            gate of which every decision is waived does not pass.
          </li>
        )}
      </ol>
    </Section>
  );
}

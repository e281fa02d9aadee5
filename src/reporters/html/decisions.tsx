import type { Decision } from "../../core/comparison.ts";
import type { Report } from "../../core/report.ts";
import * as format from "../format.ts";
import { oneLine, visible } from "../text.ts";
import {
  bySeverity,
  estimateText,
  hintsOf,
  levelPrefix,
  ratesText,
  ruleText,
  tally,
  waiverText,
} from "../words.ts";
import { breakable } from "./break-places.tsx";
import { addressOf } from "./explorer/view.ts";
import { Code, type ColumnOf, DataTable, Name, Section, VerdictMark } from "./parts.tsx";

const openPasses = 20;

/** Decisions worst first, blocking before advisory; many that passed are folded. */
export function Decisions({ report, isExplored }: { report: Report; isExplored: boolean }) {
  if (report.decisions.length === 0)
    return (
      <Section id="decisions" title="Decisions">
        <p>No criterion was decided.</p>
      </Section>
    );
  return (
    <Section id="decisions" title="Decisions">
      {bySeverity(report.decisions).map(({ severity, decisions }) => (
        <Group
          title={
            severity === "blocking"
              ? `Blocking decisions: ${tally(decisions)}`
              : `Advisory decisions, which do not decide the verdict: ${tally(decisions)}`
          }
          decisions={decisions}
          isExplored={isExplored}
        />
      ))}
    </Section>
  );
}

interface GroupProps {
  readonly decisions: readonly Decision[];
  readonly isExplored: boolean;
}

function Group({ title, decisions, isExplored }: GroupProps & { title: string }) {
  const passed = decisions.filter(({ decision }) => decision === "pass");
  const fold = passed.length > openPasses;
  const open = fold ? decisions.filter(({ decision }) => decision !== "pass") : decisions;
  return (
    <>
      {open.length === 0 ? null : <DecisionTable caption={title} decisions={open} isExplored={isExplored} />}
      {fold ? (
        <details>
          <summary>Show {format.plural(passed.length, "decision")} that passed</summary>
          <DecisionTable caption={`${title}; those that passed`} decisions={passed} isExplored={isExplored} />
        </details>
      ) : null}
    </>
  );
}

function DecisionTable({ caption, decisions, isExplored }: GroupProps & { caption: string }) {
  const columns: ColumnOf<Decision>[] = [
    {
      heading: "Decision",
      cell: ({ decision, waiver }) =>
        waiver === undefined ? (
          <VerdictMark verdict={decision} />
        ) : (
          <span>
            <VerdictMark verdict={decision} />
            <strong class="sub">waived</strong>
          </span>
        ),
    },
    { heading: "Cohort", names: true, cell: ({ cohort }) => <Name>{cohort}</Name> },
    { heading: "Metric", cell: ({ metric }) => <Code>{metric}</Code> },
    {
      heading: decisions.every(({ unit }) => unit === "trace") ? "Traces" : "Cases",
      numeric: true,
      cell: ({ n }) => format.count(n),
    },
    { heading: "Baseline → candidate", numeric: true, cell: ratesText },
    {
      heading: `Change or rate [${levelPrefix(decisions)}interval]`,
      numeric: true,
      cell: (decision) => <Evidence decision={decision} />,
    },
    { heading: "Rule", cell: (decision) => <Demand decision={decision} /> },
  ];
  return (
    <DataTable kind="cards" caption={caption} columns={columns} rows={decisions} note={noteOf(isExplored)} />
  );
}

function Evidence({ decision }: { decision: Decision }) {
  if (decision.estimate === null) return <>no estimate</>;
  return (
    <span class="evidence">
      <strong>{estimateText(decision)}</strong>{" "}
      <span class="nowrap">{format.ruleInterval(decision.rule, decision.interval)}</span>
    </span>
  );
}

/** What the rule demands, in two lines at most: its words, and its number with its unit. */
function Demand({ decision: { rule } }: { decision: Decision }) {
  const text = ruleText(rule);
  const number = text.search(/\d/);
  return (
    <span>
      <span class="nowrap">{text.slice(0, number).trimEnd()}</span>{" "}
      <span class="nowrap">{text.slice(number)}</span>
    </span>
  );
}

function noteOf(isExplored: boolean) {
  return (decision: Decision) => {
    if (decision.decision === "pass" && !decision.degradedWithinMargin) return null;
    const hints = hintsOf(decision);
    const waived = waiverText(decision);
    const link = isExplored ? linkTo(decision) : null;
    return (
      <>
        <p>{breakable(visible(decision.reason))}</p>
        {waived === null ? null : <p class="waived">{breakable(visible(waived))}</p>}
        {hints.length === 0 && link === null ? null : (
          <ul class="hints">
            {hints.map((hint) => (
              <li>{hint}</li>
            ))}
            {link === null ? null : (
              <li>
                <a href={link}>
                  show the cases
                  <span class="hidden">
                    {" "}
                    of {oneLine(decision.metric)} in {oneLine(decision.cohort)}
                  </span>
                </a>
              </li>
            )}
          </ul>
        )}
      </>
    );
  };
}

/** The explorer's view of the cases that made a decision what it is. */
function linkTo({ metric, cohort, regressed }: Decision): string | null {
  if (regressed === 0) return null;
  const tags = cohort === "all" ? [] : cohort.split(" & ");
  const evaluator = metric.replace(/\.value$/, "");
  return addressOf({
    change: "regressed",
    tags,
    evaluator,
    label: "",
    search: "",
    order: "loss",
    open: null,
  });
}

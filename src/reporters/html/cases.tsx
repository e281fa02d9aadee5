import type { CaseChange, Report } from "../../core/report.ts";
import * as format from "../format.ts";
import { caseCount, casesOf, changeHeading } from "../words.ts";
import { CaseRow } from "./case-row.tsx";
import { CaseView } from "./case-view.tsx";
import { explorerData } from "./explorer/data.ts";
import { Section } from "./parts.tsx";

/** Cases that the page shows without its script. */
const shownCases = 6;

const worstFirst = ["regressed", "errored", "unscored", "improved"] as const satisfies readonly CaseChange[];

/** The case explorer; where no script runs, the cases to look at first. */
export function Cases({ report, isExplored }: { report: Report; isExplored: boolean }) {
  if (report.cases.length === 0) return null;
  return (
    <Section id="cases" title="Cases" lead={`${countsText(report)}.${leftOutText(report)}`}>
      <div id="explorer">
        <FirstCases report={report} isExplored={isExplored} />
      </div>
    </Section>
  );
}

function countsText(report: Report): string {
  return (["regressed", "errored", "unscored", "improved", "unchanged"] as const)
    .filter((change) => caseCount(report, change) > 0)
    .map((change) => `${format.count(caseCount(report, change))} ${change}`)
    .join(", ");
}

function leftOutText(report: Report): string {
  const all = Object.values(report.caseCounts).reduce((sum, n) => sum + n, 0);
  if (all <= report.cases.length) return "";
  return ` Of ${format.count(all)} cases this page holds ${format.count(report.cases.length)}: all that regressed or errored, and a sample of the others, drawn by the seed of the run.`;
}

function FirstCases({ report, isExplored }: { report: Report; isExplored: boolean }) {
  const { run } = explorerData(report);
  const worst = worstFirst.flatMap((change) => casesOf(report, change));
  const shown = worst.slice(0, shownCases);
  if (shown.length === 0)
    return (
      <p>
        {isExplored
          ? "All cases stayed the same; with a script this page lists them."
          : "All cases stayed the same."}
      </p>
    );
  return (
    <>
      {worst.length > shown.length ? (
        <p class="cut">
          The {format.count(shown.length)} worst of {format.plural(worst.length, "case")} that did not stay
          the same.{" "}
          {isExplored
            ? "With JavaScript this page lists all, with filters and a search."
            : "The JSON report has all."}
        </p>
      ) : null}
      {worstFirst.map((change) => {
        const own = shown.filter((each) => each.change === change);
        if (own.length === 0) return null;
        return (
          <>
            <h3>
              {changeHeading[change]} <span class="faint">({format.count(caseCount(report, change))})</span>
            </h3>
            <div class="case-list">
              {own.map((each) => (
                <details class="case">
                  <summary class="case-row">
                    <CaseRow each={each} />
                  </summary>
                  <CaseView each={each} run={run} isBrief />
                </details>
              ))}
            </div>
          </>
        );
      })}
    </>
  );
}

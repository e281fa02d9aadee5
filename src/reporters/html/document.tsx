import type { Report } from "../../core/report.ts";
import { verdictInWords } from "../../core/waived.ts";
import * as format from "../format.ts";
import { oneLine } from "../text.ts";
import { capital } from "../words.ts";
import { Banner } from "./banner.tsx";
import { Cases } from "./cases.tsx";
import { Comparisons, OperationsSection } from "./comparisons.tsx";
import { Decisions } from "./decisions.tsx";
import { Explanation } from "./explanation.tsx";
import { Forest } from "./forest.tsx";
import { Looks } from "./looks.tsx";
import { NextSteps } from "./next.tsx";
import { Name } from "./parts.tsx";
import { Provenance } from "./provenance.tsx";
import { TraceCoverage, Trajectories } from "./traces.tsx";
import { Trust } from "./trust.tsx";

/** The whole page. */
export function Page(props: { report: Report; styles: string; policy: string; isExplored: boolean }) {
  const { report, styles, policy, isExplored } = props;
  const run = report.provenance;
  const name =
    run !== null
      ? oneLine(run.evaluation.name)
      : (report.canary?.plan.name ?? (report.traces ? "traces" : "gatewright"));
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{`${capital(verdictInWords(report))}: ${name}`}</title>
        {/* The only text that is not escaped is the page's own style. */}
        <style dangerouslySetInnerHTML={{ __html: styles }} />
      </head>
      <body>
        <a class="skip" href="#verdict">
          Skip to the verdict
        </a>
        <Header report={report} />
        <main>
          <Banner report={report} />
          <Contents report={report} />
          <Looks report={report} />
          <Trust report={report} />
          <Decisions report={report} isExplored={isExplored} />
          <Forest report={report} />
          <Comparisons report={report} />
          <OperationsSection report={report} />
          <TraceCoverage report={report} />
          <Trajectories report={report} />
          <NextSteps report={report} />
          <Cases report={report} isExplored={isExplored} />
          <Provenance report={report} />
          <Explanation report={report} />
        </main>
        <footer>
          <p>
            Made by gatewright{run === null ? "" : ` ${oneLine(run.software.gatewright)}`}. This page is
            complete in itself: it loads nothing from anywhere
            {isExplored ? ", and its one script shows the cases" : " and runs no script"}.
          </p>
        </footer>
      </body>
    </html>
  );
}

function Header({ report }: { report: Report }) {
  const run = report.provenance;
  return (
    <header>
      <p class="brand">gatewright</p>
      {run === null ? (
        <TraceNames report={report} />
      ) : (
        <p class="what">
          <strong>
            <Name>{run.evaluation.name}</Name>
          </strong>
          <span>
            <Name>{run.baseline.name}</Name> → <Name>{run.candidate.name}</Name>
          </span>
          <time dateTime={oneLine(run.createdAt)}>{oneLine(format.time(run.createdAt))}</time>
        </p>
      )}
    </header>
  );
}

function TraceNames({ report: { traces } }: { report: Report }) {
  if (traces === undefined) return null;
  const nameOf = ({ releases }: typeof traces.baseline) =>
    Object.keys(releases).slice(0, 3).join(", ") || "unknown";
  return (
    <p class="what">
      <strong>Traces</strong>
      <span>
        <Name>{nameOf(traces.baseline)}</Name> → <Name>{nameOf(traces.candidate)}</Name>
      </span>
    </p>
  );
}

function Contents({ report }: { report: Report }) {
  const drawn = report.decisions.some(
    ({ margin, interval, estimate }) => margin !== null && interval && estimate !== null,
  );
  const links: [string, string, boolean][] = [
    ["looks", "Looks", report.canary !== undefined],
    ["trust", "Before you trust this", true],
    ["decisions", "Decisions", true],
    ["plot", "Changes", drawn],
    ["comparisons", "Comparisons", report.comparisons.length > 0],
    ["operations", "Operations", report.operations.length > 0],
    ["coverage", "Traces", report.traces !== undefined],
    ["ways", "Ways", report.traces !== undefined],
    ["next", "What to do next", report.nextSteps.length > 0 || report.rollback !== null],
    ["cases", "Cases", report.cases.length > 0],
    ["provenance", "What was compared", true],
    ["rule", "How the rule works", true],
  ];
  return (
    <nav aria-label="Contents">
      <ul>
        {links
          .filter(([, , there]) => there)
          .map(([id, title]) => (
            <li>
              <a href={`#${id}`}>{title}</a>
            </li>
          ))}
      </ul>
    </nav>
  );
}

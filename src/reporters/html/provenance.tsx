import type { ComponentChildren } from "preact";
import type { Report } from "../../core/report.ts";
import type { RunManifest } from "../../core/run.ts";
import * as format from "../format.ts";
import { objections, promotionText } from "../promotions.ts";
import { jsonText, oneLine, visible } from "../text.ts";
import { findingText } from "../words.ts";
import { breakable } from "./break-places.tsx";
import { Code, type ColumnOf, DataTable, Name, Section } from "./parts.tsx";

interface ComponentRow {
  readonly name: string;
  readonly baseline: string | null;
  readonly candidate: string | null;
}

/** What exactly was compared, so that anyone can repeat it. */
export function Provenance({ report }: { report: Report }) {
  const run = report.provenance;
  if (run === null)
    return (
      <Section id="provenance" title="What exactly was compared">
        <p>
          {report.traces === undefined
            ? "Nothing: the run was refused before it had a manifest."
            : `The traces of ${oneLine(report.traces.baseline.label)} against those of ${oneLine(report.traces.candidate.label)}, as two groups that share no requests.`}
        </p>
      </Section>
    );
  const declared = report.comparability.filter(({ level }) => level === "declared");
  return (
    <Section id="provenance" title="What exactly was compared">
      <DataTable
        kind="scroll"
        caption="The two bundles, component by component"
        columns={columnsFor(run)}
        rows={componentRows(run)}
      />
      <h3>Declared differences</h3>
      {declared.length === 0 ? (
        <p>None was found. The candidate declares {changesText(run)}.</p>
      ) : (
        <>
          <ul>
            {declared.map((finding) => (
              <li>{breakable(visible(findingText(finding)))}</li>
            ))}
          </ul>
          <p class="faint">The candidate declares {changesText(run)}.</p>
        </>
      )}
      <h3>Run</h3>
      <dl class="run">{runFacts(run)}</dl>
      <Full run={run} />
    </Section>
  );
}

function changesText(run: RunManifest): string {
  return run.candidate.changes.length === 0 ? "no changes" : oneLine(run.candidate.changes.join(", "));
}

function componentRows({ baseline, candidate }: RunManifest): ComponentRow[] {
  const names = [...new Set([...Object.keys(baseline.components), ...Object.keys(candidate.components)])];
  const of = (release: RunManifest["baseline"], name: string) =>
    Object.hasOwn(release.components, name) ? (release.components[name]?.fingerprint ?? null) : null;
  return [
    { name: "whole bundle", baseline: baseline.fingerprint, candidate: candidate.fingerprint },
    ...names.map((name) => ({ name, baseline: of(baseline, name), candidate: of(candidate, name) })),
  ];
}

function columnsFor(run: RunManifest): ColumnOf<ComponentRow>[] {
  return [
    { heading: "Component", names: true, cell: ({ name }) => <Name>{name}</Name> },
    { heading: `Baseline: ${oneLine(run.baseline.name)}`, cell: ({ baseline }) => <Hash value={baseline} /> },
    {
      heading: `Candidate: ${oneLine(run.candidate.name)}`,
      cell: ({ candidate }) => <Hash value={candidate} />,
    },
    {
      heading: "Same?",
      cell: (row) => (row.baseline === row.candidate ? "= same" : <strong>≠ differs</strong>),
    },
  ];
}

/** A fingerprint, shortened; a dash where there is none. */
export function Hash({ value }: { value: string | null }) {
  return value === null ? <span>{format.absent}</span> : <Code>{format.shortFingerprint(value)}</Code>;
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function runFacts(run: RunManifest) {
  const { dataset, git, gate } = run;
  return (
    <>
      <Fact name="Dataset">
        <Name>{dataset.name}</Name>
        {dataset.version === null ? ", no version" : `, version ${dataset.version}`},{" "}
        {format.plural(dataset.cases, "case")}, <Hash value={dataset.fingerprint} />
      </Fact>
      <LiveSince run={run} />
      <Fact name="Cases chosen by">{run.filter === null ? "all cases" : <Code>{run.filter}</Code>}</Fact>
      <Fact name="Evaluators">{breakable(oneLine(run.evaluators.map(evaluatorText).join(", ")))}</Fact>
      <Fact name="Gate">
        <Name>{gate.name}</Name>, <Hash value={gate.hash} />
      </Fact>
      <Fact name="Trials">
        {format.count(run.plannedTrials)} planned, {format.plural(run.repetitions, "repetition")} of each case
      </Fact>
      <Fact name="Seed">{run.seed}</Fact>
      <CostBasis run={run} />
      <Fact name="Evaluation">
        <Name>{run.evaluation.name}</Name> in <Code>{run.evaluation.file}</Code>
      </Fact>
      <Fact name="Commit">
        {git === null ? "outside a repository" : <Hash value={git.commit} />}
        {git?.dirty ? ", and tracked files differed from it" : ""}
      </Fact>
      <Fact name="Software">
        gatewright {oneLine(run.software.gatewright)}, Node {oneLine(run.software.node)}
      </Fact>
      <Fact name="Run">
        <Code>{run.runId}</Code>, started {oneLine(format.time(run.createdAt))}
        {run.startedBy === undefined ? null : (
          <>
            {" "}
            by <Name>{run.startedBy}</Name>
          </>
        )}
      </Fact>
    </>
  );
}

/** Since when the baseline is live and who said so, as far as it was recorded; nothing where no promotion of the evaluation was. */
function LiveSince({ run: { promotions } }: { run: RunManifest }) {
  if (promotions === undefined) return null;
  const { baseline } = promotions;
  if (baseline === undefined) return <Fact name="Baseline live since">not recorded</Fact>;
  return (
    <Fact name="Baseline live since">
      {promotionText(baseline)}
      {baseline.runId === null ? null : (
        <>
          , by run <Code>{baseline.runId}</Code> ({baseline.verdict})
        </>
      )}
      {objections(baseline).map((text) => (
        <span class="sub">{text}</span>
      ))}
    </Fact>
  );
}

function evaluatorText({ name, version, judgedBy }: RunManifest["evaluators"][number]): string {
  const judge =
    judgedBy === undefined
      ? ""
      : `, judged by ${judgedBy.name} ${format.shortFingerprint(judgedBy.fingerprint)}`;
  return `${name} version ${version}${judge}`;
}

/** What the costs of the two sides rest on, where their targets say so. */
function CostBasis({ run: { baseline, candidate } }: { run: RunManifest }) {
  const said = [baseline.costBasis, candidate.costBasis];
  if (said.every((basis) => basis === undefined)) return null;
  const [ofBaseline, ofCandidate] = said.map((basis) => visible(oneLine(basis ?? "what the target reports")));
  return (
    <Fact name="Costs">
      {ofBaseline === ofCandidate ? ofBaseline : `baseline: ${ofBaseline}; candidate: ${ofCandidate}`}
    </Fact>
  );
}

function Full({ run }: { run: RunManifest }) {
  const values = {
    dataset: run.dataset.fingerprint,
    gate: run.gate,
    commit: run.git?.commit ?? null,
    baseline: run.baseline,
    candidate: run.candidate,
  };
  return (
    <details>
      <summary>Gate definition, components and fingerprints in full</summary>
      <pre>{jsonText(values, 2)}</pre>
    </details>
  );
}

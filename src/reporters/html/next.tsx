import type { Report } from "../../core/report.ts";
import * as format from "../format.ts";
import { visible } from "../text.ts";
import { promoteCommand } from "../words.ts";
import { breakable } from "./break-places.tsx";
import { type ColumnOf, DataTable, Name, Section } from "./parts.tsx";
import { Hash } from "./provenance.tsx";

type Component = NonNullable<Report["rollback"]>["components"][number];

/** What to do next, most important first, and the whole bundle that a rollback restores. */
export function NextSteps({ report }: { report: Report }) {
  const { nextSteps, rollback } = report;
  const promote = promoteCommand(report);
  if (nextSteps.length === 0 && rollback === null) return null;
  return (
    <Section id="next" title="What to do next">
      {nextSteps.length === 0 ? null : (
        <ol class="steps">
          {nextSteps.map(({ action, because }) => (
            <li>
              <strong>{breakable(visible(action))}</strong>
              <span class="sub">Because {breakable(visible(because))}</span>
            </li>
          ))}
        </ol>
      )}
      {promote === null ? null : (
        <p>
          Once it is live, record that, and who says so: <code>{promote}</code>
        </p>
      )}
      {rollback === null ? null : <Rollback rollback={rollback} isShipping={report.verdict === "pass"} />}
    </Section>
  );
}

function Rollback(props: { rollback: NonNullable<Report["rollback"]>; isShipping: boolean }) {
  const { release, fingerprint, components } = props.rollback;
  return (
    <>
      <h3>{props.isShipping ? "If it must be taken back later" : "To roll back"}</h3>
      <p>
        A rollback restores the whole bundle of{" "}
        <strong>
          <Name>{release}</Name>
        </strong>
        {fingerprint === null ? null : (
          <>
            {" "}
            (<Hash value={fingerprint} />)
          </>
        )}
        {components.length === 0
          ? "; traces name the release, not its components."
          : `: all ${format.plural(components.length, "component")}, also those that did not change. A part of it would be a third release that nobody has tested.`}
      </p>
      {components.length === 0 ? null : (
        <DataTable kind="cards" caption="What a rollback restores" columns={columns} rows={components} />
      )}
    </>
  );
}

const columns: readonly ColumnOf<Component>[] = [
  { heading: "Component", names: true, cell: ({ name }) => <Name>{name}</Name> },
  { heading: "Fingerprint", cell: ({ fingerprint }) => <Hash value={fingerprint} /> },
  {
    heading: "In the candidate",
    cell: ({ changed }) => (changed ? <strong>≠ another one</strong> : "= the same"),
  },
];

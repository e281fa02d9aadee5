import type { ReportedWaiver, WaiverState } from "../../core/waiver.ts";
import * as format from "../format.ts";
import { oneLine, visible } from "../text.ts";
import { breakable } from "./break-places.tsx";
import { Code, type ColumnOf, DataTable, Name } from "./parts.tsx";

const stateWords: Readonly<Record<WaiverState, string>> = {
  waived: "in effect",
  not_needed: "not needed",
  cannot_waive: "not covered",
  expired: "expired",
  other_release: "other release",
  not_decided: "not decided here",
  not_obeyed: "not obeyed",
};

/** Every waiver of the gate: what it covers, whether it has an effect, until when, by whose word and why. */
export function Waivers({ waivers }: { waivers: readonly ReportedWaiver[] }) {
  if (waivers.length === 0) return null;
  return (
    <DataTable
      kind="cards"
      caption={`Waivers of the gate: ${format.count(waivers.length)}`}
      columns={columns}
      rows={waivers}
      note={({ message }) => <p>{breakable(visible(message))}</p>}
    />
  );
}

const columns: readonly ColumnOf<ReportedWaiver>[] = [
  { heading: "Waiver", names: true, cell: ({ name }) => <Name>{name}</Name> },
  { heading: "State", cell: ({ state }) => <strong>{stateWords[state]}</strong> },
  {
    heading: "Waives",
    cell: ({ metric, cohort }) => (
      <span>
        <Code>{metric}</Code> in <Name>{cohort}</Name>
      </span>
    ),
  },
  { heading: "Last day (UTC)", cell: lastDay },
  { heading: "Approved by", cell: ({ approvedBy }) => <Name>{approvedBy}</Name> },
  { heading: "Reason", cell: (waiver) => <Reason waiver={waiver} /> },
];

function lastDay({ expires, daysLeft, isExpiringSoon }: ReportedWaiver) {
  const days =
    daysLeft < 0 ? "expired" : daysLeft === 0 ? "the last day" : `${format.plural(daysLeft, "day")} left`;
  return (
    <span>
      <time class="nowrap" dateTime={expires}>
        {expires}
      </time>
      <span class="sub">{isExpiringSoon ? <strong>{days}</strong> : days}</span>
    </span>
  );
}

/** The reason with its link, which can be followed where it is an address on the web, and is text otherwise. */
function Reason({ waiver: { reason, link, candidate } }: { waiver: ReportedWaiver }) {
  return (
    <span>
      {breakable(oneLine(reason))}
      {link === undefined ? null : (
        <span class="sub">
          {/^https?:\/\//i.test(link) ? (
            <a href={link} rel="noreferrer">
              {breakable(oneLine(link))}
            </a>
          ) : (
            breakable(oneLine(link))
          )}
        </span>
      )}
      {candidate === undefined ? null : (
        <span class="sub">
          for release <Name>{candidate}</Name> alone
        </span>
      )}
    </span>
  );
}

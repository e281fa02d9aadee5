// biome-ignore-all lint/a11y/noRedundantRoles: rows that are laid out as cards lose their roles in some browsers
import type { ComponentChildren, JSX } from "preact";
import type { Decision } from "../../core/comparison.ts";
import type { Verdict } from "../../core/gate.ts";
import { oneLine } from "../text.ts";
import { verdictSymbol } from "../words.ts";
import { breakable } from "./break-places.tsx";

/** A section of the page with its heading, which the contents link to. */
export function Section(props: { id: string; title: string; lead?: string; children: ComponentChildren }) {
  return (
    <section id={props.id} aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      {props.lead === undefined ? null : <p class="lead">{props.lead}</p>}
      {props.children}
    </section>
  );
}

/** A foreign name on one line, kept apart from the direction of writing around it. */
export function Name({ children }: { children: string }) {
  return <bdi>{breakable(oneLine(children))}</bdi>;
}

/** The name of a metric or another identifier. */
export function Code({ children }: { children: string }) {
  return <code>{breakable(oneLine(children))}</code>;
}

/** A verdict as symbol and word; `words` say more than the verdict itself, such as what is waived. */
export function VerdictMark({ verdict, words }: { verdict: Verdict; words?: string }) {
  return (
    <span class={`mark ${verdict}`}>
      <span class="symbol" aria-hidden="true">
        {verdictSymbol[verdict]}
      </span>
      {words ?? verdict}
    </span>
  );
}

/** One column of a table. */
export interface ColumnOf<Row> {
  readonly heading: string;
  readonly numeric?: boolean;
  /** True for a drawing, which takes the whole width of a card. */
  readonly drawn?: boolean;
  /** True for the column that names its row. */
  readonly names?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

/** A table with caption and scopes. As `cards` each row becomes a card on a narrow screen; as `scroll` the table scrolls in its own frame. */
export function DataTable<Row>(props: {
  caption: string;
  kind: "cards" | "scroll";
  columns: readonly ColumnOf<Row>[];
  rows: readonly Row[];
  /** Under each row, over its whole width. */
  note?: (row: Row) => ComponentChildren;
}) {
  const { caption, kind, columns, rows, note } = props;
  // Rows that are laid out as cards lose their roles and headings; those of a table that scrolls keep them.
  const asCards = kind === "cards";
  const role = (name: JSX.AriaRole) => (asCards ? { role: name } : {});
  const table = (
    <table {...role("table")} class={kind}>
      <caption>{caption}</caption>
      <thead {...role("rowgroup")}>
        <tr {...role("row")}>
          {columns.map((column) => (
            <th {...role("columnheader")} scope="col" class={classOf(column)}>
              {breakable(column.heading)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody {...role("rowgroup")}>
        {rows.map((row) => rowsOf(row, columns, note?.(row) ?? null, asCards))}
      </tbody>
    </table>
  );
  if (asCards) return table;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a frame that scrolls must be reachable by keyboard
    <section class="frame" aria-label={caption} tabIndex={0}>
      {table}
    </section>
  );
}

function classOf({ numeric, drawn }: { readonly numeric?: boolean; readonly drawn?: boolean }) {
  return numeric ? "number" : drawn ? "drawn" : undefined;
}

function rowsOf<Row>(row: Row, columns: readonly ColumnOf<Row>[], note: ComponentChildren, asCards: boolean) {
  const cell = (role: JSX.AriaRole, column: ColumnOf<Row>) =>
    asCards ? { role, "data-label": column.heading } : {};
  return (
    <>
      <tr {...(asCards ? { role: "row" as const } : {})} class={note === null ? undefined : "noted"}>
        {columns.map((column) =>
          column.names ? (
            <th {...cell("rowheader", column)} scope="row">
              {column.cell(row)}
            </th>
          ) : (
            <td {...cell("cell", column)} class={classOf(column)}>
              {column.cell(row)}
            </td>
          ),
        )}
      </tr>
      {note === null ? null : (
        <tr {...(asCards ? { role: "row" as const } : {})} class="note">
          <td {...(asCards ? { role: "cell" as const } : {})} colSpan={columns.length}>
            {note}
          </td>
        </tr>
      )}
    </>
  );
}

/** The worst decision that decides the verdict, of a pass the worst that is waived; `null` where there is none. */
export function decisiveOf(decisions: readonly Decision[], verdict: Verdict): Decision | null {
  const isDecisive = ({ severity, decision, waiver }: Decision) =>
    verdict === "pass"
      ? waiver !== undefined
      : severity === "blocking" && decision === verdict && waiver === undefined;
  return decisions.find(isDecisive) ?? null;
}

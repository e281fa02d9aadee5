import { useEffect, useMemo, useState } from "preact/hooks";
import type { CaseReport } from "../../../core/report.ts";
import * as format from "../../format.ts";
import { CaseRow } from "../case-row.tsx";
import { CaseView } from "../case-view.tsx";
import type { Cut, ExplorerData } from "./data.ts";
import { Filters } from "./filters.tsx";
import { searchedText, selectCases } from "./select.ts";
import { addressOf, type View, viewOf } from "./view.ts";

/** Cases that are listed at once; a button brings as many more. */
const pageLength = 40;

/** The part of the page's address behind `#`, which holds what the explorer shows. */
export interface Address {
  read(): string;
  write(address: string): void;
  /** @returns what ends the listening. */
  listen(onChange: () => void): () => void;
}

/** Filters, search and order over all cases, one of them open. */
export function Explorer({ data, address }: { data: ExplorerData; address: Address }) {
  const [view, show] = useView(data, address);
  const [length, setLength] = useState(pageLength);
  const textOf = useMemo(searchTexts, [data]);
  const found = useMemo(
    () => selectCases(data.cases, view, textOf),
    [data, view.change, view.tags.join("\n"), view.evaluator, view.label, view.search, view.order],
  );
  const place = found.findIndex(({ caseId }) => caseId === view.open);
  const shown = found.slice(0, Math.max(length, place + 1));
  return (
    <>
      <Filters
        data={data}
        view={view}
        onChange={(changes) => {
          setLength(pageLength);
          show({ ...view, ...changes, open: null });
        }}
      />
      {data.cut === null ? null : <p class="cut">{leftOutText(data.cut)}</p>}
      <p class="found" role="status">
        {found.length === 0
          ? "No case fits. Take a filter away to see more."
          : `${format.plural(found.length, "case")}${found.length === data.cases.length ? "" : ` of ${format.count(data.cases.length)}`}`}
      </p>
      <ul class="case-list">
        {shown.map((each, index) => (
          <CaseItem
            key={each.caseId}
            each={each}
            data={data}
            isOpen={index === place}
            next={found[index + 1]}
            onOpen={(open) => show({ ...view, open })}
          />
        ))}
      </ul>
      {shown.length < found.length ? (
        <button type="button" class="more" onClick={() => setLength(shown.length + pageLength)}>
          Show {format.count(Math.min(pageLength, found.length - shown.length))} more
        </button>
      ) : null}
    </>
  );
}

/** What the page leaves out of its cases to stay small. */
function leftOutText({ at, texts, isHarmCut, casesInBrief }: Cut): string {
  const whose = isHarmCut ? "" : " of cases that neither regressed nor errored";
  const parts = [
    ...(at === null
      ? []
      : [`${format.plural(texts, "text")}${whose} end after ${format.count(at)} characters with “…”`]),
    ...(casesInBrief === 0
      ? []
      : [`${format.plural(casesInBrief, "case")} that stayed the same come without steps and evidence`]),
  ];
  return `To keep this page small, ${parts.join(", and ")}. Everything else is whole; the command of each case shows it in full.`;
}

/** The view that the address stands for; each change of it is written there. */
function useView(data: ExplorerData, address: Address): [View, (view: View) => void] {
  const [view, setView] = useState(() => viewOf(address.read()) ?? firstView(data));
  useEffect(
    () =>
      address.listen(() => {
        const next = viewOf(address.read());
        if (next !== null) setView(next);
      }),
    [address],
  );
  const show = (next: View) => {
    address.write(addressOf(next));
    setView(next);
  };
  return [view, show];
}

function firstView({ counts }: ExplorerData): View {
  const change = counts.regressed > 0 ? "regressed" : "all";
  return { change, tags: [], evaluator: "", label: "", search: "", order: "loss", open: null };
}

/** The searched text of each case, made when it is first asked for. */
function searchTexts(): (each: CaseReport) => string {
  const texts = new Map<CaseReport, string>();
  return (each) => {
    const known = texts.get(each);
    if (known !== undefined) return known;
    const text = searchedText(each);
    texts.set(each, text);
    return text;
  };
}

function CaseItem(props: {
  each: CaseReport;
  data: ExplorerData;
  isOpen: boolean;
  next: CaseReport | undefined;
  onOpen: (caseId: string | null) => void;
}) {
  const { each, data, isOpen, next, onOpen } = props;
  return (
    <li class={isOpen ? "case open" : "case"}>
      <h3>
        <button
          type="button"
          class="case-row"
          aria-expanded={isOpen}
          data-case={each.caseId}
          onClick={() => onOpen(isOpen ? null : each.caseId)}
        >
          <CaseRow each={each} />
        </button>
      </h3>
      {isOpen ? (
        <>
          <CutNote texts={data.cut?.textsByCase[data.cases.indexOf(each)] ?? 0} />
          <CaseView each={each} run={data.run} />
          {next === undefined ? null : (
            <button type="button" class="more" onClick={() => onOpen(next.caseId)}>
              Next case
            </button>
          )}
        </>
      ) : null}
    </li>
  );
}

function CutNote({ texts }: { texts: number }) {
  if (texts === 0) return null;
  return <p class="cut">{format.plural(texts, "text")} of this case are cut here and end with “…”.</p>;
}

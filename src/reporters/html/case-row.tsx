import type { CaseReport } from "../../core/report.ts";
import * as format from "../format.ts";
import { cut, oneLine } from "../text.ts";
import { changeHeading, changeSymbol, firstReason, tagsText } from "../words.ts";
import { breakable } from "./break-places.tsx";
import { lossOf } from "./explorer/select.ts";
import { Code, Name } from "./parts.tsx";

/** One line that names a case, what became of it and why. */
export function CaseRow({ each }: { each: CaseReport }) {
  const { metric, reason } = firstReason(each);
  const why =
    each.change === "improved"
      ? `better: ${each.improvedMetrics.join(", ")}`
      : [metric, reason].filter(Boolean).join(": ");
  const loss = lossOf(each);
  return (
    <>
      <span class={`symbol ${each.change}`} aria-hidden="true">
        {changeSymbol[each.change]}
      </span>
      <span class="case-name">
        <span class="hidden">{changeHeading[each.change]}: </span>
        <Code>{cut(each.caseId, 120)}</Code>
        <span class="sub">
          <Name>{tagsText(each.cohorts)}</Name>
        </span>
      </span>
      <span class="why">{breakable(cut(oneLine(why === "" ? each.input : why), 160))}</span>
      <span class="loss">{loss > 0 ? `loss ${format.fixed(loss, 2)}` : ""}</span>
    </>
  );
}

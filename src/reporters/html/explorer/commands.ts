import type { CaseReport } from "../../../core/report.ts";
import { oneLine } from "../../text.ts";
import type { ExplorerData } from "./data.ts";
import { tagsOf } from "./select.ts";

/** Commands that look at a case, and that run its cohort again, for a POSIX shell. */
export function commandsFor(
  { caseId, ...each }: CaseReport,
  run: NonNullable<ExplorerData["run"]>,
): { show: string; rerun: string } {
  const cohort = tagsOf({ caseId, ...each }).join(" & ");
  return {
    show: `npx evals show ${shellWord(run.id)} ${shellWord(caseId)}`,
    rerun: `npx evals run ${shellWord(run.file)}${cohort === "" ? "" : ` --cohort ${shellWord(cohort)}`}`,
  };
}

/** A word that a shell takes as it stands; control characters, which no shell shows, are made visible and will not fit. */
function shellWord(word: string): string {
  const shown = oneLine(word);
  return /^[\w./:@%+-]+$/.test(shown) && !shown.startsWith("-")
    ? shown
    : `'${shown.replaceAll("'", `'\\''`)}'`;
}

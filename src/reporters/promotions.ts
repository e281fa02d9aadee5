import type { Promotion, PromotionMark } from "../core/promotion.ts";
import * as format from "./format.ts";
import { jsonText, oneLine } from "./text.ts";

/** The symbol of what was recorded, so that nothing is said by colour alone. */
export const promotionSymbol: Readonly<Record<Promotion["kind"], string>> = {
  promotion: "▲",
  rollback: "▼",
};

/** When and by whom: `2026-01-31 14:25 UTC by Ada`, or the day alone, and that it was a rollback. */
export function promotionText(
  { kind, at, by }: Pick<PromotionMark, "kind" | "at" | "by">,
  precision: "minute" | "day" = "minute",
): string {
  const how = kind === "rollback" ? ", by a rollback" : "";
  return `${oneLine(precision === "day" ? at.slice(0, 10) : format.time(at))} by ${oneLine(by)}${how}`;
}

/** A release by name and fingerprint, on one line. */
function releaseText({ name, fingerprint }: PromotionMark["release"]): string {
  return `${oneLine(name)} (${format.shortFingerprint(fingerprint)})`;
}

/** What is always said of a promotion: the verdict that it was made despite, and what spoke against it. */
export function objections({ despite, verdict, caveats }: PromotionMark): string[] {
  const reason =
    verdict === "pass" || verdict === null ? "despite an objection" : `despite its verdict, ${verdict}`;
  return [
    ...(despite === undefined ? [] : [`${reason}: ${oneLine(despite)}`]),
    ...(caveats ?? []).map((caveat) => oneLine(caveat)),
  ];
}

/** The promotions and rollbacks of each evaluation as text, the newest first. */
export function renderPromotions(promotions: readonly Promotion[]): string {
  const evaluations = [...new Set(promotions.map(({ evaluation }) => evaluation))];
  const groups = evaluations.map((evaluation) => {
    const own = promotions.filter((each) => each.evaluation === evaluation).reverse();
    const lines = own.flatMap((each, index) => entryLines(each, index === 0));
    return `${oneLine(evaluation)}\n${lines.join("\n")}\n`;
  });
  return groups.join("\n");
}

function entryLines(each: Promotion, isLive: boolean): string[] {
  const run = each.runId === null ? "no run" : `run ${oneLine(each.runId)} (${each.verdict})`;
  const head = `${promotionSymbol[each.kind]} ${each.number}  ${each.kind.padEnd(9)}  ${oneLine(format.time(each.at))}  ${releaseText(each.release)}  by ${oneLine(each.by)}  ${run}`;
  return [
    `  ${head}${isLive ? "  live" : ""}`,
    ...objections(each).map((line) => `      ! ${line}`),
    ...(each.note === undefined ? [] : [`      note: ${oneLine(each.note)}`]),
  ];
}

/** What was just recorded, as text: a rollback with every component that it restores. */
export function renderRecorded(promotion: Promotion, isNew: boolean): string {
  const { kind, release, replaced, evaluation, byFrom, runId, verdict, note } = promotion;
  const live = `${releaseText(release)} is recorded as the live release of ${oneLine(evaluation)}`;
  if (!isNew) return `nothing to record: ${live} already, since ${promotionText(promotion)}\n`;
  const lines = [
    `${promotionSymbol[kind]} ${live}, ${promotionText(promotion)} (${oneLine(byFrom)})`,
    ...(runId === null ? [] : [`  run: ${oneLine(runId)} (${verdict})`]),
    `  in place of: ${releaseText(replaced)}`,
    ...objections(promotion).map((line) => `  ! ${line}`),
    ...(note === undefined ? [] : [`  note: ${oneLine(note)}`]),
    ...(kind === "rollback" ? bundleLines(promotion) : []),
    "This is a record: nothing was deployed. Make the release the `baseline` of the evaluation, so that the next one is compared with it.",
  ];
  return `${lines.join("\n")}\n`;
}

/** Every component of the bundle to restore with its value, those that differ from what was live marked. */
function bundleLines({ release, replaced }: Promotion): string[] {
  const components = Object.entries(release.components);
  const width = Math.max(...components.map(([name]) => oneLine(name).length));
  const lines = components.map(([name, { value, fingerprint }]) => {
    const isSame =
      Object.hasOwn(replaced.components, name) && replaced.components[name]?.fingerprint === fingerprint;
    return `  ${isSame ? "=" : "≠"} ${oneLine(name).padEnd(width)}  ${jsonText(value)}`;
  });
  return [`Restore the whole bundle of ${releaseText(release)} (≠ differs from what was live):`, ...lines];
}

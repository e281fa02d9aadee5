import type { CaseChange } from "../../../core/report.ts";

/** The orders of the cases: by loss, by name, or by how much slower the candidate was. */
export const orders = ["loss", "name", "latency"] as const;

/** What the case explorer shows. */
export interface View {
  /** What became of the cases; `all` for every kind. */
  readonly change: CaseChange | "all";
  /** Tags that the cases carry, such as `tier=free`. */
  readonly tags: readonly string[];
  /** Name of an evaluator; empty for every one. */
  readonly evaluator: string;
  /** A policy label; empty for every one. */
  readonly label: string;
  /** Words that all occur in the case; empty for no search. */
  readonly search: string;
  readonly order: (typeof orders)[number];
  /** Identifier of the case that is open; `null` for none. */
  readonly open: string | null;
}

const kinds: readonly View["change"][] = ["all", "regressed", "errored", "unscored", "improved", "unchanged"];
const prefix = "#cases?";

/** The part of the page's address that stands for a view: every view is a link. */
export function addressOf(view: View): string {
  const words = new URLSearchParams();
  words.set("change", view.change);
  for (const tag of view.tags) words.append("cohort", tag);
  if (view.evaluator !== "") words.set("evaluator", view.evaluator);
  if (view.label !== "") words.set("label", view.label);
  if (view.search !== "") words.set("search", view.search);
  if (view.order !== "loss") words.set("order", view.order);
  if (view.open !== null) words.set("case", view.open);
  return `${prefix}${words}`;
}

/** The view that an address stands for; `null` where it means another place of the page. Unknown words are taken as left out. */
export function viewOf(address: string): View | null {
  if (!address.startsWith(prefix)) return null;
  const words = new URLSearchParams(address.slice(prefix.length));
  return {
    change: kinds.find((kind) => kind === words.get("change")) ?? "all",
    tags: words.getAll("cohort"),
    evaluator: words.get("evaluator") ?? "",
    label: words.get("label") ?? "",
    search: words.get("search") ?? "",
    order: orders.find((order) => order === words.get("order")) ?? "loss",
    open: words.get("case"),
  };
}

import type { CaseReport } from "../../../core/report.ts";
import * as format from "../../format.ts";
import { oneLine } from "../../text.ts";
import { changeSymbol } from "../../words.ts";
import type { ExplorerData } from "./data.ts";
import { orders, type View } from "./view.ts";

const changes = ["regressed", "errored", "unscored", "improved", "unchanged"] as const;
const orderWords = {
  loss: "largest loss first",
  name: "by name",
  latency: "slowed down most first",
} as const;

/** Dimensions with more values than this are identifiers; nobody filters by them. */
const mostValues = 60;

interface Props {
  readonly data: ExplorerData;
  readonly view: View;
  readonly onChange: (changes: Partial<View>) => void;
}

/** What became of the cases, their tags, evaluator and label, a search, and the order. */
export function Filters({ data, view, onChange }: Props) {
  const dimensions = dimensionsOf(data.cases);
  const evaluators = namesOf(data.cases, ({ baseline, candidate }) => [
    ...Object.keys(baseline.evaluations),
    ...Object.keys(candidate.evaluations),
  ]);
  const labels = namesOf(data.cases, ({ policyLabels }) => policyLabels);
  return (
    <form class="filters" aria-label="Filters of the cases" onSubmit={(event) => event.preventDefault()}>
      <Changes data={data} view={view} onChange={onChange} />
      <div class="fields">
        <label>
          <span>Search in all texts</span>
          <input
            type="search"
            value={view.search}
            onInput={(event) => onChange({ search: event.currentTarget.value })}
          />
        </label>
        {dimensions.map(({ dimension, values }) => (
          <Choice
            name={oneLine(dimension)}
            value={view.tags.find((tag) => tag.startsWith(`${dimension}=`)) ?? ""}
            options={values.map((value) => [`${dimension}=${value}`, value])}
            onChange={(tag) => {
              const others = view.tags.filter((own) => !own.startsWith(`${dimension}=`));
              onChange({ tags: tag === "" ? others : [...others, tag] });
            }}
          />
        ))}
        <Choice
          name="Evaluator"
          value={view.evaluator}
          options={evaluators.map((name) => [name, name])}
          onChange={(evaluator) => onChange({ evaluator })}
        />
        {labels.length === 0 ? null : (
          <Choice
            name="Policy label"
            value={view.label}
            options={labels.map((name) => [name, name])}
            onChange={(label) => onChange({ label })}
          />
        )}
        <label>
          <span>Order</span>
          <select
            value={view.order}
            onChange={(event) => {
              const order = orders.find((each) => each === event.currentTarget.value);
              if (order !== undefined) onChange({ order });
            }}
          >
            {orders.map((order) => (
              <option value={order} selected={order === view.order}>
                {orderWords[order]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </form>
  );
}

function Changes({ data, view, onChange }: Props) {
  const kinds = (["all", ...changes] as const).filter((kind) => kind === "all" || data.counts[kind] > 0);
  return (
    <fieldset class="changes">
      <legend class="hidden">What became of the cases</legend>
      {kinds.map((kind) => (
        <label class={kind}>
          <input
            type="radio"
            name="change"
            checked={view.change === kind}
            onChange={() => onChange({ change: kind })}
          />
          <span>
            {kind === "all" ? null : <span aria-hidden="true">{changeSymbol[kind]} </span>}
            {kind}{" "}
            <strong>
              {format.count(kind === "all" ? sum(Object.values(data.counts)) : data.counts[kind])}
            </strong>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Choice(props: {
  name: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  const { name, value, options, onChange } = props;
  return (
    <label>
      <span>{name}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="" selected={value === ""}>
          all
        </option>
        {options.map(([option, shown]) => (
          <option value={option} selected={option === value}>
            {oneLine(shown)}
          </option>
        ))}
      </select>
    </label>
  );
}

function dimensionsOf(cases: readonly CaseReport[]): { dimension: string; values: string[] }[] {
  const found = new Map<string, Set<string>>();
  for (const { cohorts } of cases) {
    for (const [dimension, value] of Object.entries(cohorts)) {
      const values = found.get(dimension);
      if (values === undefined) found.set(dimension, new Set([value]));
      else values.add(value);
    }
  }
  return [...found]
    .filter(([, values]) => values.size > 1 && values.size <= mostValues)
    .map(([dimension, values]) => ({ dimension, values: [...values].sort() }));
}

function namesOf(cases: readonly CaseReport[], of: (each: CaseReport) => readonly string[]): string[] {
  return [...new Set(cases.flatMap(of))].sort();
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

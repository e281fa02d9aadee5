import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/comparison.ts";
import type { Verdict } from "../../../src/core/gate.ts";
import { changedComponents, nextSteps, rollbackTo } from "../../../src/pipeline/next-steps.ts";
import { marginDecision } from "../../fixtures/report-decisions.ts";
import { manifests } from "./support.ts";

const failed = (metric: string, cohort = "all", more: Partial<Decision> = {}) =>
  marginDecision({ metric, cohort, decision: "fail", estimate: -0.1, ...more });
const kinds = (verdict: Verdict, decisions: Decision[], changed: string[] = []) =>
  nextSteps(verdict, decisions, changed).map(({ kind }) => kind);

// The table of docs/what-next.md, row by row.
describe("what to do next", () => {
  it.each([
    [["groundedness", "context_relevance"], ["refresh_index"]],
    [["groundedness.value", "context_relevance_judge"], ["refresh_index"]],
    [["groundedness"], ["repair_prompt_or_model"]],
    [["context_relevance"], ["refresh_index"]],
    [["tool_selection"], ["repair_router_or_tools"]],
    [["json_validation"], ["repair_output_format"]],
    [["latency_ms.p99"], ["roll_back_route"]],
    [["fallback_rate"], ["roll_back_route"]],
    [["error_rate"], ["roll_back_route"]],
    [["input_tokens"], ["cut_cost"]],
    [["task_completion"], ["repair_task"]],
    [["politeness"], ["repair_task"]],
    [
      ["tool_selection", "latency_ms.p95"],
      ["repair_router_or_tools", "roll_back_route"],
    ],
  ])("%j failed: %j", (metrics, expected) => {
    expect(
      kinds(
        "fail",
        metrics.map((metric) => failed(metric)),
      ),
    ).toEqual(expected);
  });

  it("says where it failed and what of it the candidate changed", () => {
    const [step] = nextSteps("fail", [failed("tool_selection", "tier=free")], ["prompt", "model"]);
    expect(step!.because).toBe("tool_selection failed in tier=free; the candidate changed prompt.");
    const [other] = nextSteps("fail", [failed("groundedness")], ["route"]);
    expect(other!.because).toContain("the candidate changed route only");
  });

  it("offers a narrower canary where harm is in one cohort, and in what contains it", () => {
    const one = [
      failed("tool_selection", "tier=free & intent=refund"),
      failed("tool_selection", "intent=refund"),
    ];
    const steps = nextSteps("fail", one, []);
    expect(steps.at(-1)).toMatchObject({ kind: "narrow_canary" });
    expect(steps.at(-1)!.action).toContain("without tier=free & intent=refund");
    expect(
      kinds("fail", [failed("tool_selection", "tier=free"), failed("tool_selection", "tier=pro")]),
    ).not.toContain("narrow_canary");
    expect(kinds("fail", [failed("tool_selection")])).not.toContain("narrow_canary");
  });

  it("ships a pass, and watches what got worse within its margin", () => {
    expect(kinds("pass", [marginDecision()])).toEqual(["ship"]);
    expect(kinds("pass", [marginDecision({ degradedWithinMargin: true })])).toEqual(["ship", "watch"]);
  });

  it("never ships what is open or was not measured", () => {
    const open = marginDecision({ decision: "inconclusive", cohort: "language=de", casesNeeded: 190 });
    expect(nextSteps("inconclusive", [open], [])).toEqual([
      expect.objectContaining({
        kind: "collect_more",
        action: expect.stringContaining("language=de has about 190"),
      }),
    ]);
    expect(kinds("error", [marginDecision({ decision: "error" })])).toEqual(["measure_again"]);
    expect(kinds("error", [])).toEqual(["measure_again"]);
  });

  it("an advisory failure is no reason to repair", () => {
    expect(
      kinds("pass", [marginDecision(), failed("groundedness", "all", { severity: "advisory" })]),
    ).toEqual(["ship"]);
  });
});

describe("a rollback", () => {
  it("names every component of the live release, and marks what the candidate changed", () => {
    const rollback = rollbackTo(manifests.baseline, manifests.candidate);
    expect(rollback.release).toBe("live");
    expect(rollback.components.map(({ name }) => name)).toEqual(Object.keys(manifests.baseline.components));
    expect(changedComponents(rollback)).toEqual(["prompt"]);
  });
});

import { defineGate } from "gatewright";

// What must hold before another model file may answer for the support router. The margins are those of release.gate.ts.
export default defineGate({
  name: "local-model",
  criteria: [
    { metric: "tool_selection", margin: 0.05, cohorts: ["all"] },
    { metric: "tool_selection", margin: 0.08, cohorts: ["tier=*", "language=*"] },
    // One kind of customer with one kind of request: where a good average hides harm.
    { metric: "tool_selection", margin: 0.15, cohorts: ["tier=* & intent=*"], minimumCohortSize: 50 },
    { metric: "task_completion", margin: 0.08, cohorts: ["all"] },
    { metric: "error_rate", atMost: 0.02 },
  ],
});

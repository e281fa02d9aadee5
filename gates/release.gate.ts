import { defineGate } from "gatewright";

// What must hold before a release of the support agent may ship. A margin is the largest loss against the live release that we accept.
export default defineGate({
  name: "release",
  criteria: [
    { metric: "tool_selection", margin: 0.05, cohorts: ["all"] },
    { metric: "task_completion", margin: 0.05, cohorts: ["all"] },
    { metric: "tool_selection", margin: 0.08, cohorts: ["tier=*", "risk=*", "language=*"] },
    { metric: "task_completion", margin: 0.08, cohorts: ["tier=*", "risk=*", "language=*"] },
    // One kind of customer with one kind of request: where a good average hides harm.
    { metric: "tool_selection", margin: 0.15, cohorts: ["tier=* & intent=*"], minimumCohortSize: 50 },
    { metric: "groundedness", margin: 0.05, cohorts: ["all"] },
    { metric: "context_relevance", margin: 0.05, cohorts: ["all"] },
    { metric: "json_validation", margin: 0.1, cohorts: ["all"] },
    { metric: "error_rate", atMost: 0.02 },
  ],
});

import { defineGate } from "gatewright";

// Few cases settle large differences only: the margins say which loss would go unseen.
export default defineGate({
  name: "gemma",
  criteria: [
    { metric: "json_validation", margin: 0.1, cohorts: ["all"] },
    { metric: "json_validation", margin: 0.15, cohorts: ["language=*"] },
    { metric: "error_rate", atMost: 0.05 },
  ],
});

import { type Kind, WrongUse } from "./kind.ts";

/** Groundedness against human labels. */
export const kind: Kind = {
  run() {
    throw new WrongUse("groundedness is not compared yet");
  },
};

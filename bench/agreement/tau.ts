import { type Kind, WrongUse } from "./kind.ts";

/** Not there yet. */
export const kind: Kind = {
  run() {
    throw new WrongUse("this kind is not compared yet");
  },
};

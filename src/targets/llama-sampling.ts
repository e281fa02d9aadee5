import { refused } from "./llama-library.ts";

/** The part of the library's context that draws a token; it is not part of what the library promises. */
interface Native {
  sampleToken?: (...given: unknown[]) => Promise<unknown>;
}

/**
 * Lets the sequences of a context draw their tokens one after the other.
 *
 * node-llama-cpp 3.21 draws those of one batch in several threads at once, and llama.cpp puts the rows of a batch in order at the first look at them,
 * without a lock: now and then a sequence got the token of another, in about one of a hundred answers of a small model.
 *
 * @throws EvalsError `TARGET_INVALID` where the library is built in another way, so that nobody knows whether it does the same.
 */
export function sampleInTurn(target: string, context: object): void {
  const native = (context as { _ctx?: Native })._ctx;
  const sample = native?.sampleToken?.bind(native);
  if (native === undefined || sample === undefined) {
    throw refused(
      `target "${target}": this version of node-llama-cpp is not known to keep several slots apart`,
      "set `slots: 1`, or install node-llama-cpp 3.21",
    );
  }
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (...given: unknown[]) => {
    const drawn = last.then(() => sample(...given));
    last = drawn.catch(() => undefined);
    return drawn;
  };
  // Of the class it is read-only.
  Object.defineProperty(native, "sampleToken", { value: inTurn });
}

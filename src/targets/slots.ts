/** Things of which each serves one call at a time. */
export interface SlotQueue<T> {
  /** Takes a free one, or waits for it in the order of the calls; rejects with the signal's reason when it is aborted meanwhile. */
  take(signal: AbortSignal): Promise<T>;
  /** Gives one back. */
  give(slot: T): void;
}

/** A queue in front of things of which each serves one call at a time. */
export function slotQueue<T>(slots: readonly T[]): SlotQueue<T> {
  const free = [...slots];
  const waiting: ((slot: T) => void)[] = [];
  return {
    take(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const slot = free.pop();
        if (slot !== undefined) return resolve(slot);
        const leave = () => {
          waiting.splice(waiting.indexOf(serve), 1);
          reject(signal.reason);
        };
        const serve = (given: T) => {
          signal.removeEventListener("abort", leave);
          resolve(given);
        };
        waiting.push(serve);
        signal.addEventListener("abort", leave, { once: true });
      });
    },
    give(slot) {
      const serve = waiting.shift();
      if (serve === undefined) free.push(slot);
      else serve(slot);
    },
  };
}

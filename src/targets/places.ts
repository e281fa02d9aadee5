/** A number of places that are taken and given back in turn. */
export interface Places {
  /** Takes a place, when one is free. Rejects with the signal's reason when it is aborted before. */
  enter(signal: AbortSignal): Promise<void>;
  /** Gives a place back. */
  leave(): void;
}

/** So many places. Who came first goes first. */
export function places(count: number): Places {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async enter(signal) {
      if (free > 0) {
        free--;
        return;
      }
      await new Promise<void>((done, reject) => {
        const go = () => {
          signal.removeEventListener("abort", giveUp);
          done();
        };
        const giveUp = () => {
          waiting.splice(waiting.indexOf(go), 1);
          reject(signal.reason);
        };
        waiting.push(go);
        signal.addEventListener("abort", giveUp, { once: true });
      });
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}

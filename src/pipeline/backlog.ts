/** Work that goes on beside what starts it, so much of it at a time. */
export interface Backlog {
  /** Starts work after the calls that are ready have been sent; the promise resolves as soon as there is room for more. Rejects with what earlier work threw. */
  add(work: () => Promise<void>): Promise<void>;
  /** Resolves when all work is done; rejects with the first error. */
  done(): Promise<void>;
}

/** A backlog that holds its adders back while so many works are under way. */
export function backlog(limit: number): Backlog {
  let underWay = 0;
  let failure: { readonly error: unknown } | null = null;
  /** Those who wait for room, in order: a race over all that is under way would cost as much as there is, for each. */
  const forRoom: (() => void)[] = [];
  const forEnd: (() => void)[] = [];
  const throwFailure = () => {
    if (failure !== null) throw failure.error;
  };
  const ended = () => {
    underWay--;
    forRoom.shift()?.();
    if (underWay === 0) for (const wake of [...forRoom.splice(0), ...forEnd.splice(0)]) wake();
  };
  const start = (work: () => Promise<void>) => {
    underWay++;
    setImmediate(() => {
      work()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .then(ended);
    });
  };
  return {
    async add(work) {
      throwFailure();
      start(work);
      while (underWay >= limit) await new Promise<void>((resolve) => void forRoom.push(resolve));
      throwFailure();
    },
    async done() {
      while (underWay > 0) await new Promise<void>((resolve) => void forEnd.push(resolve));
      throwFailure();
    },
  };
}

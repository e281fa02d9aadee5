/** Work that goes on beside what starts it, so much of it at a time. */
export interface Backlog {
  /** Starts work after the calls that are ready have been sent; the promise resolves as soon as there is room for more. Rejects with what earlier work threw. */
  add(work: () => Promise<void>): Promise<void>;
  /** Resolves when all work is done; rejects with the first error. */
  done(): Promise<void>;
}

/** A backlog that holds its adders back while so many works are under way. */
export function backlog(limit: number): Backlog {
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  const throwFailure = () => {
    if (failure !== null) throw failure.error;
  };
  const start = async (work: () => Promise<void>) => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    await work();
  };
  return {
    async add(work) {
      throwFailure();
      const running: Promise<void> = start(work)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => underWay.delete(running));
      underWay.add(running);
      while (underWay.size >= limit) await Promise.race(underWay);
      throwFailure();
    },
    async done() {
      while (underWay.size > 0) await Promise.all(underWay);
      throwFailure();
    },
  };
}

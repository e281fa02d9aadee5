/** What became of a batch: how many of its items were taken, and why not all. */
export interface Delivery {
  readonly acknowledged: number;
  readonly error: string | null;
}

/** Bounds of a queue. */
export interface QueueLimits {
  /** Largest number of items in one delivery. */
  readonly batchSize: number;
  /** Largest number of deliveries at a time. */
  readonly inFlight: number;
  /** Largest number of items that are kept while nothing is acknowledged. */
  readonly capacity: number;
  /** Longest time that an item waits for its batch to fill. */
  readonly lingerMs: number;
  /** Longest wait for the next acknowledgement before the other side counts as stalled, and before `close` gives up. */
  readonly patienceMs: number;
  /** Longest time that `close` takes. */
  readonly closeMs: number;
}

/** The limits that traces are sent with. The patience is a little more than the exporter's own deadline of 10 s. */
export const queueLimits: QueueLimits = {
  batchSize: 512,
  inFlight: 4,
  capacity: 65_536,
  lingerMs: 1000,
  patienceMs: 12_000,
  closeMs: 60_000,
};

/** Counts of a queue. What was added and not acknowledged is lost, or not yet known to have arrived. */
export interface QueueCounts {
  readonly added: number;
  readonly acknowledged: number;
  readonly lastError: string | null;
}

/** Delivers items in batches and loses none while the other side answers. */
export interface ExportQueue<T> {
  /** Takes items. The promise waits while every delivery is busy and a further batch is full, unless the other side has stalled. */
  add(items: readonly T[]): Promise<void>;
  /** Delivers the rest. Ends when all is settled, or when no acknowledgement comes any more. */
  close(): Promise<void>;
  counts(): QueueCounts;
}

/**
 * A queue in front of `deliver`. Who adds is slowed down to the pace of the other side. An other side that fails or is
 * silent slows nobody down: items are kept up to the capacity, and are counted as not acknowledged beyond it.
 */
export function exportQueue<T>(
  deliver: (batch: readonly T[]) => Promise<Delivery>,
  limits: QueueLimits = queueLimits,
): ExportQueue<T> {
  const state = { added: 0, acknowledged: 0, lastError: null as string | null };
  const items: T[] = [];
  const waiters = new Set<() => void>();
  let inFlight = 0;
  let isStalled = false;
  let isClosing = false;
  const linger = timer(limits.lingerMs, () => {
    if (inFlight < limits.inFlight) start();
  });
  const patience = timer(limits.patienceMs, () => {
    isStalled = true;
    state.lastError = `no acknowledgement within ${limits.patienceMs / 1000} s`;
    wake();
  });

  const wake = () => {
    const mayGoOn = isClosing
      ? items.length + inFlight === 0 || isStalled
      : items.length < limits.batchSize || isStalled;
    if (!mayGoOn) return;
    patience.stop();
    for (const waiter of waiters) waiter();
    waiters.clear();
  };
  const wait = () => {
    if (waiters.size === 0) patience.restart();
    return new Promise<void>((resolve) => waiters.add(resolve));
  };
  const start = () => {
    const batch = items.splice(0, limits.batchSize);
    inFlight++;
    deliver(batch)
      .catch((error: unknown): Delivery => ({ acknowledged: 0, error: String(error) }))
      .then((delivery) => settle(delivery));
  };
  const settle = ({ acknowledged, error }: Delivery) => {
    inFlight--;
    state.acknowledged += acknowledged;
    if (error !== null) state.lastError = error;
    if (acknowledged > 0 && waiters.size > 0) patience.restart();
    // While closing, a failure stalls nothing: the batches that are left are still tried, as long as patience lasts.
    if (acknowledged > 0) isStalled = false;
    else if (!isClosing) isStalled = true;
    pump();
    wake();
  };
  const pump = () => {
    const least = isClosing ? 1 : limits.batchSize;
    while (inFlight < limits.inFlight && items.length >= least) start();
    if (items.length === 0) linger.stop();
    else if (!isClosing) linger.begin();
  };

  return {
    async add(more) {
      state.added += more.length;
      if (isStalled && items.length + more.length > limits.capacity) return;
      items.push(...more);
      pump();
      if (items.length >= limits.batchSize && !isStalled) await wait();
    },
    async close() {
      isClosing = true;
      isStalled = false;
      linger.stop();
      pump();
      if (items.length + inFlight === 0) return;
      const end = timer(limits.closeMs, () => {
        isStalled = true;
        wake();
      });
      end.restart();
      await wait();
      end.stop();
    },
    counts: () => ({ ...state }),
  };
}

/** A timer that can be set again. */
function timer(ms: number, work: () => void) {
  let handle: NodeJS.Timeout | undefined;
  const stop = () => {
    clearTimeout(handle);
    handle = undefined;
  };
  const restart = () => {
    stop();
    handle = setTimeout(() => {
      handle = undefined;
      work();
    }, ms);
  };
  /** Sets it unless it is set. */
  const begin = () => {
    if (handle === undefined) restart();
  };
  return { begin, restart, stop };
}

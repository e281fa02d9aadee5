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
  /** The same for `close` where the other side has stalled already. */
  readonly stalledPatienceMs: number;
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
  stalledPatienceMs: 5000,
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
  return new BatchQueue(deliver, limits);
}

class BatchQueue<T> implements ExportQueue<T> {
  readonly #deliver: (batch: readonly T[]) => Promise<Delivery>;
  readonly #limits: QueueLimits;
  readonly #items: T[] = [];
  readonly #counts = { added: 0, acknowledged: 0, lastError: null as string | null };
  readonly #waiters = new Set<() => void>();
  readonly #linger: Timer;
  readonly #patience: Timer;
  #inFlight = 0;
  /** The other side failed or was silent, and has acknowledged nothing since. */
  #isStalled = false;
  #state: "open" | "closing" | "closed" = "open";

  constructor(deliver: (batch: readonly T[]) => Promise<Delivery>, limits: QueueLimits) {
    this.#deliver = deliver;
    this.#limits = limits;
    this.#linger = timer(limits.lingerMs, () => {
      if (this.#inFlight < limits.inFlight) this.#start();
    });
    this.#patience = timer(limits.patienceMs, () => this.#giveUp());
  }

  async add(more: readonly T[]): Promise<void> {
    const { capacity, batchSize } = this.#limits;
    this.#counts.added += more.length;
    if (this.#isStalled && this.#items.length + more.length > capacity) return;
    this.#items.push(...more);
    this.#pump();
    if (this.#items.length >= batchSize && !this.#isStalled) await this.#wait();
  }

  async close(): Promise<void> {
    const { patienceMs, stalledPatienceMs, closeMs } = this.#limits;
    const patience = this.#isStalled ? stalledPatienceMs : patienceMs;
    this.#state = "closing";
    this.#isStalled = false;
    this.#linger.stop();
    this.#pump();
    if (this.#items.length + this.#inFlight > 0) {
      const end = timer(closeMs, () => this.#giveUp());
      end.restart();
      await this.#wait(patience);
      end.stop();
    }
    this.#state = "closed";
  }

  counts(): QueueCounts {
    return { ...this.#counts };
  }

  /** Starts the deliveries that may start: of full batches, and of any when closing. */
  #pump(): void {
    if (this.#state === "closed") return;
    const least = this.#state === "closing" ? 1 : this.#limits.batchSize;
    while (this.#inFlight < this.#limits.inFlight && this.#items.length >= least) this.#start();
    if (this.#items.length === 0) this.#linger.stop();
    else if (this.#state === "open") this.#linger.begin();
  }

  #start(): void {
    const batch = this.#items.splice(0, this.#limits.batchSize);
    this.#inFlight++;
    this.#deliver(batch)
      .catch((error: unknown): Delivery => ({ acknowledged: 0, error: String(error) }))
      .then((delivery) => this.#settle(delivery));
  }

  #settle({ acknowledged, error }: Delivery): void {
    this.#inFlight--;
    this.#counts.acknowledged += acknowledged;
    if (error !== null) this.#counts.lastError = error;
    if (acknowledged > 0 && this.#waiters.size > 0) this.#patience.restart();
    // When closing, a failure ends nothing: what is left is still tried, as long as the patience lasts.
    if (acknowledged > 0) this.#isStalled = false;
    else if (this.#state === "open") this.#isStalled = true;
    this.#pump();
    this.#wake();
  }

  #giveUp(): void {
    this.#isStalled = true;
    this.#counts.lastError ??= `no acknowledgement within ${this.#limits.patienceMs / 1000} s`;
    this.#wake();
  }

  #wait(patienceMs = this.#limits.patienceMs): Promise<void> {
    if (this.#waiters.size === 0) this.#patience.restart(patienceMs);
    return new Promise((resolve) => this.#waiters.add(resolve));
  }

  #wake(): void {
    const isRoom =
      this.#state === "open"
        ? this.#items.length < this.#limits.batchSize
        : this.#items.length + this.#inFlight === 0;
    if (!isRoom && !this.#isStalled) return;
    this.#patience.stop();
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

type Timer = ReturnType<typeof timer>;

/** A timer that can be set again, for another time too. */
function timer(ms: number, work: () => void) {
  let handle: NodeJS.Timeout | undefined;
  const stop = () => {
    clearTimeout(handle);
    handle = undefined;
  };
  const restart = (after = ms) => {
    stop();
    handle = setTimeout(() => {
      handle = undefined;
      work();
    }, after);
  };
  /** Sets it unless it is set. */
  const begin = () => {
    if (handle === undefined) restart();
  };
  return { begin, restart, stop };
}

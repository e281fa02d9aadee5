/** How somebody's work is waited for. */
export interface Watch {
  /** The work is no longer waited for once it is aborted. */
  readonly abort?: AbortSignal | undefined;
  /** Is told when the work has taken a minute. */
  readonly onSlow?: (() => void) | undefined;
}

/** Time after which work counts as slow. */
const slowMs = 60_000;

/** What the promise of given-up work rejects with. */
export class GivenUp extends Error {}

/**
 * Waits for work that need not listen to a signal and may never end. It has no time limit: how long a model takes to judge nobody knows before.
 *
 * @throws GivenUp when it is aborted before the work ends; else what the work throws.
 */
export function watched<T>(work: PromiseLike<T>, { abort, onSlow }: Watch): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => end(() => reject(new GivenUp("the run was interrupted")));
    // It must not keep a process alive in which nothing else is left to wait for.
    const timer = onSlow && setTimeout(onSlow, slowMs).unref();
    const end = (settle: () => void) => {
      clearTimeout(timer);
      abort?.removeEventListener("abort", giveUp);
      settle();
    };
    work.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
    if (abort?.aborted) giveUp();
    else abort?.addEventListener("abort", giveUp, { once: true });
  });
}

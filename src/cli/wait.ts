import { longestTimerMs } from "../core/bounds.ts";

/** Waits so many milliseconds, or until the signal is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      done();
    };
    const timer = setTimeout(finish, Math.min(ms, longestTimerMs));
    signal.addEventListener("abort", finish, { once: true });
  });
}

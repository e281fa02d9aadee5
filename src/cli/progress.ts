import { count, plural } from "../core/quantities.ts";
import type { Progress } from "../index.ts";
import type { Output } from "./process.ts";

/** Shows how far a run is: one line that is redrawn on a terminal, a line now and then elsewhere. */
export interface ProgressDisplay {
  update(progress: Progress): void;
  end(): void;
}

const redrawMs = 100;
const lineMs = 10_000;
const barWidth = 24;

/** A display that writes to a stream; `clock` gives milliseconds that only grow. */
export function progressDisplay(output: Output, clock: () => number): ProgressDisplay {
  const isLive = output.isTTY === true;
  const start = clock();
  let shownAt = Number.NEGATIVE_INFINITY;
  let first: number | null = null;
  let last: Progress | null = null;
  const show = (progress: Progress, now: number) => {
    shownAt = now;
    const text = progressLine(progress, progress.done - (first ?? 0), now - start);
    const width = (output.columns ?? 80) - 1;
    output.write(isLive ? `\r\u001b[2K${text.slice(0, width)}` : `${text}\n`);
  };
  return {
    update(progress) {
      first ??= progress.done;
      last = { ...progress };
      const now = clock();
      if (now - shownAt >= (isLive ? redrawMs : lineMs) && (isLive || now - start >= lineMs))
        show(progress, now);
    },
    end() {
      if (last === null) return;
      show(last, clock());
      if (isLive) output.write("\n");
    },
  };
}

/** `[######------]  512/1,000  51 %  84/s  3 failed  $0.0123  6 s left` */
export function progressLine(progress: Progress, doneHere: number, elapsedMs: number): string {
  const { planned, done, failed, costUsd, concurrency, rateLimited, reused } = progress;
  const share = planned === 0 ? 1 : done / planned;
  const filled = Math.round(share * barWidth);
  const bar = `[${"#".repeat(filled)}${"-".repeat(barWidth - filled)}]`;
  const perSecond = elapsedMs > 0 ? (doneHere * 1000) / elapsedMs : 0;
  const parts = [
    `${bar} ${count(done)}/${count(planned)} trials`,
    `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`,
    `${count(failed)} failed`,
  ];
  if (costUsd !== null) parts.push(`$${costUsd.toFixed(4)}`);
  if (reused > 0) parts.push(`${count(reused)} from earlier runs`);
  if (rateLimited > 0) parts.push(`${concurrency} at a time after ${plural(rateLimited, "rate limit")}`);
  if (done < planned && perSecond > 0) parts.push(`${duration((planned - done) / perSecond)} left`);
  if (done >= planned) parts.push(duration(elapsedMs / 1000));
  return parts.join("  ");
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

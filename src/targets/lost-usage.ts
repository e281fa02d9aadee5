import type { CallContext } from "../core/extensions.ts";
import type { Usage } from "../core/sample.ts";

/** Reads an answer. Where that fails, what the answer says that it used is reported all the same: it was paid for. */
export function countingLosses<T>(
  read: () => T,
  used: () => Partial<Usage> | undefined,
  reportUsage: CallContext["reportUsage"],
): T {
  try {
    return read();
  } catch (error) {
    const lost = used();
    if (lost !== undefined) reportUsage?.(lost);
    throw error;
  }
}

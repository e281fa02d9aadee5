import type { CallContext, TargetResponse } from "../core/extensions.ts";
import type { Json } from "../core/json.ts";
import { type GivenPrices, withCost } from "./given-prices.ts";
import { countingLosses } from "./lost-usage.ts";
import { answerIn, type ResponseMapping, reportedIn } from "./response-mapping.ts";

/** How an answer is read, and what its tokens cost. */
interface Reading {
  readonly response: ResponseMapping | undefined;
  readonly prices: GivenPrices | undefined;
  /** Begins the message of a failure: the host or the program. */
  readonly who: string;
}

/**
 * The answer in what a program or server sent, with its cost. What an answer that cannot be used says of its usage is reported to the
 * context: it was paid for.
 *
 * @throws TargetError of kind `target`, not retryable, that names the path which cannot be used.
 */
export function pricedAnswer(
  body: Json,
  { response, prices, who }: Reading,
  { reportUsage }: Pick<CallContext, "reportUsage">,
): TargetResponse {
  const lost = () => withCost({ text: "", ...reportedIn(body, response) }, prices).usage;
  return countingLosses(() => withCost(answerIn(body, response, who), prices), lost, reportUsage);
}

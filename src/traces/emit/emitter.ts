import type { Case } from "../../core/dataset.ts";
import { type Redact, redactor, redactValue } from "../../core/redact.ts";
import { type ReleaseManifest, redactRelease } from "../../core/release.ts";
import type { Sample, SampleIdentity, Side } from "../../core/sample.ts";
import type { Score } from "../../core/score.ts";
import { type Endpoint, type Environment, endpointOf, endpointSecrets } from "./endpoint.ts";
import { traceparentOf } from "./ids.ts";

/** What an emitter needs to know of a run. */
export interface TraceEmitterOptions {
  /** Environment: the standard `OTEL_…` variables say whether and where traces are sent. */
  readonly env: Environment;
  /** Identifier of the run; trace identifiers follow from it. */
  readonly runId: string;
  /** Version of gatewright. */
  readonly version: string;
  /** The cases, for their cohort tags. */
  readonly cases: readonly Case[];
  /** The releases. */
  readonly releases: Readonly<Record<Side, ReleaseManifest>>;
  /** Removes secrets. */
  readonly redact: Redact;
  /** Is told why no traces are sent although they were asked for. */
  readonly warn: (message: string) => void;
}

/** What became of the spans of a run. */
export interface TraceOutcome {
  /** Spans that the run made; a sample that none could be made of counts as one. */
  readonly emitted: number;
  /** Spans that the endpoint said it took. */
  readonly acknowledged: number;
  /** Address of the endpoint, without credentials. */
  readonly endpoint: string;
  /** Why spans were not acknowledged, as far as it is known, without secrets and on one line. */
  readonly lastError: string | null;
}

/** Sends the samples of a run as traces. None of its functions ever throws. */
export interface TraceEmitter {
  /** The header that puts what the measured system records into the trace of a trial, for targets to send along. */
  readonly traceparentOf: (sample: SampleIdentity) => string;
  /** Hands over a sample with its scores. The promise waits while the endpoint is slower than the run. */
  readonly record: (sample: Sample, scores: readonly Score[]) => Promise<void>;
  /** Sends what is left, for a bounded time, and says what became of all spans. */
  readonly close: () => Promise<TraceOutcome>;
}

const longestError = 300;

/**
 * An emitter of traces, or `null` when the environment does not ask for traces (`OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`; not with `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`). Only then are
 * the packages of OpenTelemetry loaded. Never throws.
 */
export async function traceEmitter(options: TraceEmitterOptions): Promise<TraceEmitter | null> {
  const endpoint = endpointOf(options.env);
  if (endpoint === null) return null;
  if ("problem" in endpoint) {
    options.warn(printable(`traces are not sent: ${endpoint.problem}`, options.redact));
    return null;
  }
  try {
    return await openEmitter(endpoint, options);
  } catch (error) {
    options.warn(printable(`traces are not sent: ${String(error)}`, options.redact));
    return null;
  }
}

async function openEmitter(endpoint: Endpoint, options: TraceEmitterOptions): Promise<TraceEmitter> {
  const { runId, version, redact } = options;
  const [{ exportQueue }, { otlpDelivery, serviceResource }, { spansOf }] = await Promise.all([
    import("./export-queue.ts"),
    import("./otlp-exporter.ts"),
    import("./sample-spans.ts"),
  ]);
  const queue = exportQueue(await otlpDelivery(endpoint));
  const recorder = { resource: serviceResource(version), version };
  const releases = {
    baseline: redactRelease(options.releases.baseline, redact),
    candidate: redactRelease(options.releases.candidate, redact),
  };
  const cohorts = new Map(options.cases.map((item) => [item.id, redactValue(item.cohorts, redact)]));
  const secrets = redactor(endpointSecrets(options.env, endpoint));
  const unmade = { count: 0, error: null as string | null };
  return {
    traceparentOf: (sample) => traceparentOf(runId, sample),
    async record(sample, scores) {
      try {
        const release = releases[sample.side];
        const context = { runId, release, cohorts: cohorts.get(sample.caseId) ?? {} };
        await queue.add(spansOf(sample, scores, context, recorder));
      } catch (error) {
        unmade.count++;
        unmade.error = `no spans could be made of a sample: ${String(error)}`;
      }
    },
    async close() {
      await queue.close();
      const { added, acknowledged, lastError } = queue.counts();
      const error = unmade.error ?? lastError;
      const clean = error === null ? null : printable(error, (text) => redact(secrets(text)));
      const emitted = added + unmade.count;
      return { emitted, acknowledged, endpoint: redact(endpoint.shown), lastError: clean };
    },
  };
}

/** One line without control characters: what an endpoint answers may be hostile. */
function printable(text: string, redact: Redact): string {
  return redact(text)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, longestError);
}

import type { Attributes } from "@opentelemetry/api";
import {
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { Endpoint } from "./endpoint.ts";
import type { Delivery } from "./export-queue.ts";

/** The resource of the spans. `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` go before our own name and version. */
export function serviceResource(version: string): Resource {
  const own: Attributes = { "service.name": "gatewright", "service.version": version };
  return resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] }));
}

/**
 * A function that sends spans by OTLP over HTTP and says how many were taken. The exporter retries by its own policy and
 * reads its further variables (headers, timeout, compression, certificates) from the process.
 */
export async function otlpDelivery(
  endpoint: Endpoint,
): Promise<(spans: readonly ReadableSpan[]) => Promise<Delivery>> {
  const exporter = await exporterFor(endpoint);
  const takeRejected = watchPartialSuccess(exporter);
  return (spans) =>
    new Promise((resolve) => {
      exporter.export([...spans], ({ code, error }) => {
        const rejected = takeRejected();
        if (code !== 0) resolve({ acknowledged: 0, error: errorText(error) });
        else resolve(deliveryOf(spans.length, rejected));
      });
    });
}

interface Rejected {
  readonly spans: number;
  readonly message: string;
}

function deliveryOf(sent: number, { spans, message }: Rejected): Delivery {
  const rejected = Math.min(sent, Math.max(0, spans));
  if (rejected === 0) return { acknowledged: sent, error: null };
  return { acknowledged: sent - rejected, error: message === "" ? "spans were rejected" : message };
}

async function exporterFor({ url, protocol }: Endpoint): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await (protocol === "http/json"
    ? import("@opentelemetry/exporter-trace-otlp-http")
    : import("@opentelemetry/exporter-trace-otlp-proto"));
  return new OTLPTraceExporter({ url });
}

interface ResponseReader {
  deserializeResponse(data: Uint8Array): {
    readonly partialSuccess?: { readonly rejectedSpans?: unknown; readonly errorMessage?: unknown } | null;
  };
}

/**
 * Reads how many spans a collector rejected from an otherwise successful answer: the exporter only logs it and calls the
 * export a success. It has no way in for that, so that its reader of answers is replaced; were it not where it is looked
 * for, rejected spans would count as taken. The exporter reads an answer right before it calls back.
 */
function watchPartialSuccess(exporter: object): () => Rejected {
  let last: Rejected | null = null;
  const { _delegate: delegate } = exporter as { _delegate?: { _serializer?: ResponseReader } };
  const reader = delegate?._serializer;
  if (delegate !== undefined && reader !== undefined) {
    delegate._serializer = {
      ...reader,
      deserializeResponse(data) {
        const response = reader.deserializeResponse(data);
        const { rejectedSpans, errorMessage } = response?.partialSuccess ?? {};
        last = { spans: Number(rejectedSpans ?? 0) || 0, message: String(errorMessage ?? "") };
        return response;
      },
    };
  }
  return () => {
    const rejected = last ?? { spans: 0, message: "" };
    last = null;
    return rejected;
  };
}

/** An error in a few words. What the other side said in the body is left out. */
function errorText(error: (Error & { code?: unknown }) | undefined): string {
  if (error === undefined) return "the export failed";
  const { code, message } = error;
  const parts = [code === undefined || message.includes(String(code)) ? "" : String(code), message];
  return parts.filter((part) => part !== "").join(" ") || error.name;
}

import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import { complaint } from "../core/validate.ts";
import type { HttpTargetOptions, HttpValue } from "./http-options.ts";
import type { TextPath } from "./response-mapping.ts";

/** What {@link tensorflowServing} needs to know. */
export interface TensorflowServingOptions {
  /** Address of the server, such as `http://localhost:8501`. */
  readonly baseURL: string;
  /** Name of the model. */
  readonly model: string;
  /** Version of the model; without it and `label` the server chooses the newest. */
  readonly version?: number;
  /** Label of a version, such as `stable`. */
  readonly label?: string;
  /** Signature of the model. Default: the model's `serving_default`. */
  readonly signature?: string;
  /** The instance that is asked about, a template like `body` of `httpTarget`. */
  readonly instance: unknown;
  /** Where the answer's text is. Default: the first prediction, as its JSON where it is no text. */
  readonly text?: TextPath;
  /** Headers, as in `httpTarget`. */
  readonly headers?: Readonly<Record<string, HttpValue>>;
}

const name = z.string().regex(/^[\w.-]+$/, { error: "expected letters, digits, `.`, `_` or `-`" });
const baseURL = z.string().refine((text) => URL.canParse(text), { error: "expected a URL" });
/** Left to `httpTarget`, which gets it unchanged. */
const handedOn = z.unknown().optional();

const tensorflowServingSchema = z
  .strictObject({
    baseURL,
    model: name,
    version: z.int().min(0).optional(),
    label: name.optional(),
    signature: z.string().min(1).optional(),
    instance: z.json(),
    text: handedOn,
    headers: handedOn,
  })
  .refine(({ version, label }) => version === undefined || label === undefined, {
    error: "`version` and `label` exclude each other",
  });

function requireOptions(preset: string, schema: z.ZodType, options: unknown): void {
  const parsed = schema.safeParse(options);
  if (parsed.success) return;
  throw new EvalsError(
    "TARGET_INVALID",
    `${preset}: ${complaint(schema, parsed.error)}`,
    "Correct the option; docs/targets/http.md has an example.",
  );
}

/**
 * Options of `httpTarget` for the predict call of TensorFlow Serving's REST API, row format:
 * `{"instances": [...]}` → `{"predictions": [...]}` (tensorflow.org/tfx/serving/api_rest).
 *
 * @throws EvalsError `TARGET_INVALID` that names the option.
 */
export function tensorflowServing(options: TensorflowServingOptions): HttpTargetOptions {
  requireOptions("tensorflowServing", tensorflowServingSchema, options);
  const { model, version, label, signature, instance, headers } = options;
  const which =
    version !== undefined ? `/versions/${version}` : label !== undefined ? `/labels/${label}` : "";
  return {
    name: `tensorflow serving ${model}`,
    url: `${options.baseURL.replace(/\/+$/, "")}/v1/models/${model}${which}:predict`,
    body: { ...(signature === undefined ? {} : { signature_name: signature }), instances: [instance] },
    response: { text: options.text ?? { path: "predictions[0]", as: "json" } },
    ...(headers === undefined ? {} : { headers }),
  };
}

/** What {@link replicate} needs to know: exactly one of `model`, `version` and `deployment`, and the input. */
export interface ReplicateOptions {
  /** Official model, `owner/name`; its owner may change it at any time. */
  readonly model?: string;
  /** Version of a model, `owner/name:id` or the id alone. */
  readonly version?: string;
  /** Deployment, `owner/name`. */
  readonly deployment?: string;
  /** Input of the model, a template like `body` of `httpTarget`. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Where the answer's text is. Default: `output`, a text or a list of texts that are put together. */
  readonly text?: TextPath;
  /** Name of the environment variable with the token. Default: `REPLICATE_API_TOKEN`. */
  readonly tokenEnv?: string;
  /** Milliseconds between two questions whether it is done. Default: 1,000. */
  readonly intervalMs?: number;
  /** Address of the API. Default: `https://api.replicate.com/v1`. */
  readonly baseURL?: string;
}

const owned = z.string().regex(/^[\w.-]+\/[\w.-]+$/, { error: "expected owner/name" });

const replicateSchema = z
  .strictObject({
    model: owned.optional(),
    version: z
      .string()
      .regex(/^([\w.-]+\/[\w.-]+:)?[0-9a-f]+$/, { error: "expected owner/name:id, or the id" })
      .optional(),
    deployment: owned.optional(),
    input: z.record(z.string(), z.json()),
    text: handedOn,
    tokenEnv: z.string().optional(),
    intervalMs: handedOn,
    baseURL: baseURL.optional(),
  })
  .refine(
    ({ model, version, deployment }) =>
      [model, version, deployment].filter((which) => which !== undefined).length === 1,
    { error: "give exactly one of `model`, `version` and `deployment`" },
  );

/**
 * Options of `httpTarget` for a prediction on Replicate: it is created, then asked for until it succeeded, and cancelled when
 * nobody waits for it any more (replicate.com/docs/reference/http).
 *
 * @throws EvalsError `TARGET_INVALID` that names the option.
 */
export function replicate(options: ReplicateOptions): HttpTargetOptions {
  requireOptions("replicate", replicateSchema, options);
  const { model, version, deployment, input, tokenEnv = "REPLICATE_API_TOKEN", intervalMs } = options;
  const folder =
    model !== undefined ? `/models/${model}` : deployment !== undefined ? `/deployments/${deployment}` : "";
  return {
    name: `replicate ${model ?? deployment ?? version}`,
    url: `${(options.baseURL ?? "https://api.replicate.com/v1").replace(/\/+$/, "")}${folder}/predictions`,
    headers: { authorization: { env: tokenEnv, prefix: "Bearer " } },
    body: { ...(version === undefined ? {} : { version }), input },
    response: {
      text: options.text ?? { path: "output", as: "joined" },
      served: { model: { path: "model", optional: true } },
    },
    poll: {
      url: "urls.get",
      status: "status",
      pending: ["starting", "processing"],
      succeeded: ["succeeded"],
      error: "error",
      cancel: "urls.cancel",
      ...(intervalMs === undefined ? {} : { intervalMs }),
    },
  };
}

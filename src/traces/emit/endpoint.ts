/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where traces go. */
export interface Endpoint {
  /** Address that is posted to. May hold credentials: never shown. */
  readonly url: string;
  /** The same for people, without credentials and query. */
  readonly shown: string;
  readonly protocol: "http/protobuf" | "http/json";
}

/**
 * The endpoint that the standard variables name, `null` when traces are not wanted, or what is wrong with the variables.
 * `OTEL_EXPORTER_OTLP_TRACES_…` goes before `OTEL_EXPORTER_OTLP_…`; an empty variable counts as not set.
 */
export function endpointOf(env: Environment): Endpoint | { readonly problem: string } | null {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return null;
  if (env.OTEL_TRACES_EXPORTER?.trim().toLowerCase() === "none") return null;
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim();
  const common = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  if (!own && !common) return null;
  const name = own ? "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" : "OTEL_EXPORTER_OTLP_ENDPOINT";
  const url = parsed(own || `${common!.replace(/\/$/, "")}/v1/traces`);
  if (url === null) return { problem: `${name} is no http or https address` };
  const protocol =
    env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?.trim() ||
    env.OTEL_EXPORTER_OTLP_PROTOCOL?.trim() ||
    "http/protobuf";
  if (protocol !== "http/protobuf" && protocol !== "http/json") {
    return { problem: `the protocol "${protocol}" is not one of http/protobuf and http/json` };
  }
  return { url: url.href, shown: `${url.origin}${url.pathname}`, protocol };
}

/** Values that a message about the endpoint must not repeat: those of its headers, its password and its query. */
export function endpointSecrets(env: Environment, { url }: Endpoint): string[] {
  const headers = [env.OTEL_EXPORTER_OTLP_HEADERS, env.OTEL_EXPORTER_OTLP_TRACES_HEADERS]
    .flatMap((text) => text?.split(",") ?? [])
    .map((pair) => pair.slice(pair.indexOf("=") + 1).trim());
  const { username, password, searchParams } = new URL(url);
  const values = [...headers, username, password, ...searchParams.values()];
  return values.flatMap((value) => [value, decoded(value)]).filter((value) => value.length >= 4);
}

function parsed(text: string): URL | null {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

import { canonicalJson, type Json } from "../core/json.ts";
import type { RouteSettings } from "./route-options.ts";

/** What each member names of one component, by its name. */
type Named = readonly (readonly [member: string, value: Json])[];

/**
 * What a route knows of its bundle. `route` has the members in their order, their time limits and the rules. Every other component that a
 * member names stands in its own place, as it is where all members agree and by the names of the members where they do not: so a
 * temperature that differs in the backup alone is called `decoding.backup.temperature`.
 */
export function routeComponents(settings: RouteSettings): Record<string, Json> {
  const { members } = settings;
  const names = new Set(members.flatMap(({ target }) => Object.keys(target.components)));
  const merged = [...names]
    .filter((name) => name !== "route")
    .map((name) => [name, agreed(namedBy(settings, name), members.length)] as const);
  // Own members even for a hostile name such as `__proto__`.
  const components: Record<string, Json> = Object.fromEntries(merged);
  const { guardrail = null, ...others } = components;
  return { ...others, ...guardrailOf(settings, guardrail), route: routeOf(settings) };
}

function namedBy({ members }: RouteSettings, component: string): Named {
  return members.flatMap(({ name, target: { components } }) =>
    Object.hasOwn(components, component) && components[component] !== undefined
      ? [[name, components[component] as Json] as const]
      : [],
  );
}

function agreed(named: Named, members: number): Json {
  const [first] = named;
  const texts = new Set(named.map(([, value]) => canonicalJson(value)));
  if (first !== undefined && texts.size === 1 && named.length === members) return first[1];
  return Object.fromEntries(named);
}

/** The guardrail of the route with those that pass by it, and those of the members. */
function guardrailOf({ guardrail, members, cache }: RouteSettings, ofMembers: Json): Record<string, Json> {
  if (guardrail === undefined) return ofMembers === null ? {} : { guardrail: ofMembers };
  const stages = [...(cache === undefined ? [] : [cache]), ...members];
  const exempt = stages.filter((stage) => stage.guardrail === false).map(({ name }) => name);
  const own = { name: guardrail.name, ...(guardrail.components as Record<string, Json> | undefined) };
  return { guardrail: { ...own, exempt, ...(ofMembers !== null && { members: ofMembers }) } };
}

function routeOf({ members, fallbackOn, cache }: RouteSettings): Json {
  return {
    members: members.map(({ name, timeoutMs, target: { components } }) => ({
      name,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(Object.hasOwn(components, "route") &&
        components.route !== undefined && { route: components.route as Json }),
    })),
    fallbackOn: fallbackOn.map((rule) => (typeof rule === "string" ? rule : `rule: ${rule.name}`)),
    ...(cache !== undefined && {
      cache: { name: cache.name, ...(cache.components as Record<string, Json> | undefined) },
    }),
  };
}

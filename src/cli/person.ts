import { EvalsError } from "../core/errors.ts";
import { gitUser } from "./git.ts";
import type { Process } from "./process.ts";

/** Variables that say who started a job: GitHub (who ran it again, then who ran it), GitLab, Buildkite, Jenkins with its user plugin. */
const jobVariables = [
  "GITHUB_TRIGGERING_ACTOR",
  "GITHUB_ACTOR",
  "GITLAB_USER_LOGIN",
  "BUILDKITE_BUILD_CREATOR",
  "BUILD_USER_ID",
] as const;

/** Longest name that is kept, in characters. */
const longest = 200;

/**
 * Who does something, and how that is known: as given, else as the CI job says, else as git names its user.
 *
 * @throws EvalsError USAGE where nobody is named.
 */
export async function person(
  given: string | undefined,
  env: Process["env"],
): Promise<{ by: string; byFrom: string }> {
  if (given !== undefined) return { by: requiredText("--by", given, longest), byFrom: "--by" };
  for (const variable of jobVariables) {
    const name = env[variable]?.trim();
    if (name) return { by: name.slice(0, longest), byFrom: variable };
  }
  const user = await gitUser();
  if (user !== null) return { by: user.slice(0, longest), byFrom: "git" };
  throw new EvalsError(
    "USAGE",
    "nobody is named who does this",
    "give --by NAME; the user of a CI job or of git is taken where there is one",
  );
}

/**
 * A text that a user must give.
 *
 * @throws EvalsError USAGE for one that is empty, or longer than `limit` characters.
 */
export function requiredText(option: string, text: string, limit = 2000): string {
  const trimmed = text.trim();
  if (trimmed !== "" && trimmed.length <= limit) return trimmed;
  const message = trimmed === "" ? `${option} is empty` : `${option} has more than ${limit} characters`;
  throw new EvalsError("USAGE", message, `say it in a few words, such as ${option} "…"`);
}

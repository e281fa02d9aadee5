import { completion, json, type Scene } from "../fixtures/openai-server.ts";

/** A question to a judge as a careful reader of the messages takes it apart, knowing only what the system message says of the marks. */
export interface ReadQuestion {
  /** The 32 hexadecimal digits of the lines around materials. */
  readonly mark: string;
  /** Materials by what stands after the mark: `context p1`. */
  readonly materials: ReadonlyMap<string, string>;
  /** Everything that stands in no material. */
  readonly outside: string;
  /** Ids that need a verdict. */
  readonly ids: readonly string[];
}

/** Takes the messages of a judge apart, line by line. */
export function readQuestion(messages: readonly { readonly content: string }[]): ReadQuestion {
  const [system, user] = messages as [{ content: string }, { content: string }];
  const mark = /BEGIN ([0-9a-f]{32})/.exec(system.content)![1]!;
  const materials = new Map<string, string>();
  const outside = [system.content];
  let open: { name: string; lines: string[] } | null = null;
  for (const line of user.content.split("\n")) {
    if (open !== null && line === `END ${mark} ${open.name}`) {
      materials.set(open.name, open.lines.join("\n"));
      open = null;
    } else if (open !== null) open.lines.push(line);
    else if (line.startsWith(`BEGIN ${mark} `))
      open = { name: line.slice(`BEGIN ${mark} `.length), lines: [] };
    else outside.push(line);
  }
  if (open !== null) outside.push(...open.lines);
  const ids = /for each of these ids: ([^\n]+)\./.exec(system.content)![1]!.split(", ");
  return { mark, materials, outside: outside.join("\n"), ids };
}

/** One verdict as a judge writes it. */
export interface Written {
  readonly verdict: string;
  readonly quote?: string;
  readonly reason?: string;
}

/** The JSON of a judge that gives each id its verdict. */
export function verdictsText(ids: readonly string[], decide: (id: string) => Written): string {
  const verdicts = ids.map((id) => ({ id, quote: "", reason: "because", ...decide(id) }));
  return JSON.stringify({ verdicts });
}

/** A server's scene: a judge that decides each id by what it reads. */
export function judging(
  decide: (id: string, question: ReadQuestion, body: Record<string, unknown>) => Written,
): Scene {
  return (request, response) => {
    const question = readQuestion(request.body.messages as { content: string }[]);
    const content = verdictsText(question.ids, (id) => decide(id, question, request.body));
    json(completion({ content }))(request, response);
  };
}

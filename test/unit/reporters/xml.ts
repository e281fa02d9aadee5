/** An element of a small XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const token = /<\?xml[^?]*\?>|<\/([\w-]+)\s*>|<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|[^<]+/y;
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Parses the part of XML 1.0 that a report may use. Throws for everything that is not well-formed. */
export function parseXml(source: string): Element {
  const bad = forbidden.exec(source);
  if (bad !== null) throw new Error(`forbidden character at ${bad.index}`);
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (match === null) throw new Error(`not well-formed at ${at}: ${source.slice(at, at + 80)}`);
    step(match, open);
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== "")
    throw new Error("the document does not have exactly one closed element");
  return root.children[0]!;
}

function step([all, close, start, attributes, selfClosed]: RegExpExecArray, open: Element[]): void {
  const top = open.at(-1)!;
  if (close !== undefined) {
    if (top.name !== close) throw new Error(`</${close}> closes <${top.name}>`);
    open.pop();
  } else if (start !== undefined) {
    const element = { name: start, attributes: attributesOf(attributes ?? ""), children: [], text: "" };
    top.children.push(element);
    if (selfClosed === "") open.push(element);
  } else if (!all.startsWith("<?xml")) {
    if (all.includes("]]>")) throw new Error("]]> in a text");
    top.text += decode(all);
  }
}

function attributesOf(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value] of source.matchAll(/([\w-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(found, name!)) throw new Error(`attribute ${name} twice`);
    found[name!] = decode(value!);
  }
  return found;
}

function decode(text: string): string {
  return text.replace(/&([^;&]*);?/g, (all, name: string) => {
    if (!all.endsWith(";") || !Object.hasOwn(entities, name))
      throw new Error(`bare & in ${text.slice(0, 80)}`);
    return entities[name]!;
  });
}

/** Every element of that name, at any depth. */
export function elements(root: Element, name: string): Element[] {
  return root.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elements(child, name),
  ]);
}

// Records column by column, as Parquet and ORC keep them: what is alike stands together and compresses well. Texts stand apart, in the order in
// which they occur, so that what quotes a text is near it.

/** One place of the records, over all of them. */
export interface Column {
  /** A letter for each value, or one for all: see {@link letters}. */
  readonly kinds: string;
  readonly numbers?: readonly number[];
  /** For each text 0 where it is the next of the texts, else how many texts of this column ago it was. */
  readonly places?: readonly number[];
  /** For each value that is written once how many of this column ago it was; 0 where it follows. */
  readonly repeats?: readonly number[];
  readonly lengths?: readonly number[];
  readonly items?: Column;
  readonly members?: readonly (readonly [string, Column])[];
}

/** Records in columns. */
export interface Columns {
  readonly column: Column;
  readonly texts: readonly string[];
  /** For each text the record that it is from, and the member that it is a value of. */
  readonly sources: readonly TextSource[];
}

/** Where a text is from. */
export interface TextSource {
  readonly record: number;
  readonly member: string;
  /** True where the text is a value as JSON. */
  readonly isJson: boolean;
}

/** How members are written, by name. */
export interface ColumnRules {
  /** Values of any shape: kept as JSON in a text. */
  readonly asJson: ReadonlySet<string>;
  /** Lists of objects that occur again and again: each is written once. */
  readonly once: ReadonlySet<string>;
}

const letters = {
  absent: "-",
  none: "n",
  yes: "t",
  no: "f",
  number: "0",
  text: "s",
  list: "a",
  object: "o",
  json: "j",
} as const;

/** Objects with more members than this in one column are kept as JSON. */
const mostMembers = 100;

interface Writing {
  readonly kinds: string[];
  readonly numbers: number[];
  readonly places: number[];
  readonly repeats: number[];
  readonly lengths: number[];
  readonly known: Map<string, number>;
  readonly seen: Map<string, number>;
  items: Writing | null;
  readonly members: Map<string, Writing>;
  objects: number;
}

function emptyColumn(absent: number): Writing {
  return {
    kinds: Array<string>(absent).fill(letters.absent),
    numbers: [],
    places: [],
    repeats: [],
    lengths: [],
    known: new Map(),
    seen: new Map(),
    items: null,
    members: new Map(),
    objects: 0,
  };
}

interface Output {
  readonly rules: ColumnRules;
  readonly texts: string[];
  readonly sources: TextSource[];
  record: number;
}

/** Puts records of JSON values into columns. A member that is `undefined` is taken as left out. */
export function toColumns(records: readonly object[], rules: ColumnRules): Columns {
  const output: Output = { rules, texts: [], sources: [], record: 0 };
  const column = emptyColumn(0);
  for (const [index, each] of records.entries()) {
    output.record = index;
    write(output, column, each, "");
  }
  return { column: finished(column), texts: output.texts, sources: output.sources };
}

function write(output: Output, column: Writing, value: unknown, member: string): void {
  if (typeof value === "string") {
    column.kinds.push(letters.text);
    writeText(output, column, value, member, false);
  } else if (typeof value === "number") {
    column.kinds.push(letters.number);
    column.numbers.push(value);
  } else if (typeof value !== "object" || value === null) {
    const { absent, none, yes, no } = letters;
    column.kinds.push(value === undefined ? absent : value === null ? none : value === true ? yes : no);
  } else if (output.rules.asJson.has(member)) writeJson(output, column, value, member);
  else if (Array.isArray(value)) writeList(output, column, value, member);
  else writeObject(output, column, value, member);
}

function writeJson(output: Output, column: Writing, value: object, member: string): void {
  column.kinds.push(letters.json);
  writeText(output, column, JSON.stringify(value), member, true);
}

function writeText(output: Output, column: Writing, text: string, member: string, isJson: boolean): void {
  const place = column.known.get(text);
  column.places.push(place === undefined ? 0 : column.known.size - place);
  if (place !== undefined) return;
  column.known.set(text, column.known.size);
  output.texts.push(text);
  output.sources.push({ record: output.record, member, isJson });
}

function writeList(output: Output, column: Writing, values: readonly unknown[], member: string): void {
  column.kinds.push(letters.list);
  column.lengths.push(values.length);
  column.items ??= emptyColumn(0);
  const { items } = column;
  for (const value of values) {
    if (output.rules.once.has(member)) {
      const key = JSON.stringify(value);
      const place = items.seen.get(key);
      items.repeats.push(place === undefined ? 0 : items.seen.size - place);
      if (place !== undefined) continue;
      items.seen.set(key, items.seen.size);
    }
    write(output, items, value, member);
  }
}

function writeObject(output: Output, column: Writing, value: object, member: string): void {
  const entries = Object.entries(value);
  const added = entries.filter(([name]) => !column.members.has(name));
  if (column.members.size + added.length > mostMembers) {
    writeJson(output, column, value, member);
    return;
  }
  column.kinds.push(letters.object);
  for (const [name] of added) column.members.set(name, emptyColumn(column.objects));
  column.objects++;
  // In the order of the column, in which they are read.
  const own = new Map<string, unknown>(entries);
  for (const [name, each] of column.members) write(output, each, own.get(name), name);
}

function finished(column: Writing): Column {
  const { kinds, numbers, places, repeats, lengths, items, members } = column;
  const [first] = kinds;
  const isAlike = first !== undefined && kinds.every((kind) => kind === first);
  return {
    kinds: isAlike ? first : kinds.join(""),
    ...(numbers.length > 0 && { numbers }),
    ...(places.length > 0 && { places: places.every((place) => place === 0) ? [] : places }),
    ...(repeats.length > 0 && { repeats }),
    ...(lengths.length > 0 && { lengths }),
    ...(items !== null && { items: finished(items) }),
    ...(members.size > 0 && { members: [...members].map(([name, own]) => [name, finished(own)] as const) }),
  };
}

interface Reading {
  readonly column: Column;
  readonly items: Reading | null;
  readonly members: readonly (readonly [string, Reading])[];
  readonly known: string[];
  readonly seen: unknown[];
  kind: number;
  number: number;
  place: number;
  repeat: number;
  length: number;
}

function reading(column: Column): Reading {
  return {
    column,
    items: column.items === undefined ? null : reading(column.items),
    members: (column.members ?? []).map(([name, own]) => [name, reading(own)] as const),
    known: [],
    seen: [],
    kind: 0,
    number: 0,
    place: 0,
    repeat: 0,
    length: 0,
  };
}

interface Input {
  readonly texts: readonly string[];
  next: number;
}

/** Gives so many records back. */
export function fromColumns(column: Column, texts: readonly string[], records: number): unknown[] {
  const input: Input = { texts, next: 0 };
  const from = reading(column);
  return Array.from({ length: records }, () => read(input, from));
}

function read(input: Input, from: Reading): unknown {
  const { kinds } = from.column;
  const kind = kinds.length === 1 ? kinds : kinds[from.kind++];
  if (kind === letters.text) return textOf(input, from);
  if (kind === letters.number) return from.column.numbers![from.number++];
  if (kind === letters.object) return objectOf(input, from);
  if (kind === letters.list) return listOf(input, from);
  if (kind === letters.json) return JSON.parse(textOf(input, from));
  if (kind === letters.none) return null;
  return kind === letters.absent ? undefined : kind === letters.yes;
}

function textOf(input: Input, from: Reading): string {
  const back = from.column.places?.[from.place++] ?? 0;
  if (back > 0) return from.known[from.known.length - back]!;
  const text = input.texts[input.next++]!;
  from.known.push(text);
  return text;
}

function listOf(input: Input, from: Reading): unknown[] {
  const items = from.items!;
  const { repeats } = items.column;
  return Array.from({ length: from.column.lengths![from.length++]! }, () => {
    const back = repeats?.[items.repeat++] ?? 0;
    if (back > 0) return items.seen[items.seen.length - back];
    const value = read(input, items);
    if (repeats !== undefined) items.seen.push(value);
    return value;
  });
}

function objectOf(input: Input, from: Reading): object {
  const entries = from.members.map(([name, member]) => [name, read(input, member)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** What a spreadsheet would take for the beginning of a formula (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** Rows as CSV (RFC 4180) for a spreadsheet: UTF-8 with its mark, and with an apostrophe before what would be a formula. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",;\r\n\t]|^'/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The rows of a CSV text as spreadsheets save it: separated by commas, semicolons or tabs, whichever the first line has most of. `null` where a quotation mark is never closed, or is closed in the middle of a cell. */
export function readCsv(text: string): string[][] | null {
  const body = text.replace(/^\ufeff/, "");
  const separator = separatorOf(body.split(/\r?\n/, 1)[0] ?? "");
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < body.length) {
    const found = body[at] === '"' ? readQuoted(body, at) : readBare(body, at, separator);
    if (found === null) return null;
    row.push(found.text);
    at = found.end;
    if (body[at] === separator) {
      at++;
      if (at === body.length) row.push("");
      continue;
    }
    if (at < body.length && body[at] !== "\r" && body[at] !== "\n") return null;
    at += body[at] === "\r" && body[at + 1] === "\n" ? 2 : 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows.filter((cells) => cells.some((each) => each !== ""));
}

function separatorOf(line: string): string {
  const counts = [",", ";", "\t"].map((sign) => ({ sign, count: line.split(sign).length }));
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).sign;
}

function readQuoted(body: string, start: number): { text: string; end: number } | null {
  let text = "";
  for (let at = start + 1; at < body.length; at++) {
    if (body[at] !== '"') text += body[at];
    else if (body[at + 1] === '"') {
      text += '"';
      at++;
    } else return { text, end: at + 1 };
  }
  return null;
}

function readBare(body: string, start: number, separator: string): { text: string; end: number } {
  let end = start;
  while (end < body.length && body[end] !== separator && body[end] !== "\n" && body[end] !== "\r") end++;
  return { text: body.slice(start, end), end };
}

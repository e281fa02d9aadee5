/** Edits (insert, delete, replace, swap of neighbours) that turn one word into another: the restricted Damerau–Levenshtein distance. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[from.length]![to.length]!;
}

/** The known word that a misspelt one most likely means, or `undefined` when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const reach = Math.max(2, Math.floor(word.length / 3));
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) => distance <= reach && distance < Math.max(word.length, candidate.length),
    )
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate;
}

/** A hint for an unknown word: `did you mean "margin"?` or the list of what is known. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (known.length === 0) return "nothing of that kind is defined";
  const shown = known.slice(0, 12).join(", ");
  return `known: ${shown}${known.length > 12 ? `, … (${known.length} in all)` : ""}`;
}

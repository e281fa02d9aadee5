/** How well a ranked list holds the documents that it should hold. All 0..1. */
export interface RankingQuality {
  /** Share of the wanted documents that are among the first k passages. */
  readonly recall: number;
  /** Share of the first k passages that are from a wanted document; 0 for an empty list. */
  readonly precision: number;
  /** Discounted gain over the best possible one (Järvelin & Kekäläinen 2002, binary gain, log2 discount); only the first passage of a document gains. */
  readonly ndcg: number;
  /** Wanted documents that were not found. */
  readonly missing: readonly string[];
  /** For each of the first k passages the wanted document that it is from; `null` for none. */
  readonly hits: readonly (string | null)[];
}

/**
 * True when a passage belongs to a wanted document: the ids are equal, or the passage's is the document's with a chunk suffix
 * after `#` (`kb-01#2` belongs to `kb-01`; a wanted `kb-01#2` is that chunk alone).
 */
export function belongsTo(passageId: string, wanted: string): boolean {
  return passageId === wanted || passageId.startsWith(`${wanted}#`);
}

/**
 * Compares ranked passages with wanted documents.
 *
 * @param ids ids of the passages, best first; `undefined` for one without.
 * @param wanted ids of documents or chunks, at least one; repeated ones count once.
 * @param k how many passages count; all when left out. The best possible gain is then that of all wanted documents.
 */
export function rankingQuality(
  ids: readonly (string | undefined)[],
  wanted: readonly string[],
  k: number = Infinity,
): RankingQuality {
  const documents = [...new Set(wanted)];
  const found = new Set<string>();
  const hits: (string | null)[] = [];
  let gain = 0;
  ids.slice(0, k).forEach((id, rank) => {
    const matching = id === undefined ? [] : documents.filter((document) => belongsTo(id, document));
    const fresh = matching.filter((document) => !found.has(document));
    for (const document of fresh) found.add(document);
    if (fresh.length > 0) gain += 1 / Math.log2(rank + 2);
    hits.push(fresh[0] ?? matching[0] ?? null);
  });
  let best = 0;
  for (let rank = 0; rank < Math.min(documents.length, k); rank++) best += 1 / Math.log2(rank + 2);
  const relevant = hits.filter((hit) => hit !== null).length;
  return {
    recall: found.size / documents.length,
    precision: hits.length === 0 ? 0 : relevant / hits.length,
    ndcg: best === 0 ? 0 : Math.min(1, gain / best),
    missing: documents.filter((document) => !found.has(document)),
    hits,
  };
}

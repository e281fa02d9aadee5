/** The articles: loading by index version, chunking, and BM25 search over the chunks. */
import { readdirSync, readFileSync } from "node:fs";
import MiniSearch from "minisearch";
import { parse } from "yaml";
import type { Language, RetrieverConfig } from "./config.ts";
import { isNear, isStopword, stem, terms, words } from "./text.ts";

export interface Chunk {
  id: string;
  article: string;
  title: string;
  topic: string;
  language: Language;
  text: string;
  sentences: { text: string; terms: string[]; position: number }[];
}

interface Article {
  id: string;
  title: string;
  topic: string;
  language: Language;
  revision: string;
  body: string;
}

export interface Passage {
  chunk: Chunk;
  score: number;
}

export interface SearchRequest {
  query: QueryWeights;
  language: Language;
  /** Articles that belong to what was asked. */
  preferred: readonly string[];
}

/** Stem to weight. */
export type QueryWeights = Map<string, number>;

const folder = new URL("./knowledge/", import.meta.url);
const indexes = new Map<string, KnowledgeIndex>();

function readArticle(file: string): Article {
  const [, head = "", body = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(
    readFileSync(new URL(file, folder), "utf8"),
  ) ?? [undefined, "", ""];
  return { ...(parse(head) as Omit<Article, "body">), body: body.trim() };
}

/** Per article the newest file that is not newer than the index. */
function articlesOf(index: string): Article[] {
  const newest = new Map<string, Article>();
  for (const file of readdirSync(folder).sort()) {
    const [, id = "", revision = ""] = /^(kb-\d+)\.(.+)\.md$/.exec(file) ?? [];
    if (id !== "" && revision <= index) newest.set(id, readArticle(file));
  }
  return [...newest.values()];
}

export function splitSentences(text: string): string[] {
  return text.split(/(?<=[.!?])\s+(?=[\p{Lu}„“"0-9])/u).filter((sentence) => sentence !== "");
}

function chunksOf(article: Article, chunkWords: number): Chunk[] {
  const chunks: Chunk[] = [];
  let position = 0;
  for (const paragraph of article.body.split(/\n\s*\n/)) {
    let room = 0;
    for (const text of splitSentences(paragraph.trim())) {
      const length = words(text).length;
      let chunk = chunks.at(-1);
      if (room < length || chunk === undefined) {
        const { id, title, topic, language } = article;
        chunk = {
          id: `${id}#${chunks.length}`,
          article: id,
          title,
          topic,
          language,
          text: "",
          sentences: [],
        };
        chunks.push(chunk);
        room = chunkWords;
      }
      room -= length;
      chunk.text = chunk.text === "" ? text : `${chunk.text} ${text}`;
      chunk.sentences.push({ text, terms: terms(text), position });
      position += 1;
    }
  }
  return chunks;
}

/** One index version, cut into chunks and searchable. */
export class KnowledgeIndex {
  readonly chunks: ReadonlyMap<string, Chunk>;
  readonly #search: MiniSearch<Chunk>;
  readonly #frequency = new Map<string, number>();
  readonly #related = new Map<string, QueryWeights>();
  /** Topics that exist in German; for the others a German question is answered from the English article. */
  readonly #germanTopics: ReadonlySet<string>;

  constructor(index: string, chunkWords: number) {
    const chunks = articlesOf(index).flatMap((article) => chunksOf(article, chunkWords));
    this.chunks = new Map(chunks.map((chunk) => [chunk.id, chunk]));
    this.#germanTopics = new Set(chunks.filter((c) => c.language === "de").map((c) => c.topic));
    this.#search = new MiniSearch<Chunk>({
      fields: ["title", "topic", "text"],
      tokenize: words,
      processTerm: (word) => (isStopword(word) ? null : stem(word)),
    });
    this.#search.addAll(chunks);
    for (const chunk of chunks)
      for (const sentence of chunk.sentences)
        for (const term of new Set(sentence.terms))
          this.#frequency.set(term, (this.#frequency.get(term) ?? 0) + 1);
  }

  /** How much a term tells: rare ones more. */
  weight(term: string): number {
    const seen = this.#frequency.get(term) ?? 0;
    return Math.log(1 + 400 / (1 + seen));
  }

  /** The terms of the articles that a customer's word may mean: itself, a slip of the pen, a part of a compound. */
  related(term: string): QueryWeights {
    const known = this.#related.get(term);
    if (known !== undefined) return known;
    const found: QueryWeights = new Map(this.#frequency.has(term) ? [[term, 1]] : []);
    if (term.length >= 5 && !/\d/.test(term))
      for (const other of this.#frequency.keys()) {
        if (other.length < 5 || other === term || /\d/.test(other)) continue;
        const isPart = other.startsWith(term.slice(0, 6)) || term.includes(other) || other.includes(term);
        if (isPart) found.set(other, 0.5);
        else if (!this.#frequency.has(term) && isNear(term, other)) found.set(other, 0.8);
      }
    this.#related.set(term, found);
    return found;
  }

  /** Adds a text to a query, with its related terms. */
  addTo(query: QueryWeights, text: string, weight: number): void {
    for (const term of terms(text))
      for (const [other, share] of this.related(term))
        query.set(other, Math.max(query.get(other) ?? 0, share * weight));
  }

  find(request: SearchRequest, config: RetrieverConfig): Passage[] {
    const { query, language, preferred } = request;
    if (query.size === 0) return [];
    const { intent, otherLanguage, ...boost } = config.boosts;
    const results = this.#search.search([...query.keys()].join(" "), {
      boost,
      processTerm: (term) => term,
      boostTerm: (term) => query.get(term) ?? 1,
      boostDocument: (id) => {
        const chunk = this.chunks.get(id as string);
        if (chunk === undefined) return 0;
        const factor = preferred.includes(chunk.article) ? intent : 1;
        if (chunk.language === language) return factor;
        const isOnlyEnglish = language === "de" && !this.#germanTopics.has(chunk.topic);
        return isOnlyEnglish ? factor * otherLanguage : 0;
      },
    });
    return results.slice(0, config.topK).flatMap(({ id, score }) => {
      const chunk = this.chunks.get(id as string);
      return chunk === undefined ? [] : [{ chunk, score }];
    });
  }
}

/** Builds an index once per process. */
export function knowledgeIndex(config: Pick<RetrieverConfig, "index" | "chunkWords">): KnowledgeIndex {
  const key = `${config.index}/${config.chunkWords}`;
  const index = indexes.get(key) ?? new KnowledgeIndex(config.index, config.chunkWords);
  indexes.set(key, index);
  return index;
}

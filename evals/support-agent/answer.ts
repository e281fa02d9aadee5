/** Writes an answer: the best sentences of the retrieved chunks, word for word. */
import type { Language, SupportAgentConfig, Tier } from "./config.ts";
import type { KnowledgeIndex, Passage, QueryWeights } from "./knowledge.ts";
import type { Rule } from "./outcomes.ts";
import { fold, pick, type Random } from "./text.ts";

export interface AnswerInput {
  passages: readonly Passage[];
  query: QueryWeights;
  /** The customer's message, for the kind of answer it asks for. */
  message: string;
  rule: Rule | null;
  language: Language;
  tier: Tier;
  /** Plans that the customer names; the rules of other plans are left out. */
  plans: ReadonlySet<Tier>;
}

export interface Quote {
  text: string;
  article: string;
  language: Language;
  position: number;
  terms: readonly string[];
  score: number;
}

const askedFor: [question: RegExp, sentence: RegExp][] = [
  [
    /how long|how soon|how quick|how many days|when (?:do|will|does|can|is)|deadline|until when|wie lange|bis wann|wann|frist|dauert|wie schnell/,
    /\b\d+ (?:to \d+ |bis \d+ )?(?:business |weitere |more )?(?:days?|hours?|minutes?|months?|years?|tagen?|werktagen?|stunden?|minuten?|monaten?|jahren?)\b|\b\d\d:\d\d\b/,
  ],
  [
    /how much|cost|price|fee|charge|expensive|wie ?viel|kostet|kosten|preis|gebuehr|teuer/,
    /€|euro|free of charge|kostenlos|kostet|\d percent|\d prozent|no cost/,
  ],
  [/where|which menu|\bwo\b|find|setting|einstellung/, / > |@/],
  [/how many|limit|maximum|wie ?viele|hoechstens|maximal|up to/, /\d/],
  [/whom|who |e-?mail|contact|wohin|an wen|kontakt|mail|write to|schreiben/, /@/],
  [/percent|prozent|vat|mwst|umsatzsteuer/, /percent|prozent/],
];

/** How the plans that a sentence speaks about fit the customer's. */
function planFit(sentence: string, input: AnswerInput): number {
  const named = (["free", "pro", "enterprise"] as const).filter((plan) => planIn(sentence, plan));
  if (named.length === 0) return 1;
  if (named.includes(input.tier)) return 1.3;
  if (input.rule === null && named.some((plan) => input.plans.has(plan))) return 1.15;
  return input.rule === null ? 0.4 : 0.2;
}

function planIn(sentence: string, plan: Tier): boolean {
  if (plan === "free") return /\bFree\b/.test(sentence) && !/^Free of charge/.test(sentence);
  return (plan === "pro" ? /\bPro\b/ : /\bEnterprise\b/).test(sentence);
}

/** Every sentence of the passages with its score, best first. */
export function scoreSentences(index: KnowledgeIndex, input: AnswerInput): Quote[] {
  const message = fold(input.message);
  const kinds = askedFor.filter(([question]) => question.test(message)).map(([, sentence]) => sentence);
  const top = input.passages[0]?.score ?? 1;
  const wanted = input.rule?.articles[input.language];
  const quotes = input.passages.flatMap(({ chunk, score }) =>
    chunk.sentences.map((sentence) => {
      let sum = 0;
      for (const term of new Set(sentence.terms)) sum += (input.query.get(term) ?? 0) * index.weight(term);
      const length = 1 + sentence.terms.length / 12;
      const kind = kinds.some((pattern) => pattern.test(fold(sentence.text))) ? 1.35 : 1;
      const place = 0.5 + (0.5 * score) / top;
      const article = wanted === undefined || chunk.article === wanted ? 1 : 0.3;
      return {
        text: sentence.text,
        article: chunk.article,
        language: chunk.language,
        position: sentence.position,
        terms: sentence.terms,
        score: (sum / length) * kind * place * article * planFit(sentence.text, input),
      };
    }),
  );
  return quotes.filter((quote) => quote.score > 0).toSorted((a, b) => b.score - a.score);
}

/** Takes up to `maxSentences`: the best one, then others of the same language that come near it. */
export function chooseSentences(
  scored: readonly Quote[],
  decoding: SupportAgentConfig["decoding"],
  random: Random,
): Quote[] {
  const left = scored.slice(0, 8);
  const top = left[0]?.score ?? 0;
  const chosen: Quote[] = [];
  while (chosen.length < decoding.maxSentences && left.length > 0) {
    // Scores as shares of the best one, spread so that temperature 1 leaves the best sentence clearly ahead.
    const shares = left.map((quote) => (4 * quote.score) / top);
    const [quote] = left.splice(pick(shares, decoding.temperature, random), 1);
    if (quote === undefined) break;
    const first = chosen[0];
    const isOtherLanguage = first !== undefined && first.language !== quote.language;
    const isWeak = quote.score < top * (first?.article === quote.article ? 0.12 : 0.65);
    if (first !== undefined && (isWeak || isOtherLanguage)) continue;
    chosen.push(quote);
  }
  const articles = [...new Set(chosen.map((quote) => quote.article))];
  return chosen.toSorted(
    (a, b) => articles.indexOf(a.article) - articles.indexOf(b.article) || a.position - b.position,
  );
}

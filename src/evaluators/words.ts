import { isNumberWord } from "./number-words.ts";

const english =
  "a about after again all also although am an and any are as at be because been before being below between both but by can could did do does doing down during each few for from further had has have having he her here hers him his how however i if in into is it its itself just may me might more most must my no nor not now of off on once only or other our out over own per s same shall she should so some such t than that the their them then there these they this those through thus to too under until up us very was we were what when where which while who whom why will with would yes you your yours okay ok sure please thanks hello";
const german =
  "aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da dabei damit dann das dass dein deine dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen hat hatte hatten habe haben hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes jener jetzt kann kein keine keinem keinen keiner können könnte man mehr mein meine mich mir mit muss müssen nach nicht noch nun nur ob oder ohne sehr sein seine seinem seinen seiner sich sie sind so sollte sollten sondern sonst über um und uns unser unsere unter viel vom von vor war waren was weil welche welcher welches wenn werde werden wer wie wieder will wir wird wo wurde wurden zu zum zur zwar zwischen bitte danke hallo gern gerne nein";

const englishStops = new Set(english.split(" "));
const germanStops = new Set(german.split(" "));

const word = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’][\p{L}]+|[.,](?=\p{N})\p{N}+)*/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Thai, the first of these scripts in Unicode. */
const firstUnspaced = 0x0e00;

/** A word of a text. */
export interface Token {
  /** As it stands in the text. */
  readonly text: string;
  /** Lower case, without a possessive ending. */
  readonly lower: string;
  /** What is compared: `lower` without its ending of inflection. */
  readonly stem: string;
  /** True for a word without content of its own (article, preposition, auxiliary verb, greeting) in English or German. */
  readonly stop: boolean;
  /** How it is written. */
  readonly shape: Shape;
}

/**
 * How a word is written: `number` without letters or as a number word, `mixed` letters and digits, `inner` a capital after the first letter
 * (`IBM`, `McKay`), `capital` a capital at its beginning only, else `plain`.
 */
export type Shape = "number" | "mixed" | "inner" | "capital" | "plain";

function shapeOf(text: string, lower: string): Shape {
  if (/\p{N}/u.test(text)) return /\p{L}/u.test(text) ? "mixed" : "number";
  if (isNumberWord(lower)) return "number";
  if (/^\p{L}.*\p{Lu}/u.test(text)) return "inner";
  return /^\p{Lu}./u.test(text) ? "capital" : "plain";
}

/**
 * Words and numbers of a text in any script, in their order. Scripts that are written without blanks (Chinese, Japanese, Thai)
 * give one token a character. Takes time linear in the length of the text.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.normalize("NFC").match(word) ?? []) {
    if (match.charCodeAt(0) >= firstUnspaced && unspaced.test(match)) {
      for (const character of match) tokens.push(tokenOf(character));
    } else tokens.push(tokenOf(match));
  }
  return tokens;
}

const contraction = /(?:n't|'(?:ll|re|ve|d|m))$/u;
const known = new Map<string, Token>();
const knownLimit = 20_000;

function tokenOf(text: string): Token {
  const found = known.get(text);
  if (found !== undefined) return found;
  const lower = text.toLowerCase().replace(/’/gu, "'").replace(/'s$/u, "");
  const stop = isStopWord(lower) || contraction.test(lower);
  const token = { text, lower, stem: stemOf(lower), stop, shape: shapeOf(text, lower) };
  if (known.size >= knownLimit) known.clear();
  if (text.length <= 40) known.set(text, token);
  return token;
}

function isStopWord(lower: string): boolean {
  return englishStops.has(lower) || germanStops.has(lower);
}

const endings =
  /(?:ungen|ingly|edly|ments|ment|ation|ations|ungs|ung|ing|ies|ied|ers|est|ern|em|en|er|es|ed|ly|e|s|y|n)$/u;

/**
 * A word without its ending of inflection, for English and German alike: one ending of a short list is cut as long as at least
 * four characters stay. Cruder than a stemmer of one language, but the same for both; numbers and short words stay as they are.
 */
export function stemOf(lower: string): string {
  if (lower.length < 5 || /\p{N}/u.test(lower)) return lower;
  const ending = endings.exec(lower);
  if (ending === null) return lower;
  const keep = Math.max(4, ending.index);
  return lower.slice(0, keep);
}

/** The language whose small words occur more often; English when neither does. */
export function languageOf(tokens: readonly Token[]): "en" | "de" {
  let balance = 0;
  for (const { lower } of tokens) {
    const isEnglish = englishStops.has(lower);
    const isGerman = germanStops.has(lower);
    if (isEnglish !== isGerman) balance += isEnglish ? 1 : -1;
  }
  return balance < 0 ? "de" : "en";
}

const negations = new Set(
  "no not never none unable nobody nothing neither nor without cannot kein keine keinem keinen keiner keines keinerlei nicht nie niemals niemand nichts weder ohne".split(
    " ",
  ),
);

/** True for a word that negates, in English or German. */
export function isNegation({ lower }: Token): boolean {
  return negations.has(lower) || lower.endsWith("n't");
}

/** Content words that follow a negation closely, and those that stand elsewhere, by stem. */
export interface Polarity {
  readonly negated: ReadonlySet<string>;
  readonly plain: ReadonlySet<string>;
}

/** How many content words a negation is taken to reach forwards; backwards it is one in German (`gilt nicht`). */
const negationReach = 1;

/** Sorts the content words of a text into those that a negation reaches and the others. */
export function polarityOf(tokens: readonly Token[]): Polarity {
  const negated = new Set<string>();
  const plain = new Set<string>();
  let reach = 0;
  let before: string | undefined;
  for (const token of tokens) {
    if (isNegation(token)) {
      reach = negationReach;
      if (token.lower === "nicht" && before !== undefined) negated.add(before);
    } else if (!token.stop) {
      (reach > 0 ? negated : plain).add(token.stem);
      reach--;
      before = token.stem;
    }
  }
  return { negated, plain };
}

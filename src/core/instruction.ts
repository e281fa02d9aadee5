import { z } from "zod";

/** How many of something there must be; at least one bound is given. */
const bounds = {
  /** The smallest number. */
  atLeast: z.int().min(0).optional(),
  /** The number that must not be reached. */
  lessThan: z.int().min(1).optional(),
  /** The only number. */
  exactly: z.int().min(0).optional(),
};
const text = z.string().min(1);

/** Languages that can be told from each other, by ISO 639-1 code. */
export const languageCodes = [
  "af",
  "am",
  "ar",
  "bg",
  "bn",
  "ca",
  "cs",
  "cy",
  "da",
  "de",
  "el",
  "en",
  "es",
  "et",
  "fa",
  "fi",
  "fr",
  "gu",
  "he",
  "hi",
  "hr",
  "hu",
  "hy",
  "id",
  "it",
  "ja",
  "ka",
  "km",
  "kn",
  "ko",
  "lo",
  "lt",
  "lv",
  "mk",
  "ml",
  "mr",
  "my",
  "ne",
  "nl",
  "no",
  "pa",
  "pl",
  "pt",
  "ro",
  "ru",
  "si",
  "sk",
  "sl",
  "so",
  "sq",
  "sv",
  "sw",
  "ta",
  "te",
  "th",
  "tl",
  "tr",
  "uk",
  "ur",
  "vi",
  "zh",
] as const;
/** A language by its ISO 639-1 code. */
export type LanguageCode = (typeof languageCodes)[number];

/** An instruction that counts something. */
function counted<Kind extends string, Members extends z.ZodRawShape>(kind: Kind, members: Members) {
  return z.strictObject({ kind: z.literal(kind), ...members, ...bounds }).refine(hasBound, {
    message: "an instruction that counts needs `atLeast`, `lessThan` or `exactly`",
  });
}

function hasBound(counts: object): boolean {
  return Object.keys(bounds).some((name) => (counts as Record<string, unknown>)[name] !== undefined);
}

/**
 * Something that an answer was told to do and that code can check. These are the families of IFEval (Zhou et al. 2023, "Instruction-Following
 * Evaluation for Large Language Models"), with bounds instead of its relations.
 */
export const instructionSchema = z.discriminatedUnion("kind", [
  /** Words: runs of letters, digits and underscores. */
  counted("words", {}),
  /** Sentences: what ends with a full stop, question or exclamation mark, not at an abbreviation. */
  counted("sentences", {}),
  /** Paragraphs, none of them empty, between separators: `***` or, when left out, blank lines. */
  counted("paragraphs", { separator: text.optional() }),
  /** First word of a paragraph, the first being 1; paragraphs stand between blank lines. */
  z.strictObject({ kind: z.literal("paragraph_first_word"), paragraph: z.int().min(1), word: text }),
  /** Items of a list, each on a line that begins with `*` or `-`. */
  counted("bullets", {}),
  /** Sections, each begun by the marker and a number, such as `Section 1`. */
  counted("sections", { marker: text }),
  /** Highlighted parts, between single or double asterisks on one line. */
  counted("highlights", {}),
  /** Placeholders in square brackets. */
  counted("placeholders", {}),
  /** A title in double angular brackets, `<<like this>>`. */
  z.strictObject({ kind: z.literal("title") }),
  /** A postscript that begins with the marker, `P.S.` or another. */
  z.strictObject({ kind: z.literal("postscript"), marker: text }),
  /** The whole answer is JSON, alone or in one code fence. */
  z.strictObject({ kind: z.literal("json") }),
  /** The answer contains one of these texts as it stands. */
  z.strictObject({ kind: z.literal("one_of"), options: z.array(text).min(1) }),
  /** So many different answers between separators. */
  counted("answers", { separator: text }),
  /** The answer begins with this text, in any case of letters. */
  z.strictObject({ kind: z.literal("begins_with"), text }),
  /** The answer ends with this text, in any case of letters; a closing quotation mark may follow. */
  z.strictObject({ kind: z.literal("ends_with"), text }),
  /** The whole answer stands in straight double quotation marks. */
  z.strictObject({ kind: z.literal("quoted") }),
  /** The text occurs so often, in any case of letters, also inside of words. */
  counted("occurrences", { text }),
  /** None of these words occurs as a whole word, in any case of letters. */
  z.strictObject({ kind: z.literal("without_words"), words: z.array(text).min(1) }),
  /** Words of which every letter is a capital. */
  counted("capital_words", {}),
  /** Every letter is a capital, or none is. */
  z.strictObject({ kind: z.literal("letter_case"), letters: z.enum(["upper", "lower"]) }),
  /** Language by its ISO 639-1 code, such as `de`. */
  z.strictObject({ kind: z.literal("language"), language: z.enum(languageCodes) }),
]);
/** Something that an answer was told to do and that code can check. */
export type Instruction = z.infer<typeof instructionSchema>;

import { describe, expect, it } from "vitest";
import { expectationSchema } from "../../../src/core/dataset.ts";
import { type Instruction, instructionSchema } from "../../../src/core/instruction.ts";
import { taskCompletion } from "../../../src/evaluators/index.ts";
import { countSentences } from "../../../src/evaluators/text-counts.ts";
import { languageOfText } from "../../../src/evaluators/written-language.ts";

function follows(response: string, instruction: Instruction): boolean {
  const evaluation = taskCompletion({ response, expected: { instructions: [instruction] } });
  if (evaluation.status !== "scored") throw new Error(evaluation.reason);
  return evaluation.pass;
}

// What follows and what does not, by the definitions of IFEval (arXiv 2311.07911, table of instructions), written by hand.
const table: [Instruction, string[], string[]][] = [
  [{ kind: "words", atLeast: 3 }, ["one two three", "well-known man"], ["one two", "…"]],
  [{ kind: "words", lessThan: 3 }, ["one two"], ["one two three"]],
  [
    { kind: "sentences", exactly: 2 },
    ["Dr. Who came. He left!", "It cost $3.50 today. Why?"],
    ["One.", "One. Two? Three!"],
  ],
  [
    { kind: "paragraphs", separator: "***", exactly: 2 },
    ["a\n***\nb", "***\na\n***\nb\n"],
    ["a\n\nb", "a***\n***b"],
  ],
  [{ kind: "paragraphs", exactly: 2 }, ["a\nb\n\nc"], ["a\nb"]],
  [
    { kind: "paragraph_first_word", paragraph: 2, word: "then" },
    ['First.\n\n"Then, we go'],
    ["Then.\n\nFirst", "Then"],
  ],
  [{ kind: "bullets", exactly: 2 }, ["* a\n* b", "Here:\n- a\n  - b"], ["* a", "1. a\n2. b", "**a**\n* b"]],
  [
    { kind: "sections", marker: "Section", atLeast: 2 },
    ["Section 1\na\nSection 2\nb"],
    ["Section 1", "Sections one and two"],
  ],
  [
    { kind: "highlights", atLeast: 2 },
    ["*a* and *b c*", "**a** and *b*"],
    ["*a*", "**bold**", "** ** and * *"],
  ],
  [{ kind: "placeholders", atLeast: 2 }, ["Dear [name] of [city]"], ["Dear [name]", "[a\nb] [c]"]],
  [{ kind: "title" }, ["<<Ode to joy>>\nla"], ["<Ode>", "<<>>", "<< >>"]],
  [
    { kind: "postscript", marker: "P.S." },
    ["Bye.\nP.S. I love you", "p. s. more"],
    ["Bye", "PS: more", "stops."],
  ],
  [{ kind: "postscript", marker: "P.P.S" }, ["Bye.\nP.P.S. more"], ["P.S. more"]],
  [{ kind: "json" }, ['{"a":1}', '```json\n{"a":1}\n```', "```\n[]\n```"], ["{a:1}", 'Sure: {"a":1}']],
  [
    { kind: "one_of", options: ["My answer is yes.", "My answer is no."] },
    ["Well: My answer is no."],
    ["my answer is no"],
  ],
  [
    { kind: "answers", separator: "******", exactly: 2 },
    ["a\n******\nb"],
    ["a\n******\na", "a", "a******b******c"],
  ],
  [
    { kind: "begins_with", text: "Write a poem" },
    ["write a poem about cats.\nCats…"],
    ["Here: write a poem"],
  ],
  [
    { kind: "ends_with", text: "Any questions?" },
    ["Fine. Any Questions?", '"Fine. Any questions?"'],
    ["Any questions? No."],
  ],
  [{ kind: "quoted" }, ['"All of\nit."', '  "a" '], ['"a" b', '"', "“a”"]],
  [{ kind: "occurrences", text: "e", lessThan: 2 }, ["one", "bEta"], ["never"]],
  [{ kind: "occurrences", text: "C++ (new)", atLeast: 1 }, ["I like c++ (NEW)."], ["C+ (new)"]],
  [{ kind: "occurrences", text: ",", exactly: 0 }, ["no comma"], ["a, b"]],
  [
    { kind: "without_words", words: ["rock", "can not"] },
    ["rocket", "can nothing"],
    ["Rock!", "you can not"],
  ],
  [{ kind: "capital_words", atLeast: 2 }, ["I am in the USA", "I'M"], ["Am I", "Iota Usa"]],
  [{ kind: "letter_case", letters: "upper" }, ["IT IS 5!"], ["It IS", "5"]],
  [{ kind: "letter_case", letters: "lower" }, ["it is 5!"], ["it Is", "5"]],
  [
    { kind: "language", language: "de" },
    ["Der Hund ist nicht im Haus."],
    ["The dog is not in the house.", "12345"],
  ],
];

describe("instructions", () => {
  for (const [instruction, following, failing] of table) {
    const { kind, ...rest } = instruction;
    const name = `${kind} ${JSON.stringify(rest)}`;
    it.each(following)(`${name} is followed by %j`, (response) => {
      expect(follows(response, instruction)).toBe(true);
    });
    it.each([...failing, "", " \n"])(`${name} is not followed by %j`, (response) => {
      expect(follows(response, instruction)).toBe(false);
    });
  }

  it("are one demand each, with what is wrong", () => {
    const instructions: Instruction[] = [
      { kind: "words", atLeast: 5 },
      { kind: "title" },
      { kind: "quoted" },
    ];
    const evaluation = taskCompletion({ response: '"<<T>>"', expected: { instructions } });
    expect(evaluation).toMatchObject({ pass: false });
    expect(evaluation.status === "scored" && evaluation.value).toBeCloseTo(2 / 3, 12);
    expect(evaluation.reason).toBe("2 of 3 demands fulfilled: told words, atLeast 5: 1 word, not at least 5");
  });

  it("have an example of each kind in the table above", () => {
    const kinds = instructionSchema.options.map((option) => option.shape.kind.value);
    expect(new Set(table.map(([{ kind }]) => kind))).toEqual(new Set(kinds));
  });

  it("are refused where they demand nothing or name what is not there", () => {
    const refused = [
      { kind: "words" },
      { kind: "language", language: "xx" },
      { kind: "word", atLeast: 1 },
      { kind: "title", a: 1 },
    ];
    for (const instruction of refused) {
      expect(expectationSchema.safeParse({ instructions: [instruction] }).success).toBe(false);
    }
  });

  it("are checked on hostile texts within the time of a test", () => {
    for (const piece of ["*", "[", "<<", ".", " ", "a", "-\n", "***", "'", "\ud800", "A", "p. "]) {
      const response = piece.repeat(50_000);
      for (const [instruction] of table) expect(typeof follows(response, instruction)).toBe("boolean");
    }
  });
});

describe("the number of sentences", () => {
  it.each([
    ["Mr. Smith met J. R. Tolkien at 5 p.m. today.", 1],
    ["He said: “Stop!” Then he left.", 2],
    ["Is it 3.14? Yes… it is.", 2],
    ["- first\n- second", 1],
    ["No full stop", 1],
    ["", 0],
  ])("of %j is %d", (text, expected) => {
    expect(countSentences(text)).toBe(expected);
  });
});

describe("the language of a text", () => {
  // The first sentence of article 1 of the Universal Declaration of Human Rights, in the United Nations' translations.
  it.each([
    ["en", "All human beings are born free and equal in dignity and rights."],
    ["de", "Alle Menschen sind frei und gleich an Würde und Rechten geboren."],
    ["fr", "Tous les êtres humains naissent libres et égaux en dignité et en droits."],
    ["es", "Todos los seres humanos nacen libres e iguales en dignidad y derechos."],
    ["it", "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti."],
    ["pt", "Todos os seres humanos nascem livres e iguais em dignidade e em direitos."],
    ["nl", "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren."],
    ["pl", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw."],
    ["fi", "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan."],
    ["sw", "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa."],
    ["vi", "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi."],
    ["tr", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar."],
    ["ru", "Все люди рождаются свободными и равными в своем достоинстве и правах."],
    ["uk", "Всі люди народжуються вільними і рівними у своїй гідності та правах."],
    ["bg", "Всички хора се раждат свободни и равни по достойнство и права."],
    ["ar", "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق."],
    ["fa", "تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند."],
    ["ur", "تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں۔"],
    ["he", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם."],
    ["hi", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।"],
    ["mr", "सर्व मानवी व्यक्ती जन्मतः स्वतंत्र आहेत व त्यांना समान प्रतिष्ठा व समान अधिकार आहेत."],
    ["ne", "सबै व्यक्तिहरू जन्मजात स्वतन्त्र हुन् ती सबैको समान अधिकार र महत्व छ।"],
    ["th", "มนุษย์ทั้งปวงเกิดมามีอิสระและเสมอภาคกันในศักดิ์ศรีและสิทธิ"],
    ["ko", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."],
    ["ja", "すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。"],
    ["zh", "人人生而自由,在尊严和权利上一律平等。"],
  ])("%s: %s", (language, text) => {
    expect(languageOfText(text)).toBe(language);
  });

  it("cannot be told without a sign of one", () => {
    expect([languageOfText("12345"), languageOfText(""), languageOfText("Xyzzy")]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

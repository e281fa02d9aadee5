import type { LanguageCode } from "../core/instruction.ts";

/** Scripts that one language uses, or a group of languages that small words or letters tell apart. */
const scripts: Readonly<Record<string, LanguageCode | readonly LanguageCode[]>> = {
  Latin: [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "sv",
    "da",
    "no",
    "fi",
    "pl",
    "cs",
    "sk",
    "sl",
    "hr",
    "hu",
    "ro",
    "tr",
    "vi",
    "id",
    "tl",
    "sw",
    "so",
    "sq",
    "et",
    "lv",
    "lt",
    "ca",
    "cy",
    "af",
  ],
  Cyrillic: ["ru", "uk", "bg", "mk"],
  Devanagari: ["hi", "mr", "ne"],
  Arabic: ["ar", "fa", "ur"],
  Han: "zh",
  Hiragana: "ja",
  Katakana: "ja",
  Hangul: "ko",
  Greek: "el",
  Hebrew: "he",
  Thai: "th",
  Lao: "lo",
  Khmer: "km",
  Myanmar: "my",
  Bengali: "bn",
  Gurmukhi: "pa",
  Gujarati: "gu",
  Tamil: "ta",
  Telugu: "te",
  Kannada: "kn",
  Malayalam: "ml",
  Sinhala: "si",
  Georgian: "ka",
  Armenian: "hy",
  Ethiopic: "am",
};
const scriptPatterns = Object.keys(scripts).map(
  (name) => [name, new RegExp(`\\p{Script=${name}}`, "gu")] as const,
);

/** The most frequent small words of each language, as any frequency list has them. */
const smallWords: Readonly<Partial<Record<LanguageCode, string>>> = {
  en: "the of and to in is that it for was on are with as be this have from or by you not at but we they his her which an will can all your has there their if when who what so more one would do no my our me how about into over out up some than then them these been had into just like only could its between",
  de: "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis ich du wir",
  fr: "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec son aux d l mais comme ou si leur y dont elle nous vous cette été je tu",
  es: "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son también fue había muy hasta",
  it: "di e il la che in a per un è del una con non sono da le si della dei nel al i gli come alla anche più ma lo delle ha su nella o se questo ci mi dal quando era essere",
  pt: "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito nos já está eu também só pelo pela até isso",
  nl: "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij of uit nog worden door naar heeft wordt hij ze wel zich kan over tot je ik deze die",
  sv: "och i att det som en på är av för med den till inte har de ett om han var jag sig men från så vi kan man när nu också eller skulle hon där vara efter",
  da: "og i at det er en til på som af for med de den ikke der har et han jeg vi men sig kan om var så fra du blev eller skal ud hvor også efter ved hun",
  no: "og i det er på som en til av for at med de ikke den har om et var jeg han men så seg fra vi kan hun ble etter skal også eller når bare noe hva",
  fi: "ja on ei että se oli hän mutta ovat kun joka myös niin kuin mitä tai sen jos minä olla ole nyt vain ovat siitä tämä sitä hänen voi mukaan",
  pl: "i w na z się nie do to że jest o jak po a co za od ale dla przez czy są tym już tak jego był być tylko może lub które który przy oraz",
  cs: "a se v na je že s z do o i to ve k jako za pro ale by si po od jsou nebo jeho který také které byl při jen už bylo což",
  sk: "a sa v na je že s z do o to vo ako za pre ale by si po od sú alebo jeho ktorý aj ktoré bol pri len už bolo čo",
  sl: "in je v na se da so za ki z po ne pa s tudi od kot ali bi do pri ni kar če bil bila lahko le še",
  hr: "i je u se na da su za od s kao a o ne koji što bi ili iz do nije ali će koja biti te kako samo po",
  hu: "a az és hogy nem is egy ez van meg csak de azt volt mint el ki már még vagy ha kell lehet ami minden után amely",
  ro: "și de a în la cu pe nu o care este un din că mai să se pentru sunt au ce fi prin sau ca dar fost lui după ale",
  tr: "ve bir bu da de için ile çok daha olarak ne gibi var o en mi kadar ben olan sonra ama değil her ya ki",
  vi: "và của là có được không cho các một trong những người với để này đã khi như về từ ra đến cũng tôi sẽ vào nhiều bạn",
  id: "yang dan di dengan untuk ini dari pada itu dalam tidak akan adalah ke juga oleh atau bisa saya kami ada mereka karena telah sebagai",
  tl: "ang ng sa na at ay mga ko ka hindi para ito siya kung niya mo rin ako nang may pa po isang kanyang",
  sw: "ni zao wote yote ya na wa kwa ni katika la za kuwa hii cha ili kama lakini au yake wake kila sana pia hiyo huu wao yao hivyo mimi",
  so: "iyo ka ku oo in waa uu ay la loo waxaa si ah soo ayaa kale waxay leh inay isku ama",
  sq: "të e në dhe i për një me nga që më se është do nuk si ka u ishte janë kjo ky por edhe",
  et: "ja on ei et see ta oli ka kui aga mis nii siis ning või oma seda kes mida veel olid nagu selle",
  lv: "un ir ar no uz par ka tas kas bija arī kā to lai bet vai pēc pie gan jau tiek savu",
  lt: "ir yra kad į iš su tai kaip bet buvo ne o jo per ar už apie dėl taip pat kuris jis",
  ca: "de la i el que a en les els un per amb una del es no al va més són com és seva ha o però aquest aquesta dels",
  cy: "y yn a i o ar ei yr mae wedi am gan oedd ac bod eu fel hefyd hyn mewn roedd wrth sydd neu",
  af: "die en van in is het nie 'n te vir wat dat op met om hy was sal aan word as kan ook sy deur ons ek",
  ru: "и в не на я что с он как это по но из у за то все она так его от мы же для вы о бы был быть или к",
  uk: "і в не на що з до як у та це за й я але про від він для є або по так його ми які бути був",
  bg: "и на да се в за не от с са е като по че ще това до но при си или той което бе който са много",
  mk: "и на да се во за не од со е што по ќе како но до или тоа при го ги сe кој би има",
  hi: "है के में की और का को से हैं यह पर ने भी कि नहीं एक हो था इस लिए तो कर या आप",
  mr: "आहे आणि या च्या आहेत हा ते व एक मध्ये ही होते नाही तर हे ला की साठी त्या केले मी",
  ne: "छ र मा को छन् हो यो पनि लागि हुन्छ गर्न भने एक का छैन तर ले गर्ने उनी त",
  ar: "في من على أن إلى عن هذا التي مع ما هو كان لا كما هذه بين أو كل قد الذي بعد هي ذلك",
  fa: "و در به از که این را با است برای آن یک های می شود تا بر خود هم ها کرد یا اما شما",
  ur: "کے میں کی ہے اور سے کا کو اس نے کہ پر یہ ہیں ایک بھی تھا کر نہیں ہو وہ",
};
const languagesOfWord = new Map<string, LanguageCode[]>();
for (const [language, words] of Object.entries(smallWords)) {
  for (const word of new Set(words.split(" "))) {
    languagesOfWord.set(word, [...(languagesOfWord.get(word) ?? []), language as LanguageCode]);
  }
}

/** Letters and endings that only some of the languages of a script use. */
const tellingLetters: readonly (readonly [LanguageCode, RegExp])[] = [
  ["ru", /[ыэё]/gu],
  ["uk", /[іїєґ]/gu],
  ["mk", /[ѓќѕјљњџ]/gu],
  ["fa", /[پچژگ]/gu],
  ["ur", /[ٹڈڑںےہھ]/gu],
  ["vi", /[ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/gu],
  ["en", /(?<=\p{L}{3})(?:ing|ly|['’]s)(?![\p{L}\p{M}])/gu],
  ["de", /ß/gu],
  ["pl", /[łąęśźż]/gu],
  ["tr", /[ğış]/gu],
];

const longestRead = 20_000;

/**
 * The language that a text is written in: by its script and, where several languages share it, by their small words and letters.
 * `null` when there is no sign of one. Reads the first 20,000 characters.
 */
export function languageOfText(text: string): LanguageCode | null {
  const read = text.slice(0, longestRead).toLowerCase().normalize("NFC");
  const script = scriptOf(read);
  if (script === null) return null;
  const found = scripts[script]!;
  return typeof found === "string" ? found : amongLanguages(read, found);
}

/** The script with most letters; Chinese characters beside Japanese ones are Japanese. */
function scriptOf(text: string): string | null {
  const counts = scriptPatterns
    .map(([name, pattern]) => ({ name, letters: text.match(pattern)?.length ?? 0 }))
    .sort((a, b) => b.letters - a.letters);
  const [most] = counts;
  if (most === undefined || most.letters === 0) return null;
  const kana = counts.filter(({ name }) => name === "Hiragana" || name === "Katakana");
  const isJapanese =
    most.name === "Han" && kana.reduce((sum, { letters }) => sum + letters, 0) * 10 > most.letters;
  return isJapanese ? "Hiragana" : most.name;
}

function amongLanguages(text: string, languages: readonly LanguageCode[]): LanguageCode | null {
  const points = new Map<LanguageCode, number>(languages.map((language) => [language, 0]));
  const add = (language: LanguageCode, more: number) => {
    const before = points.get(language);
    if (before !== undefined) points.set(language, before + more);
  };
  for (const [word] of text.matchAll(/[\p{L}\p{M}']+/gu)) {
    const known = languagesOfWord.get(word) ?? [];
    // A word that several languages share says less.
    for (const language of known) add(language, 1 / Math.sqrt(known.length));
  }
  for (const [language, letters] of tellingLetters) add(language, (text.match(letters)?.length ?? 0) / 4);
  const [best] = [...points].sort((a, b) => b[1] - a[1]);
  return best === undefined || best[1] === 0 ? null : best[0];
}

const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/u));

/** Words with which an answer speaks of its sources, English and German; they claim nothing. */
export const aboutSources = wordSet(
  `based according provided given context passage passages document documents source sources information text mentioned stated states mention
  mentions provide provides answer question article articles specify specified explicitly specific detail details laut gemäß kontext dokument
  dokumente quelle quellen textstelle angaben angegebenen bereitgestellten information informationen frage antwort erwähnt`,
);

/** Words with which the writer speaks of itself; a context seldom states such things. */
export const firstPerson = wordSet("i my me we our us mine i'm i've i'd i'll ich mein meine mich mir");

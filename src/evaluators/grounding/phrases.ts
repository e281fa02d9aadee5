const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/u));

/** Words with which an answer speaks of its sources, English and German; they claim nothing. */
export const aboutSources = wordSet(
  `based according provided given context passage passages document documents source sources information text mentioned stated states mention
  mentions provide provides answer question article articles specify specified explicitly specific detail details laut gemäß kontext dokument
  dokumente quelle quellen textstelle angaben angegebenen bereitgestellten information informationen frage antwort erwähnt`,
);

/** Words with which an answer holds its sentences together, English and German: new ones invent little. */
export const framing = wordSet(
  `however additionally also therefore overall summary conclusion important note consider considered remember keep mind ensure sure example
  various several different multiple many certain specific specifically generally typically usually often commonly common including include
  includes included involve involves like such follow following follows step steps way ways process make makes making made need needs needed
  help helps helpful use used using uses refer refers known called means mean depending depend depends based related vary varies may might can
  could would able possible factor factors reason reasons result results due key main difference differences type types additional further
  other another first second third finally lastly next once after before while whereas although though unlike similarly instead alternatively
  furthermore moreover thus hence accordingly briefly brief jedoch außerdem zudem deshalb daher insgesamt zusammenfassung wichtig hinweis
  beispiel beispielsweise verschiedene mehrere bestimmte normalerweise meist meistens üblicherweise häufig oft möglich möglichkeit schritt
  schritte folgende folgenden zunächst anschließend schließlich danach während obwohl stattdessen alternativ ebenfalls allerdings`,
);

/** Words that make a claim weaker. */
export const hedges = wordSet(
  "may might could possibly likely perhaps probably generally typically usually often sometimes seems appear appears suggest suggests vielleicht möglicherweise wahrscheinlich vermutlich könnte",
);

/** Words with which the writer speaks of itself; a context seldom states such things. */
export const firstPerson = wordSet("i my me we our us mine i'm i've i'd i'll ich mein meine mich mir");

/** Phrases of advice and of examples, with which an answer often adds what it was not given. */
export const advice =
  /\b(?:you (?:may|might|can|should) (?:want|need|also|consider)|it(?:'s| is) (?:important|recommended|best|always|also|advisable|essential|worth|crucial)|make sure|be sure|keep in mind|please note|note that|ensure|recommended|consult|for example|for instance|such as|zum beispiel|empfohlen|bitte beachten)\b/iu;

/** Phrases that say that the sources do not say something. */
export const abstention =
  /\b(?:unable to|cannot|can't|can not|do(?:es)? not|don't|doesn't|not|no) (?:answer|provide|specif\w*|mention\w*|contain|state[ds]?|give|address\w*|include|directly|explicitly|determin\w*|enough|sufficient|information|clear|possible|appear)\b|unspecified|insufficient|not (?:explicitly |specifically |directly )?(?:mentioned|stated|specified|provided)|nicht (?:erwähnt|angegeben|enthalten|beantworte\w*)|keine (?:angaben?|informationen)/iu;

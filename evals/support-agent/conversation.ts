/** What a conversation names: orders, other customers, a new address, a country. */
import type { AgentRequest, Language, Tier } from "./config.ts";
import { detectLanguage, fold } from "./text.ts";

export interface Conversation {
  language: Language;
  customerId: string;
  /** Last message of the customer. */
  last: string;
  /** All messages of the customer. */
  all: string;
  orderId: string | null;
  orderIsIn: "here" | "earlier" | "none";
  /** A customer that is not the signed-in one. */
  otherCustomerId: string | null;
  /** Plans that the last message names. */
  plans: ReadonlySet<Tier>;
}

const named = /(?<![\w-])a\s?[-–—_ ]?\s?(\d{5})(?!\d)/gi;
const bare =
  /(?:order|bestellung|auftrag|nummer|number|bestellnr|nr|no|#|id)(?:\s+(?:number|nummer|nr|no|is|ist|lautet|mit|der|von|id))*[\s.:#]*(\d{5})(?!\d)/gi;
const correction =
  /\b(i mean|i meant|sorry|actually|correction|rather|instead|sondern|meinte|meine natürlich|quatsch|vielmehr|statt)\b/i;

const denial =
  /(?:\bnot|\bnicht|\bstatt|instead of|rather than|anstatt)\s+(?:order\s+|bestellung\s+|the\s+|die\s+|for\s+|für\s+)*$/i;

/** The order that a text names; after a correction the last one. */
export function orderIn(text: string): string | null {
  const found = [...text.matchAll(named), ...text.matchAll(bare)]
    .toSorted((a, b) => a.index - b.index)
    .filter((match) => !denial.test(text.slice(0, match.index)))
    .map((match) => `A-${match[1]}`);
  return (correction.test(text) ? found.at(-1) : found[0]) ?? null;
}

export function readConversation(request: AgentRequest, customerLanguage: Language): Conversation {
  const users = request.messages.filter((message) => message.role === "user").map((m) => m.content);
  const last = users.at(-1) ?? "";
  const here = orderIn(last);
  const others = request.messages.toReversed();
  const earlier =
    [...others.filter((m) => m.role === "user"), ...others.filter((m) => m.role === "assistant")]
      .map((message) => orderIn(message.content))
      .find((id) => id !== null) ?? null;
  const all = users.join("\n");
  const customers = [...all.matchAll(/\bC[- ]?(\d{4})\b/gi)].map((match) => `C-${match[1]}`);
  const folded = fold(last);
  const plans = (["free", "pro", "enterprise"] as const).filter((plan) => namesPlan(folded, plan));
  return {
    language: detectLanguage(users, customerLanguage),
    customerId: request.customerId,
    last,
    all,
    orderId: here ?? earlier,
    orderIsIn: here !== null ? "here" : earlier !== null ? "earlier" : "none",
    otherCustomerId: customers.find((id) => id !== request.customerId) ?? null,
    plans: new Set(plans),
  };
}

/** "free" is also an ordinary word; it names the plan only beside a word such as "plan" or after "to". */
function namesPlan(text: string, plan: Tier): boolean {
  if (plan === "enterprise") return /\benterprise|geschaeftstarif|unternehmenstarif/.test(text);
  if (plan === "pro")
    return /\bpro\b(?! (?:jahr|monat|tag|stueck|bestellung|minute|stunde|geraet|konto))/.test(text);
  return /\bfree[- ]?(?:plan|tarif|tier|version|account|konto|customer|kund)|\b(?:to|on|zu|auf|in) (?:the |den |das )?free\b|gratis|kostenlosen? (?:tarif|version)/.test(
    text,
  );
}

// biome-ignore format: several entries per row
const countries: Record<string, string> = {
  germany: "DE", deutschland: "DE", austria: "AT", oesterreich: "AT", ireland: "IE", irland: "IE",
  netherlands: "NL", niederlande: "NL", holland: "NL", portugal: "PT", france: "FR", frankreich: "FR",
  belgium: "BE", belgien: "BE", denmark: "DK", daenemark: "DK", sweden: "SE", schweden: "SE",
  poland: "PL", polen: "PL", czech: "CZ", tschechien: "CZ", finland: "FI", finnland: "FI",
  italy: "IT", italien: "IT", spain: "ES", spanien: "ES", switzerland: "CH", schweiz: "CH",
  england: "GB", uk: "GB", scotland: "GB", luxembourg: "LU", luxemburg: "LU", norway: "NO", norwegen: "NO",
};

/** The country that an address names, in words or as a code at its end. */
export function countryIn(address: string): string | null {
  const code = /,\s*([A-Z]{2})\.?$/.exec(address.trim())?.[1];
  if (code !== undefined) return code;
  for (const word of fold(address).match(/[a-z]+/g) ?? []) if (countries[word]) return countries[word];
  return null;
}

const addressCues =
  /(?:address|adresse|anschrift|deliver\w*|ship\w*|send|sent|go|goes|liefer\w*|schick\w*|geht|move\w*|change|ändern|aendern|umleiten|ist|is|lautet)[^:\n]{0,60}?(?::|\bto\b|\ban\b|\bauf\b|\bnach\b|\bin\b|\bis\b|\bnow\b|\blautet\b|\bist\b|\bjetzt\b|\bas\b)\s*/gi;
const courtesy =
  /\s*(?:[.!?;]|\n|,?\s(?:please|bitte|thanks|thank you|danke|instead|statt|stattdessen|ändern|aendern|schicken|senden|liefern)\b)[\s\S]*$/i;

const streetAndTown =
  /\p{L}[\p{L}.' -]*\s?\d{1,4}[a-z]?\s*,|(?:^|[\s,])\d{1,4}[a-z]?,?\s+\p{Lu}[\p{L}.' -]+,|,\s*\d{4,5}(?:-\d{3})?\s+\p{Lu}/u;

/** A street with a number and a town, with commas between: an address whatever stands before it. */
export function hasAddressShape(text: string): boolean {
  return passagesOf(text).some((passage) => isAddress(passage.split(/,\s*/).slice(1), passage));
}

function passagesOf(text: string): string[] {
  return text
    .replace(/\b(str|no|nr|st|e|v)\.(?=\s)/gi, "$1\u2024")
    .split(/[.!?]+\s+|:\s+|\n{2,}/)
    .map((passage) =>
      passage
        .replaceAll("\u2024", ".")
        .replace(/[.!?\s]+$/, "")
        .trim(),
    );
}

function isAddress(parts: readonly string[], passage: string): boolean {
  const named = parts.filter((part) => /^[\d\p{Lu}]/u.test(part) && part.split(/\s+/).length <= 6);
  return parts.length >= 2 && named.length === parts.length && streetAndTown.test(passage);
}

function shapedAddress(text: string): string | null {
  const found = passagesOf(text).findLast((passage) => {
    const parts = passage.split(/,\s*/);
    return parts.length >= 3 && isAddress(parts, passage);
  });
  return found !== undefined && found.length >= 10 && found.length <= 200 ? found : null;
}

/** The new address as the customer wrote it: the first passage after a cue that has a comma and a number. */
export function addressIn(text: string): string | null {
  return cuedAddress(text) ?? shapedAddress(text);
}

function cuedAddress(text: string): string | null {
  const lines = text
    .replace(/\n(?=\S)/g, ", ")
    .replace(/,\s*,/g, ",")
    .replace(/:\s*,\s*/g, ": ");
  for (const cue of lines.matchAll(addressCues)) {
    const rest = lines.slice(cue.index + cue[0].length);
    const address = rest
      .replace(/(str|Str|\bno|\bNo|\bNr|\bnr|\bSt)\.\s/g, "$1\u2024 ")
      .replace(courtesy, "")
      .replaceAll("\u2024", ".")
      .replace(/^(?:the|a|my|meine|die|new|neue|address|adresse|is|ist|now|jetzt|nun|:)\s+/i, "")
      .trim();
    if (address.length >= 10 && address.length <= 200 && /\d/.test(address) && /,/.test(address))
      return address;
  }
  return null;
}

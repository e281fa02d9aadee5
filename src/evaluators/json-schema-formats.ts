import * as standard from "@hyperjump/json-schema-formats";
import idn from "idn-hostname";

/**
 * The formats of JSON Schema 2020-12, 2019-09 and draft 7, and which texts have each, by the grammar of the standard that defines it.
 * They never throw.
 */
export const formats: Readonly<Record<string, (text: string) => boolean>> = Object.fromEntries(
  Object.entries({
    date: standard.isDate,
    time: isTime,
    "date-time": standard.isDateTime,
    duration: standard.isDuration,
    email: standard.isEmail,
    "idn-email": standard.isIdnEmail,
    hostname: (text: string) => standard.isHostname(text) && isInternationalHostname(text),
    "idn-hostname": isInternationalHostname,
    ipv4: standard.isIPv4,
    ipv6: standard.isIPv6,
    uri: standard.isUri,
    "uri-reference": standard.isUriReference,
    iri: standard.isIri,
    "iri-reference": standard.isIriReference,
    "uri-template": standard.isUriTemplate,
    uuid: standard.isUuid,
    "json-pointer": standard.isJsonPointer,
    "relative-json-pointer": standard.isRelativeJsonPointer,
    regex: standard.isRegex,
  }).map(([name, isOfFormat]) => [name, (text: string) => holds(() => isOfFormat(text))]),
);

/** RFC 5890 to 5893. Not the function of the formats package, which prints every text that it refuses. */
function isInternationalHostname(text: string): boolean {
  return !/[.\uff0e\u3002\uff61]$/u.test(text) && idn.isIdnHostname(text);
}

/** RFC 3339 with the leap second of its ABNF, which the package takes in a date and time only. */
function isTime(text: string): boolean {
  const lastDays = ["1998-12-31", "1999-01-01"];
  return standard.isTime(text) || lastDays.some((date) => standard.isDateTime(`${date}T${text}`));
}

function holds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}

import { describe, expect, it } from "vitest";
import { redacted, redactor, redactValue, secretsOf } from "../../../src/core/redact.ts";

// Credentials are put together here so that no scanner takes this file for a leak.
const join = (...parts: string[]) => parts.join("");
const letters = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";

describe("the secrets of an environment", () => {
  it("are the values of variables whose names say so, the longest first", () => {
    const secrets = secretsOf({
      OPENAI_API_KEY: "first-secret",
      GITHUB_TOKEN: "a-longer-second-secret",
      DB_PASSWORD: "p4ssw0rd!",
      client_secret: "lower-case-name",
      HOME: "/home/someone",
      KEYBOARD: "qwertz-layout",
      UNSET_TOKEN: undefined,
    });
    expect(secrets).toEqual(["a-longer-second-secret", "lower-case-name", "first-secret", "p4ssw0rd!"]);
  });

  it("leave out values under eight characters, which would blank harmless words", () => {
    expect(secretsOf({ A_KEY: "1234567", B_KEY: "12345678" })).toEqual(["12345678"]);
  });

  it("name a value once when two variables hold it", () => {
    expect(secretsOf({ A_TOKEN: "same-value", B_TOKEN: "same-value" })).toEqual(["same-value"]);
  });
});

describe("the redaction of a text", () => {
  const secret = 'p@ss "word"/+ü';
  const redact = redactor([secret]);

  it("removes a secret as it is, wherever it stands and however often", () => {
    expect(redact(`${secret} and again ${secret}.`)).toBe(`${redacted} and again ${redacted}.`);
  });

  it("removes it as it looks in a URL, in either case of the hexadecimal digits", () => {
    // RFC 3986 percent-encoding of the UTF-8 bytes.
    const encoded = "p%40ss%20%22word%22%2F%2B%C3%BC";
    expect(redact(`https://host/?key=${encoded}&a=1`)).toBe(`https://host/?key=${redacted}&a=1`);
    expect(redact(encoded.toLowerCase())).toBe(redacted);
  });

  it("removes it as it looks inside JSON", () => {
    const text = JSON.stringify({ password: secret });
    expect(text).toContain('p@ss \\"word\\"');
    expect(redact(text)).toBe(`{"password":"${redacted}"}`);
  });

  it("removes it in Base64", () => {
    const encoded = Buffer.from(secret, "utf8").toString("base64");
    expect(redact(`Basic ${encoded}`)).toBe(`Basic ${redacted}`);
  });

  it("takes the word bearer away with it", () => {
    expect(redactor(["my-own-token"])("Authorization: Bearer my-own-token")).toBe(
      `Authorization: ${redacted}`,
    );
  });

  it("removes the longer of two secrets of which one begins the other", () => {
    const both = redactor(["abcdefgh", "abcdefgh-and-more"]);
    expect(both("x abcdefgh-and-more y abcdefgh z")).toBe(`x ${redacted} y ${redacted} z`);
  });

  it("takes characters of a secret that mean something to a pattern as they are", () => {
    const odd = redactor(["a.c*(d)[e]$^|\\+?"]);
    expect(odd("a.c*(d)[e]$^|\\+?")).toBe(redacted);
    expect(odd("abc(d)e")).toBe("abc(d)e");
  });

  it("finds no very short secret between all letters, where its Base64 leaves nothing to look for", () => {
    expect(redactor(["#"])("no # here")).toBe(`no ${redacted} here`);
    expect(redactor(["#!"])("no #! here, and # there")).toBe(`no ${redacted} here, and # there`);
  });

  it("ignores an empty secret", () => {
    expect(redactor([""])("plain text")).toBe("plain text");
  });

  it.each([
    ["an OpenAI key", join("s", "k-proj-", letters)],
    ["an Anthropic key", join("s", "k-ant-api03-", letters)],
    ["a bearer token", join("Bea", "rer ey", letters, ".x-y_z==")],
    ["an AWS access key", join("AK", "IA", "ABCDEFGHIJKLMNOP")],
    ["a GitHub token", join("gh", "p_", letters)],
    ["a Slack token", join("xo", "xb-", "123456789012-abcdef")],
    ["a Google key", join("AI", "za", letters)],
    [
      "a private key",
      join("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA ", "PRIVATE KEY-----"),
    ],
  ])("removes %s that no variable holds", (_, credential) => {
    expect(redactor([])(`before ${credential} after`)).toBe(`before ${redacted} after`);
    expect(redactor(["another-secret"])(`before ${credential} after`)).toBe(`before ${redacted} after`);
  });

  // Guarded against: these shapes are as well known, and those of the first are the common credential of a model hub.
  it.each([
    ["a Hugging Face token", join("h", "f_", letters.slice(0, 34))],
    ["a fine-grained GitHub token", join("github", "_pat_", "11ABCDEFG0", letters, letters.slice(0, 20))],
    ["a temporary AWS key", join("AS", "IA", "ABCDEFGHIJKLMNOP")],
  ])("removes %s that no variable holds", (_, credential) => {
    expect(redactor([])(`before ${credential} after`)).not.toContain(credential);
  });

  it.each([
    "Your order 4711 will arrive on Tuesday.",
    "The risk-assessment-framework-for-enterprise is ready.",
    "task-completion-for-the-free-tier",
    "the bearer of this letter",
    "AKIA is four letters, ghp_ four more",
    '{"latencyMs": 12.5, "model": "gpt-x"}',
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ])("leaves harmless text as it is: %s", (text) => {
    expect(redact(text)).toBe(text);
    expect(redactor([])(text)).toBe(text);
  });

  it("changes nothing more when it is done twice", () => {
    const text = `a ${secret} b ${encodeURIComponent(secret)} Bearer ${letters} c`;
    const once = redact(text);
    expect(once).not.toBe(text);
    expect(redact(once)).toBe(once);
  });

  // Guarded against: a form in a URL writes a space as `+` and encodes `!'()*~` too; that form is not looked for.
  it("removes a secret as URLSearchParams writes it", () => {
    const query = new URLSearchParams({ key: "open sesame (now)" }).toString();
    expect(redactor(["open sesame (now)"])(query)).toBe(`key=${redacted}`);
  });

  // Guarded against: a header of HTTP Basic authentication holds `user:password` in Base64, in which the password alone does not
  // occur; the same holds for the URL-safe alphabet and for Base64 without padding.
  it.each([
    ["behind a user name", (text: string) => Buffer.from(`user:${text}`).toString("base64")],
    ["in the URL-safe alphabet, without padding", (text: string) => Buffer.from(text).toString("base64url")],
  ])("removes a secret in Base64 %s", (_, encode) => {
    const password = "correct?>horse~battery-7";
    expect(redactor([password])(encode(password))).toContain(redacted);
  });
});

describe("the redaction of a value", () => {
  const redact = redactor(["top-secret-value"]);

  it("reaches texts at every depth, and names of members", () => {
    const value = {
      text: "see top-secret-value",
      list: [1, null, true, ["top-secret-value"]],
      "top-secret-value": { inner: "top-secret-value!" },
    };
    expect(redactValue(value, redact)).toEqual({
      text: `see ${redacted}`,
      list: [1, null, true, [redacted]],
      [redacted]: { inner: `${redacted}!` },
    });
  });

  it("leaves the given value as it was", () => {
    const value = { text: "top-secret-value" };
    redactValue(value, redact);
    expect(value.text).toBe("top-secret-value");
  });

  it("gives an equal value when there is nothing to remove", () => {
    const value = { a: [1.5, false, null, "x"], b: { c: {} } };
    expect(redactValue(value, redact)).toEqual(value);
  });

  it("keeps a member named __proto__ an ordinary member", () => {
    const value = JSON.parse('{"__proto__": {"polluted": "top-secret-value"}}') as object;
    const safe = redactValue(value, redact);
    expect(JSON.stringify(safe)).toBe(`{"__proto__":{"polluted":"${redacted}"}}`);
    expect((safe as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

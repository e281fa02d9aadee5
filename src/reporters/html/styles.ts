import { caseStyles } from "./styles-cases.ts";
import { lookStyles } from "./styles-looks.ts";
import { tableStyles } from "./styles-tables.ts";

const colours = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --sheet: #ffffff; --sunk: #f0f2f5; --ink: #1a1f26; --faint: #56606d; --line: #d9dee5; --link: #1d4f91;
  --pass: #17653a; --pass-tint: #e4f3ea; --fail: #a3200f; --fail-tint: #fbe9e6;
  --inconclusive: #7a4b00; --inconclusive-tint: #fbf0d9; --error: #53389e; --error-tint: #eeeafa;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101418; --sheet: #171c22; --sunk: #1e242c; --ink: #e7ebf0; --faint: #a0abb8; --line: #303945; --link: #8ab8f5;
    --pass: #7fd6a2; --pass-tint: #12301f; --fail: #ffab9f; --fail-tint: #3d1612;
    --inconclusive: #f2c675; --inconclusive-tint: #372708; --error: #c6b8ff; --error-tint: #2a2150;
  }
}
`;

const layout = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: auto; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
header, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.5rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.5rem; padding-top: 1.25rem; padding-bottom: .75rem; }
header p { margin: 0; }
.brand { font-weight: 650; letter-spacing: -.01em; }
.what { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; color: var(--faint); font-size: .875rem; margin-left: auto; }
.what strong { color: var(--ink); font-weight: 600; }
main > section, nav { margin: 0 0 3rem; }
h2 { font-size: 1.375rem; line-height: 1.25; letter-spacing: -.015em; margin: 0 0 .75rem; }
h3 { font-size: 1.0625rem; margin: 2rem 0 .75rem; }
h4 { font-size: .9375rem; margin: 0 0 .5rem; }
h5 { font-size: .8125rem; font-weight: 600; color: var(--faint); margin: 1rem 0 .25rem; }
p { margin: 0 0 .75rem; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em; }
pre { margin: .25rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--sunk); border-radius: 6px; padding: .5rem .75rem; }
bdi, q, .text, .why, .headline, dd, p, li, summary, h3 { overflow-wrap: anywhere; }
.lead { color: var(--faint); max-width: 46rem; margin-bottom: 1rem; }
.faint { color: var(--faint); font-weight: 400; }
.sub { display: block; color: var(--faint); font-weight: 400; font-size: .8125rem; }
.nowrap { white-space: nowrap; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; background: var(--sheet); padding: .5rem 1rem; border-radius: 6px; }
.skip:focus { top: .5rem; }
footer { color: var(--faint); font-size: .8125rem; padding-bottom: 2rem; }
footer p { border-top: 1px solid var(--line); padding-top: 1rem; }
nav { margin-bottom: 2.5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .375rem 1.25rem; list-style: none; margin: 0; padding: 0; font-size: .9375rem; }
`;

const banner = `
.banner { --tone: var(--ink); --tint: var(--sunk); display: grid; grid-template-columns: auto 1fr; gap: 1.25rem 1.5rem; background: var(--tint); border-radius: 14px; padding: 1.75rem; margin-bottom: 1.5rem; }
.banner.pass { --tone: var(--pass); --tint: var(--pass-tint); }
.banner.fail { --tone: var(--fail); --tint: var(--fail-tint); }
.banner.inconclusive { --tone: var(--inconclusive); --tint: var(--inconclusive-tint); }
.banner.error { --tone: var(--error); --tint: var(--error-tint); }
.banner-symbol { width: 4rem; height: 4rem; border-radius: 50%; background: var(--tone); color: var(--tint); font-size: 2.25rem; font-weight: 700; line-height: 4rem; text-align: center; }
.banner h1 { margin: 0; font-size: 2.5rem; line-height: 1.1; letter-spacing: -.025em; color: var(--tone); display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
.meaning { font-size: 1.25rem; font-weight: 600; letter-spacing: -.01em; }
.headline { margin: .5rem 0 0; font-size: 1.125rem; line-height: 1.45; max-width: 52rem; }
.facts { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1.25rem 2rem; margin: 0; padding-top: 1.25rem; border-top: 1px solid color-mix(in srgb, var(--tone) 30%, transparent); }
.facts dt { font-size: .8125rem; font-weight: 600; color: var(--tone); }
.facts dd { margin: 0; font-size: .875rem; }
.facts .answer-word { font-size: 1.25rem; font-weight: 650; line-height: 1.35; letter-spacing: -.01em; }
.facts .remedy { font-size: 1rem; margin-top: .125rem; }
.facts a { color: inherit; }
.concerns { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
.concerns li { display: flex; gap: .75rem; padding: .5rem .25rem; border-bottom: 1px solid var(--line); }
.concerns .symbol { flex: none; width: 1.25rem; text-align: center; font-weight: 700; color: var(--inconclusive); }
.kind { font-weight: 600; }
.kind::after { content: " ·"; font-weight: 400; color: var(--faint); }
.explanation { max-width: 46rem; padding-left: 1.25rem; }
.explanation li { margin-bottom: .625rem; padding-left: .25rem; }
.run { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: .75rem 2rem; margin: 0 0 1.25rem; }
.run dt { font-size: .8125rem; font-weight: 600; color: var(--faint); }
.run dd { margin: 0; }
`;

const narrow = `
@media screen and (max-width: 46rem) {
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  header { padding-top: .875rem; }
  .what { margin-left: 0; }
  .banner { padding: 1.125rem; gap: .875rem 1rem; }
  .banner-symbol { width: 2.75rem; height: 2.75rem; line-height: 2.75rem; font-size: 1.5rem; }
  .banner h1 { font-size: 1.875rem; }
  .meaning { font-size: 1.0625rem; }
  .headline { font-size: 1rem; }
  .banner-text { min-width: 0; }
  main > section { margin-bottom: 2.5rem; }
}
@media print {
  :root { --page: #ffffff; font-size: 11px; }
  nav, .skip { display: none; }
  .banner, .mark .symbol, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .side, .case-facts, tr, .banner { break-inside: avoid; }
  summary { break-after: avoid; }
  .frame { overflow: visible; }
  table { font-size: .8125rem; } .frame table { min-width: 0; font-size: .6875rem; }
  th, td, .scroll tbody th, .scroll td:not(.number), .cards tbody th, .cards tbody td:nth-child(3) { min-width: 0; padding-right: .375rem; }
  .number, .evidence .nowrap { white-space: normal; }
  .scroll thead th { font-size: inherit; } .scroll thead th, .scroll tbody bdi, .scroll tbody code { overflow-wrap: anywhere; }
}
`;

/** The style of the page, exactly as it stands in its element: the page's policy admits it by its hash. */
export const styles: string = [colours, layout, banner, tableStyles, lookStyles, caseStyles, narrow]
  .join("")
  .trim();

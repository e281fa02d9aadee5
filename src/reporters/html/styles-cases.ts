/** Style of folded parts and of the cases with both answers. */
export const caseStyles: string = `
details { margin: 0 0 1rem; }
summary { cursor: pointer; }
details:not(.case) > summary { color: var(--link); padding: .25rem 0; }
.case-list { border-top: 1px solid var(--line); list-style: none; margin: 0 0 1rem; padding: 0; }
.case { margin: 0; border-bottom: 1px solid var(--line); }
.case h3 { margin: 0; font: inherit; }
.case-row { display: grid; grid-template-columns: 1.5rem minmax(10rem, 22rem) 1fr 5rem; gap: .25rem .75rem; align-items: baseline; padding: .625rem .25rem; list-style: none; width: 100%; text-align: left; font: inherit; color: inherit; background: none; border: 0; cursor: pointer; }
.case-row::-webkit-details-marker { display: none; }
.case-row:hover, .case.open .case-row, .case[open] > .case-row { background: var(--sunk); }
.case-row .symbol { font-weight: 700; text-align: center; color: var(--faint); }
.case-row .regressed { color: var(--fail); }
.case-row .errored { color: var(--error); }
.case-row .improved { color: var(--pass); }
.case-row code { font-weight: 600; }
.why { color: var(--faint); font-size: .9375rem; }
.loss { color: var(--faint); font-size: .8125rem; text-align: right; white-space: nowrap; }
.case-body { padding: 1rem 0 1.25rem 2.25rem; }
.case-body h4 { margin: 1.75rem 0 .5rem; }
.side h4 { margin: 0 0 .5rem; }
.case-facts { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem 1.5rem; margin: 0 0 1.25rem; }
.case-facts dt { font-size: .8125rem; font-weight: 600; color: var(--faint); }
.case-facts dd { margin: 0; }
.case-facts > div, .side, .sides > * { min-width: 0; }
.text { white-space: pre-wrap; unicode-bidi: isolate; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; }
.side { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem; margin: 0; }
.side p { margin: 0 0 .25rem; }
.side-facts { color: var(--faint); font-size: .8125rem; margin-top: .75rem !important; }
.answer del { background: var(--fail-tint); color: inherit; text-decoration: line-through; text-decoration-color: var(--fail); border-radius: 3px; }
.answer ins { background: var(--pass-tint); color: inherit; text-decoration: underline; text-decoration-color: var(--pass); text-underline-offset: .2em; border-radius: 3px; }
mark { background: var(--inconclusive-tint); color: inherit; box-shadow: inset 0 -2px var(--inconclusive); }
.tall { max-height: 16rem; overflow: auto; }
.evaluator { margin: 0 0 .25rem; }
.worse { color: var(--fail); font-weight: 600; } .better { color: var(--pass); font-weight: 600; }
.passages { list-style: none; margin: 0; padding: 0; }
.passages li { border-left: 3px solid var(--line); padding: 0 0 .125rem .875rem; margin-bottom: .75rem; }
.passages p { margin: 0; } .passages .passage { font-size: .9375rem; max-width: 60rem; }
.call p { margin: 0 0 .25rem; }
.call.removed .symbol, .call.changed .symbol { color: var(--fail); font-weight: 700; }
.call.added .symbol { color: var(--pass); font-weight: 700; }
.spans { font-size: .8125rem; margin: 0; table-layout: fixed; }
.spans th { font-weight: 400; width: 42%; padding: .1875rem .5rem .1875rem 0; overflow-wrap: anywhere; }
.spans td { padding: .1875rem 0; vertical-align: middle; }
.spans .number { width: 5rem; }
.spans .span { fill: var(--link); } .spans .failed { fill: var(--fail); }
.spans svg { display: block; }
.commands p { margin: .5rem 0 0; color: var(--faint); font-size: .875rem; }
.commands pre { user-select: all; }
.filters { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem; margin: 0 0 1rem; }
.changes { display: flex; flex-wrap: wrap; gap: .375rem; border: 0; padding: 0; margin: 0 0 1rem; }
.changes label { position: relative; }
.changes input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; width: 100%; height: 100%; }
.changes span { display: inline-block; } .changes span span { margin-right: .25rem; }
.changes label > span { padding: .3125rem .75rem; border: 1px solid var(--line); border-radius: 999px; font-size: .9375rem; }
.changes input:checked + span { background: var(--ink); color: var(--sheet); border-color: var(--ink); }
.changes input:focus-visible + span { outline: 3px solid var(--link); outline-offset: 2px; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem 1rem; }
.fields label span { display: block; font-size: .8125rem; font-weight: 600; color: var(--faint); margin-bottom: .25rem; }
.fields input, .fields select { width: 100%; min-height: 2.25rem; font: inherit; font-size: .9375rem; color: inherit; background: var(--page); border: 1px solid var(--faint); border-radius: 6px; padding: .25rem .5rem; }
.found { color: var(--faint); font-size: .9375rem; margin: 0 0 .5rem; }
.more { font: inherit; font-size: .9375rem; color: var(--link); background: none; border: 1px solid var(--line); border-radius: 6px; padding: .375rem .875rem; margin: 0 0 1rem; cursor: pointer; }
.case .more { margin-left: 2.25rem; }
.calls { margin: 0; padding-left: 1.25rem; }
.calls li { margin-bottom: .375rem; }
.evaluations, .findings { list-style: none; margin: 0; padding: 0; }
.evaluations > li { padding: .5rem 0; border-top: 1px solid var(--line); }
.evaluations > li:first-child { border-top: 0; padding-top: .125rem; }
.evaluations .marked { border-left: 3px solid var(--fail); padding-left: .75rem; margin-left: -.9375rem; }
.findings { font-size: .875rem; color: var(--faint); }
.findings li { display: flex; gap: .5rem; }
.findings .symbol { font-weight: 700; }
.failure { color: var(--error); }
.cut { background: var(--inconclusive-tint); color: var(--inconclusive); border-radius: 8px; padding: .625rem .875rem; }
@media screen and (max-width: 46rem) {
  .case-row { grid-template-columns: 1.25rem 1fr; }
  .case-row .why, .case-row .loss { grid-column: 2; text-align: left; }
  .case-body { padding-left: 0; }
  .case .more { margin-left: 0; }
  .case-facts, .sides { grid-template-columns: minmax(0, 1fr); }
  .filters { padding: .75rem; } .fields { grid-template-columns: 1fr 1fr; } .fields label:first-child { grid-column: 1 / -1; }
}
@media print { .filters, .more { display: none; } .tall { max-height: none; } }
`;

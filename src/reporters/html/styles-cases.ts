/** Style of folded parts and of the cases with both answers. */
export const caseStyles: string = `
details { margin: 0 0 1rem; }
summary { cursor: pointer; }
details:not(.case) summary { color: var(--link); padding: .25rem 0; }
.case-list { border-top: 1px solid var(--line); }
.case { margin: 0; border-bottom: 1px solid var(--line); }
.case summary { display: grid; grid-template-columns: 1.5rem minmax(10rem, 22rem) 1fr; gap: .25rem .75rem; align-items: baseline; padding: .625rem .25rem; list-style: none; }
.case summary::-webkit-details-marker { display: none; }
.case summary:hover { background: var(--sunk); }
.case summary .symbol { font-weight: 700; text-align: center; color: var(--faint); }
.case summary .regressed { color: var(--fail); }
.case summary .errored { color: var(--error); }
.case summary .improved { color: var(--pass); }
.case summary code { font-weight: 600; }
.why { color: var(--faint); font-size: .9375rem; }
.case-body { padding: .5rem 0 1.75rem 2.25rem; }
.case-facts { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem 1.5rem; margin: 0 0 1.25rem; }
.case-facts dt { font-size: .8125rem; font-weight: 600; color: var(--faint); }
.case-facts dd { margin: 0; }
.case-facts .expected { grid-row: span 2; }
.case-facts > div, .side { min-width: 0; }
.text { white-space: pre-wrap; unicode-bidi: isolate; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; }
.side { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem; margin: 0; }
.side p { margin: 0 0 .25rem; }
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
  .case summary { grid-template-columns: 1.25rem 1fr; }
  .case summary .why { grid-column: 2; }
  .case-body { padding-left: 0; }
  .case-facts, .sides { grid-template-columns: 1fr; }
}
`;

/** Style of tables, of the drawing of intervals, and of the marks that name a decision. */
export const tableStyles: string = `
.mark { --tone: var(--ink); --tint: var(--sunk); display: inline-flex; align-items: center; gap: .5rem; font-weight: 600; white-space: nowrap; color: var(--tone); }
.mark .symbol { flex: none; display: inline-block; width: 1.375rem; height: 1.375rem; line-height: 1.375rem; border-radius: 50%; text-align: center; font-size: .8125rem; font-weight: 700; background: var(--tint); color: var(--tone); }
.mark.pass { --tone: var(--pass); --tint: var(--pass-tint); }
.mark.fail { --tone: var(--fail); --tint: var(--fail-tint); }
.mark.inconclusive { --tone: var(--inconclusive); --tint: var(--inconclusive-tint); }
.mark.error { --tone: var(--error); --tint: var(--error-tint); }
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5rem; font-size: .9375rem; }
caption { text-align: left; font-weight: 600; padding: 0 0 .5rem; }
th, td { text-align: left; vertical-align: baseline; padding: .5rem .75rem .5rem 0; }
thead th { font-size: .8125rem; font-weight: 600; color: var(--faint); border-bottom: 1px solid var(--line); vertical-align: bottom; }
tbody tr { border-bottom: 1px solid var(--line); }
tbody th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
tr.noted { border-bottom: 0; }
tr.note td { padding: 0 0 .875rem 2rem; color: var(--faint); font-size: .875rem; }
tr.note p { margin: 0; color: var(--ink); max-width: 52rem; }
.hints { display: flex; flex-wrap: wrap; gap: 0 1.25rem; list-style: none; margin: .125rem 0 0; padding: 0; }
.frame { overflow-x: auto; margin-bottom: 1.5rem; }
.frame table { margin-bottom: 0; min-width: 56rem; }
.scroll thead .number { white-space: normal; }
.scroll td:not(.number) { min-width: 7rem; }
.scroll tbody th { min-width: 11rem; } .scroll tbody th, .scroll tbody td { vertical-align: top; }
.scroll tbody bdi, .scroll tbody code { display: inline-block; max-width: 15rem; white-space: normal; overflow-wrap: break-word; vertical-align: baseline; }
.cards tbody th, .cards tbody td:nth-child(3) { min-width: 8.5rem; overflow-wrap: anywhere; }
#decisions thead th:last-child { width: 11.5rem; }
.side-name { color: var(--faint); font-weight: 400; }
.forest { margin: 0; }
.forest tbody tr { display: grid; grid-template-columns: minmax(12rem, 17rem) 1fr 13rem; align-items: center; gap: 0 1rem; }
.forest th { display: flex; gap: .625rem; align-items: center; padding: .25rem 0; line-height: 1.3; }
.forest th, .forest th > span { min-width: 0; overflow-wrap: anywhere; }
.forest .mark { flex: none; }
.forest td { padding: 0; }
.forest tbody tr { border-bottom: 0; }
.drawing svg { display: block; }
.drawing { align-self: stretch; display: flex; align-items: center; }
.axis { display: grid; grid-template-columns: minmax(12rem, 17rem) 1fr 13rem; gap: 0 1rem; }
.axis svg { grid-column: 2; display: block; overflow: visible; border-top: 1px solid var(--line); }
.axis text { fill: var(--faint); font-size: .75rem; }
.beyond { fill: var(--fail-tint); }
.grid { stroke: var(--line); stroke-width: 1; opacity: .6; }
.zero { stroke: var(--faint); stroke-width: 1.5; }
.margin { stroke: var(--fail); stroke-width: 1.5; stroke-dasharray: 4 3; }
.drawing svg { --tone: var(--ink); overflow: visible; }
.drawing svg.pass { --tone: var(--pass); } .drawing svg.fail { --tone: var(--fail); }
.drawing svg.inconclusive { --tone: var(--inconclusive); } .drawing svg.error { --tone: var(--error); }
.drawing svg svg { --tone: inherit; }
.interval { stroke: var(--tone); stroke-width: 2.5; }
.worst-case { stroke: var(--tone); stroke-width: 2; stroke-dasharray: 1 3; }
.point { fill: var(--tone); stroke: var(--sheet); stroke-width: 1.5; }
.steps { padding-left: 1.5rem; max-width: 52rem; } .steps li { margin-bottom: .75rem; padding-left: .25rem; } .steps strong { font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 31rem), 1fr)); gap: 2rem 2.5rem; margin-bottom: 2rem; }
.plot { margin: 0; min-width: 0; break-inside: avoid; }
.plot figcaption { margin-bottom: .375rem; } .plot ul { list-style: none; margin: 0; padding: 0; overflow-y: clip; isolation: isolate; } .plot-axis { position: relative; z-index: -1; }
.plot li { display: grid; grid-template-columns: minmax(5rem, 9rem) minmax(4rem, 1fr) 10.5rem; gap: 0 .75rem; align-items: center; border-top: 1px solid var(--line); font-size: .8125rem; }
.plot svg { display: block; overflow: visible; } .plot text { fill: var(--faint); font-size: .75rem; }
.plot-numbers { font-size: .75rem; line-height: 1rem; text-align: right; white-space: nowrap; } .plot-numbers > span { display: block; } .plot-numbers .baseline { color: var(--faint); }
.key { display: inline-flex; align-items: center; gap: .375rem; margin-left: .75rem; font-size: .8125rem; color: var(--faint); }
.key-mark { width: .75rem; height: .75rem; border-radius: 50%; border: 2px solid var(--faint); } .key-mark.candidate { background: var(--link); border-color: var(--link); margin-left: .5rem; }
.marks line { stroke: var(--faint); stroke-width: 2; } .marks circle { fill: var(--page); stroke: var(--faint); stroke-width: 2; }
.marks.candidate line { stroke: var(--link); } .marks.candidate circle { fill: var(--link); stroke: var(--link); }
.drawn { text-align: center; width: 35%; } .change-bar { --tone: var(--ink); display: block; width: 100%; min-width: 9rem; overflow: visible; }
.cards tbody .drawn { vertical-align: middle; }
.way { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem 0; margin: 0 0 1.5rem; padding: 0; }
.way li { border: 1px solid var(--line); border-radius: 6px; padding: .25rem .625rem; background: var(--sheet); margin-right: 1.75rem; position: relative; }
.way li:not(:last-child)::after { content: "→"; position: absolute; right: -1.375rem; color: var(--faint); }
.way .baseline { border-style: dashed; } .way .candidate { border-color: var(--link); }
.series { --tone: var(--link); display: block; } .way-line { fill: none; stroke: var(--faint); stroke-width: 1; } main > h1 { font-size: 1.75rem; letter-spacing: -.02em; }
.series .promotion, .series .rollback { --mark: var(--ink); } .series .rollback { --mark: var(--fail); }
.series g line:not(.interval) { stroke: var(--mark); stroke-dasharray: 2 2; } .series g path { fill: var(--mark); }
.said { display: block; } #runs code, #promotions code { overflow-wrap: anywhere; }
.legend { font-size: .8125rem; max-width: 46rem; margin-top: .5rem; }
@media screen and (max-width: 72rem) {
  .cards thead .number, .cards .evidence { white-space: normal; }
}
@media screen and (max-width: 60rem) {
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards, .cards tbody, .cards caption { display: block; }
  .cards tr { display: block; padding: .75rem 0; }
  .cards tr.noted { padding-bottom: .25rem; }
  .cards tr.note { padding-top: 0; }
  .cards th, .cards td { display: flex; justify-content: space-between; gap: 1rem; padding: .125rem 0; text-align: right; white-space: normal; }
  #runs td > *, #promotions td > * { min-width: 0; }
  .cards th::before, .cards td::before { content: attr(data-label); color: var(--faint); font-weight: 400; text-align: left; flex: none; max-width: 45%; }
  .cards td.drawn { display: block; width: auto; text-align: center; } .cards td.drawn::before { display: block; max-width: none; text-align: center; }
  .cards tr.note td { display: block; text-align: left; padding: 0; }
  .cards tr.note td::before { content: none; }
  .hints { display: block; }
}
@media screen and (max-width: 46rem) {
  .plot li { grid-template-columns: minmax(0, 1fr) auto; padding: .25rem 0; } .plot li > svg { grid-area: 2 / 1 / 3 / 3; } .plot-axis > span { display: none; } .key { margin-left: 0; }
  .forest, .forest tbody { display: block; }
  .forest tbody tr { grid-template-columns: minmax(0, 1fr); padding: .375rem 0; }
  .forest td.number { text-align: left; }
  .axis { grid-template-columns: 1fr; }
  .axis svg { grid-column: 1; }
}
`;

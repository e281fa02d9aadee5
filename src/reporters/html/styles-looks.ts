/** Style of the drawing of looks at a canary. */
export const lookStyles: string = `
.looks { margin: 0 0 1.75rem; max-width: 52rem; } .looks figcaption { margin-bottom: .375rem; font-weight: 600; font-size: .9375rem; }
.looks svg { --tone: var(--ink); display: block; overflow: visible; } .looks text { fill: var(--faint); font-size: .75rem; }
.looks svg.fail { --tone: var(--fail); } .looks svg.inconclusive { --tone: var(--link); } .looks svg.pass { --tone: var(--pass); } .looks svg.error { --tone: var(--error); }
#looks thead .number { white-space: normal; }
.proven { stroke: var(--fail); stroke-width: 2.5; } .proven.planned { stroke-width: 1.5; stroke-dasharray: 4 3; }
`;

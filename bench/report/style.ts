/** The style sheet of the report: follows the reader's choice of light or dark. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1c2530; --quiet: #5d6b7a; --page: #fbfbf9; --line: #dcdfe3;
  --own: #0b7a75; --floor: #b4690e; --other: #9aa7b5; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ec; --quiet: #97a4b2; --page: #14181d;
  --line: #2c343d; --own: #35b8b0; --floor: #e0a04a; --other: #5b6875; } }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 60rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 3rem 0 .5rem; }
p, dl { color: var(--quiet); max-width: 46rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dd { margin: 0; color: var(--text); }
figure { margin: 1rem 0; } figcaption { font-weight: 600; } figcaption span { font-weight: 400; color: var(--quiet); }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: var(--text); }
.grid { stroke: var(--line); } .tick { text-anchor: middle; fill: var(--quiet); } .label { text-anchor: end; }
.range { stroke: var(--text); fill: none; } .spread { fill: var(--quiet); }
.own rect { fill: var(--own); } .floor rect { fill: var(--floor); } .other rect { fill: var(--other); }
.own .label { font-weight: 700; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } th { color: var(--quiet); font-weight: 500; }
td.reason { white-space: pre-wrap; text-align: left; color: var(--quiet); }
`;

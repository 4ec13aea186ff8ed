export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c2024, #e6e8eb); --paper: light-dark(#fff, #15181b); --line: light-dark(#d9dde1, #33393f);
  --dim: light-dark(#5b6570, #9aa4ae); --good: light-dark(#116b3c, #5fd198); --bad: light-dark(#a8201a, #ff8a80); --odd: light-dark(#7a5200, #f0c060); }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
header, main { max-width: 75rem; margin: 0 auto; padding: 1rem 1.25rem }
h1 { font-size: 1.5rem; margin: .5rem 0 } h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem } h3 { font-size: 1rem; margin: .9rem 0 .3rem; font-weight: 600 }
.good, .pass { color: var(--good) } .bad, .fail, .harness-error, .not-testable { color: var(--bad) } .untested { color: var(--odd) }
.dim, .not-applicable, .reasoned, .not-selected { color: var(--dim) } .dim { font-weight: 400 }
.scroll { overflow-x: auto } table { border-collapse: collapse } th, td { padding: .25rem .8rem; border-bottom: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums }
th[scope=row], th:first-child { text-align: left; font-weight: 500 }
.filters { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0 1rem }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 1rem; padding: .15rem .8rem; cursor: pointer }
button[aria-pressed=true] { border-color: currentColor; font-weight: 600 }
.requirement { border-bottom: 1px solid var(--line); padding: .35rem 0 } summary { cursor: pointer } .requirement > :not(summary) { margin-left: 1.2rem }
.badge { border: 1px solid currentColor; border-radius: .6rem; padding: 0 .5rem; margin-right: .5rem; font-size: .8rem; font-weight: 600; white-space: nowrap }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .25rem 0; padding: .5rem; border: 1px solid var(--line); border-radius: .3rem; font-size: .85rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .4rem 0 } dt { color: var(--dim) } dd { margin: 0; overflow-wrap: anywhere; min-width: 0 }
.steps { list-style: none; padding-left: 0; margin: .3rem 0; color: var(--dim) } .here { color: var(--bad); font-weight: 600 }
.exchange { margin-left: 1rem } [hidden] { display: none }`;

export const SCRIPT = `
for (const button of document.querySelectorAll('[data-show]')) button.addEventListener('click', () => {
  for (const other of document.querySelectorAll('[data-show]')) other.setAttribute('aria-pressed', String(other === button));
  for (const block of document.querySelectorAll('.requirement')) block.hidden = button.dataset.show !== 'all' && block.dataset.verdict !== button.dataset.show;
});`;

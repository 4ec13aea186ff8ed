export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e9ed); --paper: light-dark(#fff, #14171a); --card: light-dark(#f6f7f9, #1c2025);
  --line: light-dark(#d6dbe0, #363d45); --dim: light-dark(#57606a, #a3adb8); --link: light-dark(#0b57b0, #7db7ff); --mark: light-dark(#fff4d6, #3d3114);
  --good: light-dark(#0f6a3b, #63d39c); --bad: light-dark(#a81c16, #ff938a); --odd: light-dark(#7a4f00, #f2c267); --calm: light-dark(#6b7580, #8994a0) }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 1rem clamp(.9rem, 3vw, 2rem) }
h1 { font-size: clamp(1.5rem, 4vw, 2.1rem); line-height: 1.2; margin: .4rem 0; text-wrap: balance } header { padding-bottom: 0 } main { padding-top: 0 } h2 { font-size: 1.3rem; margin: 2.2rem 0 .6rem } header + main h2:first-child, main > section:first-child > h2 { margin-top: 1rem } h3 { font-size: 1.05rem; margin: 1.6rem 0 .3rem }
h4 { font-size: 1rem; margin: 1rem 0 .2rem; font-weight: 600 } p { margin: .4rem 0 } a { color: var(--link) } code, pre { font: .875em/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .2rem }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .4rem .8rem; z-index: 2 }
.pass, .good { color: var(--good) } .fail, .harness-error, .not-testable, .bad { color: var(--bad) } .untested, .warning { color: var(--odd) }
.not-applicable, .reasoned, .not-selected, .dim { color: var(--dim) } .dim { font-weight: 400 }
.bar { display: block; width: 100%; height: .9rem; border-radius: .25rem; background: var(--line) } td .bar { min-width: 7rem; height: .7rem }
rect.pass { fill: var(--good) } rect.fail, rect.harness-error, rect.not-testable { fill: var(--bad) } rect.untested, rect.warning { fill: var(--odd) } rect.not-applicable, rect.reasoned, rect.not-selected { fill: none }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; list-style: none; margin: .5rem 0 1rem; padding: 0; font-variant-numeric: tabular-nums } .key b { font-size: 1.15rem }
.cards { margin-top: 1.5rem; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)) }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .2rem 1rem 1rem; min-width: 0 } .card h2 { margin: .7rem 0 .3rem; font-size: 1.05rem }
dl { display: grid; grid-template-columns: minmax(6.5rem, max-content) minmax(0, 1fr); gap: .25rem 1rem; margin: 0 } dt { color: var(--dim) } dd { margin: 0; overflow-wrap: anywhere }
.chips { display: flex; flex-wrap: wrap; gap: .3rem; list-style: none; padding: 0; margin: 0 } .chips li { border: 1px solid var(--line); border-radius: .8rem; padding: 0 .6rem; font-size: .875rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums } th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); padding-left: 0 } thead th { color: var(--dim); font-weight: 500; font-size: .875rem } tbody th { font-weight: 500 } tfoot th, tfoot td { font-weight: 700 } td.bars { width: 30% }
.tools { position: sticky; top: 0; z-index: 1; background: var(--paper); border-bottom: 1px solid var(--line); padding: .6rem 0; display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: end }
.tools label { display: grid; font-size: .875rem; color: var(--dim) } .tools label:first-child { flex: 1 1 15rem } .tools [role=group] { display: flex; flex-wrap: wrap; gap: .35rem }
input, select, button { font: inherit; font-size: 1rem; color: var(--ink); background: var(--paper); border: 1px solid var(--calm); border-radius: .4rem; padding: .3rem .7rem; min-height: 2.4rem } button { cursor: pointer; font-size: .875rem }
button[aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink) } output { font-size: .875rem; color: var(--dim) }
.requirement { border-bottom: 1px solid var(--line); padding: .1rem 0; scroll-margin-top: 9rem } .chapter { scroll-margin-top: 8rem } summary { cursor: pointer; padding: .4rem 0; overflow-wrap: anywhere } .requirement > :not(summary) { margin-left: 1.1rem } .requirement:target > summary { background: var(--mark) }
.badge { border: 1px solid currentColor; border-radius: .3rem; padding: 0 .45rem; margin-right: .2rem; font-size: .8125rem; font-weight: 600; white-space: nowrap }
.scenario { border-left: 3px solid var(--line); padding: 0 0 .3rem .9rem; margin-top: .8rem; min-width: 0 } .scenario.bad-one { border-color: var(--bad) }
.plain { list-style: none; padding: 0; margin: .3rem 0 } .plain li { padding: .1rem 0; overflow-wrap: anywhere } .steps { color: var(--dim) } .steps .here { color: var(--ink); font-weight: 600 }
pre { white-space: pre-wrap; background: var(--card); border: 1px solid var(--line); border-radius: .35rem; padding: .5rem .7rem; margin: .3rem 0; max-height: 30rem; overflow: auto } .again { display: flex; gap: .5rem; align-items: start } .again pre { flex: 1 1 auto; min-width: 0 }
.trace { margin: .4rem 0 } .trace details { margin-left: 1rem } .chapter { content-visibility: auto; contain-intrinsic-size: auto 40rem } [hidden] { display: none }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .4rem } .tools { position: static } .requirement > :not(summary) { margin-left: 0 } td.bars, th.bars { display: none } th, td { padding: .3rem .45rem } .requirement, .chapter { scroll-margin-top: 1rem } }
@media print { :root { color-scheme: light } .tools, .skip, button { display: none } .chapter { content-visibility: visible } details { break-inside: avoid-page } pre { max-height: none } body { font-size: 10pt } a { color: inherit } }`;

export const SCRIPT = `
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const blocks = all('.requirement'), search = document.getElementById('search'), level = document.getElementById('level'), count = document.getElementById('count');
const verdicts = all('[data-show]'), texts = new Map(blocks.map((block) => [block, [block.id, ...all('summary, h4, .name', block).map((part) => part.textContent)].join(' ').toLowerCase()]));
function filter() {
  const wanted = new Set(verdicts.filter((button) => button.getAttribute('aria-pressed') === 'true').map((button) => button.dataset.show));
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const block of blocks) {
    const fits = (wanted.size === 0 || wanted.has(block.dataset.verdict)) && (level.value === '' || block.dataset.level === level.value) && words.every((word) => texts.get(block).includes(word));
    block.hidden = !fits;
    if (fits) shown++;
  }
  for (const chapter of all('.chapter')) chapter.hidden = all('.requirement', chapter).every((block) => block.hidden);
  count.textContent = shown + ' of ' + blocks.length + ' requirements';
}
search.addEventListener('input', filter);
level.addEventListener('change', filter);
for (const button of verdicts) button.addEventListener('click', () => { button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true')); filter(); });
document.getElementById('clear').addEventListener('click', () => { search.value = ''; level.value = ''; for (const button of verdicts) button.setAttribute('aria-pressed', 'false'); filter(); search.focus(); });
const folds = document.getElementById('folds');
folds.addEventListener('click', () => { const open = folds.getAttribute('aria-pressed') !== 'true'; folds.setAttribute('aria-pressed', String(open)); for (const block of blocks) if (!block.hidden) block.open = open; });
for (const button of all('[data-copy]')) button.addEventListener('click', async () => {
  const code = button.previousElementSibling;
  try { await navigator.clipboard.writeText(code.textContent); button.textContent = 'Copied'; } catch { getSelection().selectAllChildren(code); button.textContent = 'Selected'; }
});
function follow() {
  const block = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!block) return;
  if (block.hidden) document.getElementById('clear').click();
  if (block.tagName === 'DETAILS') { block.open = true; block.querySelector('summary').focus({ preventScroll: true }); }
  block.scrollIntoView();
}
addEventListener('hashchange', follow);
addEventListener('beforeprint', () => { for (const block of blocks) if (block.dataset.bad) block.open = true; });
filter();
follow();`;

/**
 * How the page looks: one text for light and dark, wide and narrow, screen and paper. Colours keep a contrast of 4.5 to
 * what they stand on; nothing is said by colour alone.
 */
export const pageStyle = `
:root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#545d68;--line:#d5dae1;--ok:#176c31;--warn:#805000;
--bad:#b3201a;--calm:#0b5cad;--code:#eef1f4}
@media (prefers-color-scheme:dark){:root{--back:#0f1318;--card:#181d24;--ink:#e6e9ee;--soft:#a3adba;--line:#323a45;--ok:#5fca7c;
--warn:#e6b450;--bad:#ff8a80;--calm:#82bdff;--code:#232a33}}
*{box-sizing:border-box}
html{scroll-padding-top:4rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:0 1rem 2rem;max-width:84rem;background:var(--back);color:var(--ink);
font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;overflow-wrap:break-word}
h1,h2,h3,p,ul,ol,dl,dd{margin:0;padding:0}
a{color:var(--calm)}
:focus-visible{outline:3px solid var(--calm);outline-offset:2px;border-radius:3px}
small{font-size:.87em;color:var(--soft)}
code,.m{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
dd,td,th,li,small,time,.detail{unicode-bidi:isolate}
.m,small,.detail,tbody th,td,li,dd,dt,.lead,.problem h3{overflow-wrap:anywhere}
.set{position:absolute}
.i{width:1em;height:1em;margin-right:.4em;vertical-align:-.12em;flex:none;--back:var(--card)}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.3rem .6rem}
.top{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;justify-content:space-between;padding:.8rem 0}
h1{font-size:1.05rem}
.link{color:var(--soft);font-size:.92rem}
.link[data-state=live] b{color:var(--ok)}
.top:has([data-state=lost]){position:sticky;top:0;z-index:1;background:var(--back)}
.link[data-state=lost]{color:var(--ink);background:var(--card);border:2px solid var(--bad);
border-radius:6px;padding:.3rem .7rem}
.link[data-state=lost] b{color:var(--bad)}
.verdict,section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem 1.2rem;margin-bottom:1rem}
.verdict{border-left:8px solid var(--mood)}
.verdict h2{color:var(--mood);font-size:1.7rem;line-height:1.2}
.ok{--mood:var(--ok)}.warn{--mood:var(--warn)}.bad{--mood:var(--bad)}.wait,.idle{--mood:var(--soft)}.pause{--mood:var(--calm)}
body:has(#link[data-state=lost]) .verdict{--mood:var(--soft)}
body:has(#link[data-state=lost]) .verdict h2::after{content:" (last known)";font-size:.6em;font-weight:400}
.lead{margin-top:.3rem}
.sum{color:var(--soft)}
.fails,.paused{margin-top:.6rem}
.fails a{display:inline-block;margin-right:.8rem}
.paused{display:flex;align-items:baseline}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem 1.2rem;margin-top:1rem;
border-top:1px solid var(--line);padding-top:.8rem}
.figures dt{color:var(--soft);font-size:.85rem}
.figures dd{font-size:1.1rem;font-weight:600}
.figures a{color:inherit;text-underline-offset:.2em;text-decoration-color:var(--soft);text-decoration-thickness:1px}
.figures .abs{font-size:.85rem;font-weight:400;display:block}
.rel{white-space:nowrap}
.abs{color:var(--soft);font-size:.87em;white-space:nowrap}
h2{font-size:1.05rem;margin-bottom:.5rem}
.count{color:var(--soft);font-weight:400;margin-left:.2em}
.none{color:var(--soft)}
.state{color:var(--mood);font-weight:600}
.problem{border-left:4px solid var(--mood);padding:.1rem 0 .1rem .9rem;margin-top:.9rem}
.problem h3{font-size:1rem;line-height:1.35}
.problem h3 .i,.problem .word{color:var(--mood)}
.word{text-transform:uppercase;font-size:.78rem;letter-spacing:.04em;margin-right:.3em}
.subjects{list-style:none;margin-top:.25rem}
.subjects li{padding:.1rem 0}
.detail{color:var(--soft);margin-left:.6em}
.remedy{margin-top:.35rem;background:var(--code);border-radius:6px;padding:.45rem .7rem;max-width:72rem}
.problem code{color:var(--soft);font-weight:400;margin-left:.3em}
table{width:100%;border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:.45rem .8rem .45rem 0;border-top:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);font-size:.85rem;border-top:0;padding-top:0}
tbody th>bdi{font-weight:600}
tbody small{display:block}
tbody .abs{display:block}
td:nth-child(3){min-width:9.6rem;max-width:17rem}td:nth-child(2){min-width:7.5rem}td:nth-child(5){min-width:4.3rem;max-width:9rem}td:nth-child(7){min-width:4rem;padding-right:0}thead th{white-space:nowrap}
tr.bad>th:first-child,tr.warn>th:first-child{box-shadow:-4px 0 0 var(--mood)}
tr:target,article:target{outline:2px solid var(--calm);outline-offset:2px}
.group th{color:var(--soft);font-size:.9rem;padding-top:1rem}
.legend{color:var(--soft);font-size:.85rem;margin-top:.6rem;border-top:1px solid var(--line);padding-top:.5rem}
details{margin-top:.6rem}
summary{cursor:pointer;color:var(--calm);padding:.15rem 0;width:fit-content}
.below{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:0 1rem;align-items:start}
.timeline{list-style:none}
.timeline li{display:grid;grid-template-columns:minmax(7.5rem,max-content) minmax(0,1fr);gap:0 1rem;padding:.4rem 0;border-top:1px solid var(--line)}
.timeline li:first-child{border-top:0}
.timeline .abs{display:block}
.timeline li>div{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .4rem}
.timeline span{flex:1 1 14rem}
.timeline time span{flex:none}
.timeline b{white-space:nowrap;font-weight:600}
.other{color:var(--soft)}
.pairs>div{display:grid;grid-template-columns:minmax(7.5rem,2fr) 3fr;gap:0 1rem;padding:.3rem 0;border-top:1px solid var(--line)}
.pairs>div:first-child{border-top:0}
.pairs dt{color:var(--soft)}
footer{color:var(--soft);font-size:.9rem}
footer a{margin-right:1rem}
@media (max-width:52rem){.below{display:block}}
@media (max-width:60rem){
tbody td:nth-child(n){min-width:0;max-width:none}
table,tbody{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody tr{display:grid;grid-auto-flow:dense;grid-template-columns:repeat(4,minmax(0,1fr));gap:.35rem 1rem;border-top:1px solid var(--line);padding:.7rem 0}
tbody th,tbody td,.group th{border:0;padding:0}
tbody th{font-size:1.05rem}
tbody td::before{content:attr(data-label);display:block;color:var(--soft);font-size:.8rem}
tbody td:nth-child(2)::before{content:none}
tbody td:nth-child(6){grid-column:span 2}
.group{display:block}
tr.bad,tr.warn{border-left:4px solid var(--mood);padding-left:.7rem}
tr.bad>th:first-child,tr.warn>th:first-child{box-shadow:none}}
@media (max-width:40rem){.abs{white-space:normal}tbody tr{grid-template-columns:repeat(2,minmax(0,1fr))}tbody .abs{display:inline}
tbody th,tbody td:nth-child(2){grid-column:span 2}}
@media screen and (max-width:40rem){tr.ok>td:nth-child(n+5){display:none}tr.ok>th,tr.ok>td:nth-child(2){grid-column:span 1}}
@media (max-width:30rem){body{padding:0 .6rem 1.5rem;font-size:14.5px}.verdict,section{padding:.8rem .8rem}
.timeline li{display:block}.timeline .abs{display:inline}.verdict h2{font-size:1.4rem}.detail{display:block;margin-left:0}
.figures{grid-template-columns:1fr 1fr}}
@media print{:root{color-scheme:light;--back:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--code:#f3f3f3;--ok:#176c31;--warn:#805000;
--bad:#b3201a;--calm:#0b5cad}body{max-width:none;padding:0;font-size:10pt}footer,.skip{display:none}
section,.problem,tr,li{break-inside:avoid}#platforms,#timeline{break-inside:auto}
details::details-content{content-visibility:visible;display:block}}
@media (forced-colors:active){.i{forced-color-adjust:auto}.verdict{border-left-color:CanvasText}}
`;

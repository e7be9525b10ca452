"""The looks of the sandbox's page."""

CSS = """
:root { color-scheme: light dark; --ink: #1d2329; --dim: #5c6670; --line: #d9dee3; --back: #fff; --soft: #f4f6f8;
  --link: #0a5bb5; --ours: #e9f5ee; --ours-line: #3f9a68; --closed: #7a4fc0; --open: #1c7c43;
  --bad: #c0262d; }
@media (prefers-color-scheme: dark) { :root { --ink: #dfe5ea; --dim: #97a2ad; --line: #343c44; --back: #14181c;
  --soft: #1c2126; --link: #6fb1fa; --ours: #16291f; --ours-line: #4fae7c; --closed: #b295ea; --open: #5cc489;
  --bad: #ff7b80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.2rem; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
h1 { font-size: 1.4rem; margin: .2rem 0 .8rem; } h1, h2, h3, h4, h5, h6 { line-height: 1.25; }
h2 { font-size: 1.1rem; margin-top: 2rem; } h3, h4, h5, h6 { font-size: 1rem; margin: 1rem 0 .4rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-bottom: 1rem; }
input, select, button { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line);
  border-radius: 6px; padding: .3rem .6rem; } input[type=search] { flex: 1 1 14rem; }
ol.tickets { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 8px; }
ol.tickets li { padding: .6rem .9rem; border-top: 1px solid var(--line); } ol.tickets li:first-child { border: 0; }
ol.tickets li.touched { box-shadow: inset 3px 0 0 var(--ours-line); }
.title { font-weight: 600; color: var(--ink); } .dim { color: var(--dim); font-size: .87rem; }
.chip { display: inline-block; border: 1px solid var(--line); background: var(--soft); border-radius: 999px;
  padding: 0 .55rem; font-size: .8rem; margin: 0 .15rem; }
.state { font-size: .8rem; font-weight: 600; } .open { color: var(--open); } .closed { color: var(--closed); }
.check { font-size: .8rem; font-weight: 600; color: var(--dim); } .check.success { color: var(--open); }
.check.failure, .check.error { color: var(--bad); }
article { border: 1px solid var(--line); border-radius: 8px; margin: 1rem 0; }
article > header { padding: .4rem .9rem; background: var(--soft); border-bottom: 1px solid var(--line);
  border-radius: 8px 8px 0 0; } article > div { padding: .2rem .9rem; unicode-bidi: isolate; }
article.ours { border-color: var(--ours-line); } article.ours > header { background: var(--ours); }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; border-radius: 6px; } .wide { overflow-x: auto; }
code { font: .9em ui-monospace, monospace; }
p > code, td > code, li > code { background: var(--soft); padding: 0 .25em; }
article table { border-collapse: collapse; } article th, article td { border: 1px solid var(--line);
  padding: .2rem .6rem; text-align: left; } blockquote { margin: .5rem 0; padding-left: .8rem; color: var(--dim);
  border-left: 3px solid var(--line); } ul.events { list-style: none; padding: 0; } bdi { unicode-bidi: isolate; }
nav { margin: 1rem 0; display: flex; gap: 1rem; }
"""

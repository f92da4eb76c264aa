// Markdown in blocks: what a growing text draws anew, and that nothing in it is more than text.

import assert from "node:assert/strict";
import test from "node:test";
import { blocksOf, steady } from "../../../live/static/live/parts/markdown-blocks.js";

const TEXT = `The hero **jumps**, see [the notes][feel].

## What is done

- Read the gap
- Commit
  - with grace

| Value | Start |
| --- | ---: |
| Jump | 3.2 |

> A good jump.

\`\`\`gd
if on_floor:

    jump()
\`\`\`

1. Greybox it.
2. Ask *three* people.

[feel]: https://example.org/feel
`;

const typesOf = (text) => blocksOf(text).map(({ type }) => type);
const htmlOf = (text, options) =>
  blocksOf(text, options)
    .map(({ html }) => html())
    .join("");
const keysOf = (text) => blocksOf(text, { growing: true }).map(({ key }) => key);

test("a text is its blocks, in order", () => {
  assert.deepEqual(typesOf(TEXT), ["paragraph", "heading", "list", "table", "blockquote", "code", "list"]);
});

test("of a text that grows letter by letter only the last block ever changes", () => {
  const body = TEXT.slice(0, TEXT.indexOf("[feel]:")); // a definition at the end rightly changes what refers to it
  let before = [];
  for (let end = 1; end <= body.length; end += 1) {
    const now = keysOf(body.slice(0, end));
    const settled = before.slice(0, -1);
    assert.deepEqual(now.slice(0, settled.length), settled, `at ${JSON.stringify(body.slice(0, end).slice(-20))}`);
    before = now;
  }
});

test("a growing text ends where the whole one does", () => {
  assert.equal(htmlOf(TEXT, { growing: true }), htmlOf(TEXT));
});

test("a fence that is not closed yet is code to the end, with the empty lines in it", () => {
  const [block, ...others] = blocksOf("```\nif on_floor:\n\n    jump()", { growing: true });
  assert.deepEqual(others, []);
  assert.equal(block.html(), '<pre tabindex="0"><code>if on_floor:\n\n    jump()\n</code></pre>');
});

test("a list that grows stays one list, and a table one table", () => {
  assert.deepEqual(typesOf("- a\n- b\n- c"), ["list"]);
  assert.deepEqual(keysOf("- a\n").length, 1);
  assert.deepEqual(typesOf("| a |\n|---|\n| 1 |\n| 2 |"), ["table"]);
});

for (const [text, shown] of [
  ["A line\n-", "A line"], // would make a heading of it for a moment
  ["A line\n- b", "A line\n- b"],
  ["A line\n==", "A line"],
  ["A line\n\n#", "A line\n"],
  ["A line\n12.", "A line"],
  ["A line\n\n``", "A line\n"],
  ["> A line\n>", "> A line"],
  ["A line\n\n| a | b |\n|--", "A line\n"], // a row of words with bars, until the line below says that it heads a table
  ["| a | b |\n|---|---|", ""],
  ["| a | b |\n|---|---|\n", "| a | b |\n|---|---|"],
  ["| a | b |\n|---|---|\n| 1", "| a | b |\n|---|---|\n| 1"],
  ["A line of words", "A line of words"],
  ["", ""],
]) {
  test(`while it grows, ${JSON.stringify(text)} is shown as ${JSON.stringify(shown)}`, () => assert.equal(steady(text), shown));
}

test("HTML is shown as text, in a line and by itself", () => {
  const html = htmlOf('a <img src=x onerror="alert(1)"> b\n\n<script>alert(2)</script>\n\n<div onclick="alert(3)">\nc\n</div>');
  assert.doesNotMatch(html, /<(?!\/?p>)/);
  assert.match(html, /&lt;script&gt;alert\(2\)&lt;\/script&gt;/);
});

test("only web and mail addresses are links, and they take nothing along", () => {
  for (const address of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "/admin/",
    "#x",
    "file:///etc",
  ]) {
    assert.equal(htmlOf(`[words](${address})`), "<p>words</p>\n");
  }
  assert.match(
    htmlOf("[words](https://example.org)"),
    /^<p><a href="https:\/\/example\.org" rel="noopener noreferrer nofollow" target="_blank">words<\/a>/,
  );
  assert.match(htmlOf("<mailto:a@example.org>"), /href="mailto:a@example.org"/);
});

test("an address is encoded once, and cannot leave its quotes", () => {
  assert.match(htmlOf("[a](https://e.org/a%20b%2Fc?d=ü)"), /href="https:\/\/e\.org\/a%20b%2Fc\?d=%C3%BC"/);
  assert.match(htmlOf(`[a](<https://e.org/"onclick="x>)`), /href="https:\/\/e\.org\/%22onclick=%22x"/);
  assert.equal(htmlOf("[a](https://e.org/\ud800)"), "<p>a</p>\n");
});

test("a picture from elsewhere is a link to it, never fetched", () => {
  const html = htmlOf("![the hero](https://e.org/hero.png) ![](data:image/png;base64,AA)");
  assert.doesNotMatch(html, /<img/);
  assert.match(html, /<a href="https:\/\/e\.org\/hero\.png"[^>]*>the hero<\/a>/);
});

test("a link whose address stands further down is one as soon as that is there", () => {
  assert.match(htmlOf(TEXT), /<a href="https:\/\/example\.org\/feel"/);
  const [without] = blocksOf("see [the notes][feel].\n");
  const [withIt] = blocksOf("see [the notes][feel].\n\n[feel]: https://example.org/feel");
  assert.notEqual(without.key, withIt.key);
});

test("headings begin where they are told to, and none is skipped", () => {
  const levels = (text, headingsFrom) =>
    [...htmlOf(text, { headingsFrom }).matchAll(/<h(\d)>/g)].map(([, level]) => Number(level));
  assert.deepEqual(levels("# a\n\n# b\n\n## c", 3), [3, 3, 4]);
  assert.deepEqual(levels("#### a\n\n###### b\n\n## c\n\n### d", 3), [3, 4, 3, 4]);
  assert.deepEqual(levels("# a\n\n## b\n\n### c", 5), [5, 6, 6]);
  assert.deepEqual(levels("> # quoted\n\n- # in a list", 3), []);
});

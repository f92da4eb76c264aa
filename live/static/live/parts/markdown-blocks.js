// Markdown as a list of blocks, so that of a text that grows only the last block has to be drawn anew. Pure: it touches no page.
// What people and models write is never trusted here: tags come out as text, and pictures as links.

import { Marked } from "../vendor/marked.esm.js";

/**
 * A paragraph, list, table … of a text. Two blocks with the same `key` look the same. `html` makes its HTML, which has still to
 * be sanitised (`markdown.js` does).
 * @typedef {{key: string, type: string, html: () => string}} Block
 */

const LINKED = /^(https?:|mailto:)/i; // what a link may lead to; with anything else its words stay, as text
const UNDECIDED = /^[ \t>]*(?:[-=*_#+|`~:]+|\d{1,9}[.)]?)?[ \t]*$/; // a last line of which nobody knows yet what it will be
const ROW = /^ {0,3}\|/;
const SMALLEST_HEADING = 6;
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escape = (text) => text.replace(/[&<>"']/g, (character) => ESCAPES[character]);

const markdown = new Marked({
  gfm: true,
  renderer: {
    html: ({ text, block }) => (block ? `<p>${escape(text.trim())}</p>` : escape(text)),
    image: ({ href, text }) => linkTo(href, escape(text || href)),
    link({ href, tokens }) {
      return linkTo(href, this.parser.parseInline(tokens));
    },
    heading({ level, tokens }) {
      const words = this.parser.parseInline(tokens);
      return level ? `<h${level}>${words}</h${level}>` : `<p><strong>${words}</strong></p>`;
    },
    code: ({ text }) => `<pre tabindex="0"><code>${escape(text)}\n</code></pre>`,
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

function linkTo(href, words) {
  const address = LINKED.test(href) && encoded(href);
  return address ? `<a href="${escape(address)}" rel="noopener noreferrer nofollow" target="_blank">${words}</a>` : words;
}

/** An address with what must be encoded so, and nothing twice; empty for one that is no Unicode. */
function encoded(href) {
  try {
    return encodeURI(href).replaceAll("%25", "%");
  } catch {
    return "";
  }
}

/**
 * The blocks of a text. `headingsFrom`: the level of its highest headings; below them none is skipped. A text that is `growing`
 * ends before what cannot be told yet: a dash may become a list, a rule, or make a heading of the line above.
 * @param {string} text
 * @param {{headingsFrom?: number, growing?: boolean}} [options]
 * @returns {Block[]}
 */
export function blocksOf(text, { headingsFrom = 2, growing = false } = {}) {
  const tokens = markdown.Lexer.lex(growing ? steady(text) : text, markdown.defaults);
  setLevels(tokens, headingsFrom - 1);
  const links = JSON.stringify(tokens.links); // a link's address may stand in another block, and come later
  return tokens.filter(({ type }) => type !== "space" && type !== "def").map((token) => blockOf(token, links));
}

function blockOf(token, links) {
  const { raw, type, level = 0 } = token;
  return { key: `${level} ${links} ${raw.trimEnd()}`, type, html: () => markdown.Parser.parse([token], markdown.defaults) };
}

/** Headings of the text itself get levels; one within a list or a quotation gets none, and is words in bold. */
function setLevels(tokens, above) {
  const depths = [];
  for (const token of tokens) {
    if (token.type !== "heading") continue;
    while (depths.at(-1) >= token.depth) depths.pop();
    depths.push(token.depth);
    token.level = Math.min(above + depths.length, SMALLEST_HEADING);
  }
}

/** A growing text as far as it will stay as it is: without a last line that is but a mark, and a table that has no body yet. */
export function steady(text) {
  const lines = text.split("\n");
  if (UNDECIDED.test(lines.at(-1))) lines.pop();
  const table = lines.findLastIndex((line) => !ROW.test(line)) + 1;
  const isBegun = lines.length - table > 2 || (lines.length - table === 2 && text.length > lines.join("\n").length);
  return (isBegun ? lines : lines.slice(0, table)).join("\n");
}

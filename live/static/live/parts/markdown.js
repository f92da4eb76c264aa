// Markdown of people, agents and models as a template: nothing in it can run, fetch, or look like a part of the page.

import { guard } from "../vendor/lit-html/directives/guard.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import DOMPurify from "../vendor/purify.es.mjs";
import { blocksOf } from "./markdown-blocks.js";

const purifier = DOMPurify(window);
purifier.setConfig({
  ALLOWED_TAGS: [
    ...["p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"],
    ...["div", "strong", "em", "del", "a", "table", "thead", "tbody", "tr", "th", "td"],
  ],
  ALLOWED_ATTR: ["href", "rel", "target", "start", "align", "tabindex"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  ADD_URI_SAFE_ATTR: ["rel", "target", "start", "align", "tabindex"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
});

/**
 * `headingsFrom`: the level of its highest heading on this page, so that headings stay in order. Of a text that is `growing` only
 * the blocks that have changed are drawn anew, and its end is held back as long as nobody can tell what it will be.
 */
export function markdown(/** @type {string} */ text, headingsFrom = 3, { growing = false } = {}) {
  if (!text) return nothing;
  const draw = () => {
    const blocks = blocksOf(text, { headingsFrom, growing });
    const contentOf = growing ? (block) => purifier.sanitize(block.html()) : allAtOnce(blocks);
    return blocks.map((block) => drawn(block, contentOf));
  };
  return html`<div class="markdown">${guard([text, headingsFrom, growing], draw)}</div>`;
}

/** Only a table may be wider than its column: it scrolls by itself, for the keyboard too. */
function drawn(block, contentOf) {
  const content = guard([block.key], () => contentOf(block));
  if (block.type === "table") return html`<div class="block scroll-x" dir="auto" tabindex="0">${content}</div>`;
  return html`<div class="block" dir="auto">${content}</div>`;
}

/** Sanitises all blocks when the first of them is wanted, since it takes about as long as one does. */
function allAtOnce(blocks) {
  let contents;
  return (block) => {
    contents ??= sanitised(blocks);
    const fragment = document.createDocumentFragment();
    fragment.append(...contents[blocks.indexOf(block)].childNodes);
    return fragment;
  };
}

const sanitised = (blocks) => [...purifier.sanitize(blocks.map((block) => `<div>${block.html()}</div>`).join("")).children];

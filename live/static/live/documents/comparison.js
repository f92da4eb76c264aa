// Two texts side by side, with the words that differ marked.

import { guard } from "../vendor/lit-html/directives/guard.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/documents.js";
import { compare } from "./diff.js";

/** `act`: what can be done with it. @typedef {{title: unknown, text: string, act?: unknown}} Side */

export function comparison(/** @type {Side} */ left, /** @type {Side} */ right) {
  return html`<div class="comparison">
    ${head(left)} ${head(right)} ${guard([left.text, right.text], () => rowsOf(left.text, right.text))}
  </div>`;
}

const head = ({ title, act = nothing }) =>
  html`<div class="side-head row">
    <h3>${title}</h3>
    ${act}
  </div>`;

function rowsOf(left, right) {
  const same = left === right ? html`<p class="whole muted">${words.sameText}</p>` : nothing;
  return [same, ...compare(left, right).map(row)];
}

const row = ({ same, left, right }) =>
  html`<div class="side ${same ? "same" : "left"}" dir="auto">${left.map(part)}</div>
    <div class="side ${same ? "same" : "right"}" dir="auto">${right.map(part)}</div>`;

function part({ text, kind }) {
  if (kind === "removed") return html`<del>${text}</del>`;
  return kind === "added" ? html`<ins>${text}</ins>` : text;
}

// A circle of tasks that would wait for each other, drawn and said.

import { html } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";

/** @param {string[]} path  Of codes, ending where it begins. */
export const cyclePath = (path) => html`<div class="notice bad" role="alert">
  <p class="circle" aria-hidden="true">
    ${path.map((code, place) => html`${place ? html`<span>→</span>` : ""}<span
      class="chip ${place && place < path.length - 1 ? "" : "end"}">${code}</span>`)}
  </p>
  <p class="small">${words.cycle(path)}</p>
</div>`;

// A button with a list of things to do. Escape, a choice, or leaving it closes it.

import { html, nothing } from "../vendor/lit-html/lit-html.js";

/** `items`: templates of a link, a button or a text each; `nothing` for one that is not to be had. */
export function menu(/** @type {unknown} */ label, /** @type {unknown[]} */ items, /** @type {string} */ title = "") {
  const shown = items.filter((item) => item !== nothing);
  return html`<details class="menu" @keydown=${closeByEscape} @focusout=${closeWhenLeft} @click=${closeByChoice}>
    <summary class="quiet" aria-label=${title || nothing} title=${title || nothing}>${label}</summary>
    <div class="menu-items">${shown}</div>
  </details>`;
}

function closeByEscape(event) {
  const { currentTarget: menu } = event;
  if (event.key !== "Escape" || !menu.open) return;
  event.stopPropagation();
  menu.open = false;
  menu.querySelector("summary").focus();
}

function closeWhenLeft({ currentTarget: menu, relatedTarget }) {
  if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
}

function closeByChoice({ currentTarget: menu, target }) {
  if (target.closest(".menu-items a, .menu-items button")) menu.open = false;
}

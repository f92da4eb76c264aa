// Who did something: people are round, agents are cut, the gateway is square; so the colour is not alone in telling.

import { html } from "../vendor/lit-html/lit-html.js";
import { words } from "../words.js";

const HUES = 8;

/** A small mark with the first letter of the name; its name is for the title, and for who does not see it. */
export function actorMark(/** @type {{kind: string, name: string}} */ { kind, name }) {
  const label = `${name || kind} (${words.kinds[kind] ?? kind})`;
  return html`<span class="mark ${kind} hue-${hueOf(name)}" role="img" aria-label=${label} title=${label}
    >${initial(name)}</span
  >`;
}

/** The mark with the name beside it. */
export const actor = (/** @type {{kind: string, name: string}} */ { kind, name }) =>
  html`<span class="actor"
    ><span class="mark ${kind} hue-${hueOf(name)}" aria-hidden="true">${initial(name)}</span> <bdi>${name || kind}</bdi></span
  >`;

const initial = (name) => [...(name || "?")][0].toUpperCase();

/** The same name has always the same hue. */
function hueOf(name = "") {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 65_521;
  return sum % HUES;
}

// A section in the outline that is being edited: a handle, its words, and what can be done with it.

import { menu } from "../parts/menu.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/documents.js";
import { DEEPEST, deepen, moveBy, reword } from "./outline.js";

const MOST = { heading: 300, brief: 5000 };

/** @typedef {import("./outline-panel.js").OutlinePanel} Panel @typedef {import("./live-document.js").Shown} Shown */

export function outlineRow(/** @type {Panel} */ panel, /** @type {Shown} */ section) {
  const { key, level, heading } = section;
  const drop = panel.goesBefore === key ? "drop-before" : panel.goesBefore === null ? "drop-at-end" : "";
  return html`<li
    class="outline-row level-${level} ${drop} ${panel.dragged === key ? "dragged" : ""}"
    @dragover=${(event) => panel.dragOver(event, key)}
  >
    <button
      class="quiet handle"
      draggable="true"
      aria-label=${words.handle(heading)}
      title=${words.handle(heading)}
      @dragstart=${(event) => panel.drag(event, key)}
      @keydown=${(event) => panel.press(event, key)}
    >
      ⠿
    </button>
    <div class="words">${field(panel, section, "heading")} ${field(panel, section, "brief")} ${whyFixed(section)}</div>
    ${actions(panel, section)}
  </li>`;
}

/** Why its words stay as they are now, where they do. */
function whyFixed({ isWriting, locked }) {
  if (!isWriting && !locked) return nothing;
  return html`<p class="hint">${isWriting ? words.busyNow : words.lockedNow}</p>`;
}

function field(panel, section, name) {
  const { key, isWriting, locked } = section;
  const said = section[name];
  const change = ({ target }) => {
    const text = name === "heading" ? target.value.trim().replace(/\s+/g, " ") : target.value.trim();
    if (name === "heading" && !text) target.value = said;
    else if (text !== said) panel.edits.do(reword(key, { [name]: text }));
  };
  const keys = (event) => {
    if (event.key === "Escape") event.target.value = said;
    if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) event.target.blur();
  };
  return html`<textarea
    id="${name}-${key}"
    class=${name}
    dir="auto"
    rows="1"
    maxlength=${MOST[name]}
    aria-label=${name === "heading" ? words.headingOf(section.heading) : words.briefOf(section.heading)}
    placeholder=${name === "brief" ? words.briefHint : nothing}
    ?readonly=${isWriting || locked}
    .value=${said}
    @change=${change}
    @keydown=${keys}
  ></textarea>`;
}

function actions(panel, section) {
  const { key, heading, level, isWriting, locked } = section;
  const entries = panel.edits.entries;
  const item = (text, act, isPossible = true) => (isPossible ? html`<button @click=${act}>${text}</button>` : nothing);
  const edit = (text, change, isPossible) =>
    item(text, (event) => panel.change(key, change, event.target.closest("li").querySelector(".handle")), isPossible);
  const items = [
    edit(words.moveUp, moveBy(key, -1), entries[0].key !== key),
    edit(words.moveDown, moveBy(key, 1), entries.at(-1).key !== key),
    edit(words.deeper, deepen(key, 1), level < DEEPEST),
    edit(words.higher, deepen(key, -1), level > 1),
    item(words.addBelow, () => panel.addBelow(section)),
    item(words.removeSection, () => panel.remove(section), !isWriting && !locked && entries.length > 1),
  ];
  return menu(html`<span aria-hidden="true">⋯</span>`, items, words.actionsFor(heading));
}

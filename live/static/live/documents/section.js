// A section on the page: its heading, what can be done with it, what is doubtful about it, and its text.

import { markdown } from "../parts/markdown.js";
import { menu } from "../parts/menu.js";
import { status } from "../parts/status.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/documents.js";

/** @typedef {import("./screen.js").DocumentScreen} Screen @typedef {import("./live-document.js").Shown} Shown */

const TITLE = 1; // the level of the document's own heading

/** Levels of the sections' headings, of which none is skipped, however the outline does. @returns {number[]} */
export function headingLevels(/** @type {{level: number}[]} */ sections) {
  const above = [];
  return sections.map(({ level }) => {
    while (above.at(-1) >= level) above.pop();
    above.push(level);
    return TITLE + above.length;
  });
}

/** All that a section's look depends on. One with an open editor is drawn anew each time. */
export function sectionGuard(/** @type {Screen} */ { editor, canEdit, document, doing }, /** @type {Shown} */ section) {
  const isEdited = editor?.section.id === section.id && section.id !== null;
  return [section, canEdit, document.isWriting, doing.has(`keep ${section.id}`), isEdited && {}];
}

export function sectionView(/** @type {Screen} */ screen, /** @type {Shown} */ section, /** @type {number} */ level) {
  const editor = screen.editor?.section.id === section.id && screen.editor.isOpen ? screen.editor : null;
  return html`<section
    class="section level-${section.level} ${section.isWriting ? "growing" : ""}"
    aria-labelledby=${section.key}
  >
    <header>${heading(section, level)} ${marks(section)} ${actions(screen, section)}</header>
    ${notices(screen, section)} ${editor ? editor.render() : text(section, level)}
  </section>`;
}

/** The outline leads here, so that it can take the focus. */
function heading({ key, heading }, level) {
  const words = html`<bdi>${heading}</bdi>`;
  if (level === 2) return html`<h2 id=${key} tabindex="-1">${words}</h2>`;
  if (level === 3) return html`<h3 id=${key} tabindex="-1">${words}</h3>`;
  return html`<h4 id=${key} tabindex="-1">${words}</h4>`;
}

function marks({ locked, isSaving, isWriting, status: state }) {
  return html`${locked ? html`<span class="chip">${words.locked}</span>` : nothing}
  ${isSaving ? html`<span class="chip">${words.saving}</span>` : nothing}
  ${isWriting || state === "failed" ? status(state, words.sectionStatuses[state]) : nothing}`;
}

function actions(screen, section) {
  if (section.id === null) return nothing;
  const item = (text, act) => html`<button @click=${act}>${text}</button>`;
  const { canEdit, document } = screen;
  const isFree = canEdit && !section.locked && !section.isWriting;
  const items = [
    isFree && !document.isWriting
      ? item(section.draft ? words.regenerate : words.writeSection, () => screen.ask(section))
      : nothing,
    isFree ? item(words.edit, () => screen.edit(section)) : nothing,
    item(words.drafts, () => screen.showDrafts(section)),
    canEdit && !section.isWriting
      ? item(section.locked ? words.unlock : words.lock, () => screen.setLocked(section, !section.locked))
      : nothing,
  ];
  return menu(html`<span aria-hidden="true">⋯</span>`, items, words.actionsFor(section.heading));
}

function notices(screen, section) {
  const { broken, status: state, isWriting } = section;
  return html`${state === "stale" && !isWriting ? staleNotice(screen, section) : nothing}
  ${broken && !isWriting ? brokenNotice(screen, section) : nothing}`;
}

function staleNotice(screen, section) {
  const canKeep = screen.canEdit && !section.locked && section.draft && !screen.doing.has(`keep ${section.id}`);
  return html`<div class="notice row">
    <p>${whyStale(section)}</p>
    ${canKeep ? html`<button @click=${() => screen.keepText(section)}>${words.keepText}</button>` : nothing}
  </div>`;
}

function whyStale({ why, tasks, broken }) {
  if (why && (why.changed.length || why.dropped.length)) return words.stalePlan(why.version, why.changed, why.dropped);
  return tasks.length && !broken ? words.staleTasks(tasks) : words.staleUnknown;
}

function brokenNotice(screen, section) {
  const { draft, status: state } = section.broken;
  return html`<div class="notice row ${state === "failed" ? "bad" : ""}">
    <p>${words.broken[state](draft)}</p>
    <button @click=${() => screen.showDrafts(section)}>${words.seeDrafts}</button>
  </div>`;
}

/** Text that is being written ends with a caret, which the style draws. */
function text({ text, isWriting, status: state, brief }, level) {
  if (text || isWriting) return html`<div class="text">${markdown(text, level + 1, { growing: isWriting })}</div>`;
  const told = state === "writing" ? words.noTextYet : words.noText;
  return html`<p class="muted">${told}</p>
    ${brief ? html`<p class="muted brief" dir="auto">${brief}</p>` : nothing}`;
}

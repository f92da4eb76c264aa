// The outline beside the text: a way to its sections, and when it is opened for editing, all of them to be changed.

import { Doing } from "../parts/doing.js";
import { sign } from "../parts/status.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { guard } from "../vendor/lit-html/directives/guard.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { words } from "../words/documents.js";
import { add, deepen, moveBefore, moveBy, remove } from "./outline.js";
import { outlineRow } from "./outline-row.js";

/** @typedef {import("./live-document.js").Shown} Shown */

const KEYS = {
  ArrowUp: (key) => moveBy(key, -1),
  ArrowDown: (key) => moveBy(key, 1),
  ArrowLeft: (key) => deepen(key, -1),
  ArrowRight: (key) => deepen(key, 1),
};

export class OutlinePanel {
  isOpen = false;
  /** The key of the section that is being dragged, and the key before which it would go; null: the end. */ dragged = null;
  goesBefore = undefined;
  #told = ""; // what the last key has done, for who does not see it

  constructor(/** @type {import("../page.js").Page} */ page, /** @type {import("./live-document.js").LiveDocument} */ document) {
    this.page = page;
    this.document = document;
    this.doing = new Doing(page);
  }

  get edits() {
    return this.document.edits;
  }

  set(changes) {
    Object.assign(this, changes);
    this.page.update();
  }

  // What can be done

  addBelow(/** @type {Shown | undefined} */ section) {
    const key = this.edits.newKey();
    this.edits.do(add({ key, level: section?.level ?? 1, heading: words.newHeading }, section?.key));
    requestAnimationFrame(() => /** @type {any} */ (document.getElementById(`heading-${key}`))?.select());
  }

  async remove(/** @type {Shown} */ { key, heading, draft, broken }) {
    const question = { title: words.removeSectionTitle(heading), text: words.removeSectionText, verb: words.removeSection };
    if (!(draft || broken) || (await this.page.confirm({ ...question, isDangerous: true }))) this.edits.do(remove(key));
  }

  /** An edit of a row that keeps the focus, and says where the section is now. */
  change(/** @type {string} */ key, /** @type {import("./outline.js").Edit} */ edit, /** @type {Element} */ focused) {
    this.edits.do(edit);
    const at = this.edits.entries.findIndex((entry) => entry.key === key);
    const { heading, level } = this.edits.entries[at];
    this.#told = words.moved(heading, at + 1, level);
    requestAnimationFrame(() => /** @type {HTMLElement} */ (focused).focus()); // which a row that was moved has lost
  }

  press(event, /** @type {string} */ key) {
    const edit = KEYS[event.key]?.(key);
    if (!edit) return;
    event.preventDefault();
    this.change(key, edit, event.currentTarget);
  }

  // By mouse

  drag(event, /** @type {string} */ key) {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", key);
    event.dataTransfer.setDragImage(event.currentTarget.closest("li"), 0, 0);
    this.set({ dragged: key });
  }

  dragOver(event, /** @type {string} */ key) {
    if (this.dragged === null) return;
    event.preventDefault();
    const { top, height } = event.currentTarget.getBoundingClientRect();
    const keys = this.edits.entries.map((entry) => entry.key);
    const goesBefore = event.clientY < top + height / 2 ? key : (keys[keys.indexOf(key) + 1] ?? null);
    if (goesBefore !== this.goesBefore) this.set({ goesBefore });
  }

  drop(event) {
    event.preventDefault();
    if (this.dragged !== null && this.goesBefore !== undefined && this.goesBefore !== this.dragged) {
      this.edits.do(moveBefore(this.dragged, this.goesBefore));
    }
    this.endDrag();
  }

  endDrag() {
    this.set({ dragged: null, goesBefore: undefined });
  }

  // How it looks

  render(/** @type {Shown[]} */ sections) {
    return html`<section class="outline" aria-labelledby="outline-heading">
      <header class="row">
        <h2 id="outline-heading">${words.outline}</h2>
        ${this.page.can("edit") ? this.#buttons(sections) : nothing}
      </header>
      ${this.edits.refused ? this.#refused(this.edits.refused) : nothing} ${this.isOpen ? this.#editor(sections) : ways(sections)}
    </section>`;
  }

  #buttons(sections) {
    const isUntouched =
      !this.document.isWriting && sections.every(({ status, broken, locked }) => status === "empty" && !broken && !locked);
    const make = () => this.doing.run("make", () => this.document.makeOutline());
    const isMaking = this.doing.has("make");
    const text = isMaking ? words.makingOutline : words.makeOutline;
    return html`<span class="row">
      ${isUntouched ? html`<button class="quiet" ?disabled=${isMaking} @click=${make}>${text}</button>` : nothing}
      <button class="quiet" aria-expanded=${this.isOpen} @click=${() => this.set({ isOpen: !this.isOpen })}>
        ${this.isOpen ? words.doneEditing : words.editOutline}
      </button>
    </span>`;
  }

  #editor(sections) {
    return html`<p class="hint">${words.outlineKeys}</p>
      <ol class="plain rows" @drop=${(event) => this.drop(event)} @dragend=${() => this.endDrag()}>
        ${repeat(
          sections,
          ({ key }) => key,
          (section) => outlineRow(this, section),
        )}
      </ol>
      <button @click=${() => this.addBelow(sections.at(-1))}>${words.addSection}</button>
      <p class="visually-hidden" role="status">${this.#told}</p>`;
  }

  #refused({ error, wanted }) {
    return html`<div class="notice" role="alert">
      <p><strong>${words.refused}</strong></p>
      <p>${error.code === "stale_version" ? words.refusedStale : (error.detail ?? error.message)}</p>
      <p>${words.refusedText}</p>
      <ul>
        ${differing(wanted, this.edits.entries)}
      </ul>
      <p class="row">
        <button class="primary" @click=${() => this.edits.again()}>${words.doAgain}</button>
        <button @click=${() => this.edits.dismiss()}>${words.letItBe}</button>
      </p>
    </div>`;
  }
}

/** What somebody wanted that is not so. */
function differing(wanted, entries) {
  const now = new Map(entries.map((entry) => [entry.key, entry]));
  const others = wanted.filter(({ key, heading, brief, level }) => {
    const entry = now.get(key);
    return entry?.heading !== heading || entry.brief !== brief || entry.level !== level;
  });
  if (!others.length) return html`<li>${words.refusedOrder}</li>`;
  return others.map(
    ({ heading, brief }) => html`<li dir="auto"><strong>${heading}</strong>${brief ? html` – ${brief}` : nothing}</li>`,
  );
}

/** Links, so that they can be reached and told as such; the address itself is the page's, which stays. */
function ways(sections) {
  const way = ({ key, heading, level, status, locked, isWriting }) =>
    html`<li class="level-${level}">
      <a href=${location.hash} @click=${(event) => goTo(event, key)} aria-current=${isWriting ? "step" : nothing}
        >${sign(status === "empty" ? "pending" : status)} <bdi>${heading}</bdi
        ><span class="visually-hidden">, ${words.sectionStatuses[status]}</span>${
          locked ? html` <span class="chip">${words.locked}</span>` : nothing
        }</a
      >
    </li>`;
  return html`<nav aria-labelledby="outline-heading">
    <ol class="plain ways">
      ${repeat(
        sections,
        ({ key }) => key,
        (section) => guard([section], () => way(section)),
      )}
    </ol>
  </nav>`;
}

function goTo(event, key) {
  event.preventDefault();
  const heading = document.getElementById(key);
  heading.scrollIntoView({ block: "start" });
  heading.focus({ preventScroll: true });
}

// One document on the page: its head, its outline, and its text as it grows.

import { Doing } from "../parts/doing.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { guard } from "../vendor/lit-html/directives/guard.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { words } from "../words/documents.js";
import { askingDialog } from "./asking.js";
import { Drafts } from "./drafts.js";
import { Editor } from "./editor.js";
import { Following } from "./following.js";
import { documentHead, workBar } from "./head.js";
import { LiveDocument } from "./live-document.js";
import { OutlinePanel } from "./outline-panel.js";
import { headingLevels, sectionGuard, sectionView } from "./section.js";

/** @typedef {import("./live-document.js").Shown} Shown */

export class DocumentScreen {
  /** @type {Editor | null} */ editor = null;
  /** @type {Drafts | null} */ drafts = null;
  /** What a writer is being asked for: a section, or everything. @type {{section: Shown | null} | null} */ asking = null;
  isRetitling = false;
  #following;

  constructor(/** @type {import("../page.js").Page} */ page, /** @type {number} */ id) {
    this.page = page;
    this.document = new LiveDocument(page, id);
    this.doing = new Doing(page);
    this.outline = new OutlinePanel(page, this.document);
  }

  /** Again when the project had to be read anew. */
  async enter() {
    if (this.#following) return this.document.startAnew();
    await this.document.open();
    this.#following = new Following(() => this.page.update());
  }

  leave() {
    this.document.close();
    this.#following.close();
  }

  onEvent(event) {
    this.document.onEvent(event);
    if (!this.document.isGone) return;
    this.page.say(words.gone(this.document.body.title));
    this.page.go(addressOf(this.page.project.id, "documents"));
  }

  set(changes) {
    Object.assign(this, changes);
    this.page.update();
  }

  // The whole document

  get canEdit() {
    return this.page.can("edit");
  }

  generate() {
    return this.doing.run("write", () => this.document.generate());
  }

  cancel() {
    return this.doing.run("cancel", () => this.document.cancel());
  }

  async retitle(/** @type {string} */ title) {
    const isNew = title && title !== this.document.body.title;
    if (!isNew || (await this.doing.run("retitle", () => this.document.retitle(title)))) this.set({ isRetitling: false });
  }

  async remove() {
    const { title } = this.document.body;
    const question = { title: words.removeTitle(title), text: words.removeText, verb: words.removeVerb, isDangerous: true };
    if (await this.page.confirm(question)) this.doing.run("remove", () => this.document.remove());
  }

  // A section

  ask(/** @type {Shown | null} */ section) {
    this.set({ asking: { section } });
  }

  async edit(/** @type {Shown} */ section) {
    if (this.editor?.isChanged) return document.getElementById(`editor-${this.editor.section.id}`)?.focus();
    this.editor = new Editor(this.page, this.document, section, () => this.set({ editor: null }));
    if (!(await this.doing.run("edit", () => this.editor.open()))) this.set({ editor: null });
    requestAnimationFrame(() => document.getElementById(`editor-${section.id}`)?.focus());
  }

  showDrafts(/** @type {Shown} */ { id }) {
    this.drafts = new Drafts(this.page, this.document, id, () => this.set({ drafts: null }));
    return this.doing.run("drafts", () => this.drafts.open());
  }

  setLocked(/** @type {Shown} */ { id }, /** @type {boolean} */ locked) {
    return this.doing.run(`lock ${id}`, () => this.document.setLocked(id, locked));
  }

  /** A stale text is adopted again: it still fits. */
  keepText(/** @type {Shown} */ { id, draft }) {
    return this.doing.run(`keep ${id}`, () => this.document.adopt(id, draft));
  }

  // How it looks

  render() {
    const { sections, isWriting } = this.document;
    queueMicrotask(() => this.#following.watch(document.querySelector(".section.growing > .text"))); // once it is drawn
    return html`<article class="document-screen ${this.outline.isOpen ? "outlining" : ""}">
      ${documentHead(this)} ${workBar(this, sections)}
      <div class="sheet">
        <aside class="margin">${this.outline.render(sections)} ${this.#summary()}</aside>
        <div class="reading">${this.#sections(sections)}</div>
      </div>
      ${isWriting && this.document.manuscript.writing !== undefined ? this.#jump() : nothing} ${this.#dialogs()}
    </article>`;
  }

  #sections(sections) {
    const levels = headingLevels(sections);
    return repeat(
      sections,
      ({ key }) => key,
      (section, at) => guard([levels[at], ...sectionGuard(this, section)], () => sectionView(this, section, levels[at])),
    );
  }

  #summary() {
    const { summary } = this.document.manuscript;
    return html`<section class="in-short" aria-labelledby="summary-heading">
      <h2 id="summary-heading">${words.summary}</h2>
      ${
        summary
          ? html`<ul class="plain">
              ${summary.split("\n").map((line) => html`<li dir="auto">${line}</li>`)}
            </ul>`
          : html`<p class="muted">${words.summaryNone}</p>`
      }
    </section>`;
  }

  #jump() {
    if (this.#following.isFollowing) return nothing;
    return html`<button class="jump primary" @click=${() => this.#following.jump()}>
      ${words.jump} <span aria-hidden="true">↓</span>
    </button>`;
  }

  #dialogs() {
    return html`${this.asking ? this.#askingDialog(this.asking) : nothing} ${this.drafts?.render() ?? nothing}`;
  }

  #askingDialog({ section }) {
    const isFirst = section && !section.draft;
    const title = section ? (isFirst ? words.askFirst(section.heading) : words.askTitle(section.heading)) : words.askAll;
    const write = (text) => (section ? this.document.regenerate(section.id, text) : this.document.generate(text));
    const send = (text) => this.doing.run("write", () => write(text));
    const close = () => this.set({ asking: null });
    return askingDialog({ title, text: section ? "" : words.askAllText, send, close, isBusy: this.doing.has("write") });
  }
}

// A section's text, written by hand: shown as saved at once, and back in the editor when it was not.

import { etagOf } from "../../clients/rest.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/documents.js";
import { comparison } from "./comparison.js";

const MOST_CHARACTERS = 200_000;

export class Editor {
  text = "";
  isOpen = false;
  /** Why it was not stored, and the text as it is now. @type {{error: any, theirs: string | null} | null} */ trouble = null;
  #before = "";
  #etag;

  /**
   * @param {import("../page.js").Page} page @param {import("./live-document.js").LiveDocument} document
   * @param {import("./live-document.js").Shown} section @param {() => void} close
   */
  constructor(page, document, section, close) {
    this.page = page;
    this.document = document;
    this.section = section;
    this.close = close;
  }

  /** Whether something was typed that is not stored. */
  get isChanged() {
    return this.text !== this.#before;
  }

  async open() {
    this.text = this.#before = (await this.#read()).content;
    this.isOpen = true;
    this.page.update();
  }

  async #read() {
    const section = await this.page.api.get(`sections/${this.section.id}/`);
    this.#etag = etagOf(section);
    return section;
  }

  async save() {
    Object.assign(this, { isOpen: false, trouble: null });
    try {
      await this.document.saveText(this.section.id, this.text, this.#etag);
      this.close();
    } catch (error) {
      await this.#openAgain(error);
    }
  }

  /** What is there now is read, so that it can be seen, and saved over knowingly. */
  async #openAgain(error) {
    const isStale = error.code === "stale_version";
    const theirs = isStale ? await this.#read().catch(() => error.current) : null;
    Object.assign(this, { isOpen: true, trouble: { error, theirs: theirs && theirs.content } });
    if (!isStale) this.page.fail(error);
    this.page.update();
  }

  async leave() {
    const question = { title: words.leaveTitle, text: words.leaveText, verb: words.leaveVerb, isDangerous: true };
    if (!this.isChanged || (await this.page.confirm(question))) this.close();
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.save();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.leave();
    }
  }

  render() {
    const id = `editor-${this.section.id}`;
    const isOverTheirs = Boolean(this.trouble) && this.trouble.theirs !== null;
    return html`<form class="editor form" @submit=${(event) => (event.preventDefault(), this.save())}>
      ${this.trouble ? this.#trouble() : nothing}
      <label class="visually-hidden" for=${id}>${words.editing(this.section.heading)}</label>
      <textarea
        id=${id}
        dir="auto"
        rows="12"
        maxlength=${MOST_CHARACTERS}
        aria-describedby=${`${id}-hint`}
        .value=${this.text}
        @input=${({ target }) => (this.text = target.value)}
        @keydown=${(event) => this.#key(event)}
      ></textarea>
      <div class="row">
        <button class="primary">${isOverTheirs ? words.saveOver : words.save}</button>
        ${isOverTheirs ? html`<button type="button" @click=${() => this.close()}>${words.takeTheirs}</button>` : nothing}
        <button type="button" class="quiet" @click=${() => this.leave()}>${words.cancelEdit}</button>
        <span class="hint" id=${`${id}-hint`}>${words.editingHint}</span>
      </div>
    </form>`;
  }

  #trouble() {
    const { error, theirs } = this.trouble;
    if (theirs === null)
      return html`<div class="notice bad" role="alert"><p>${words.notSaved} ${error.detail ?? error.message}</p></div>`;
    return html`<div class="notice" role="alert"><p>${words.conflict}</p></div>
      ${comparison({ title: words.theirs, text: theirs }, { title: words.mine, text: this.text })}`;
  }
}

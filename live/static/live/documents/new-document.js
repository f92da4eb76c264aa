// The form that makes a document.

import { dialog } from "../parts/dialog.js";
import { Doing } from "../parts/doing.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/documents.js";
import { parseOutline } from "./outline.js";

export class NewDocument {
  isOutlined = false;
  outline = "";
  /** By field, as the gateway tells them. @type {Record<string, string[]>} */ errors = {};

  constructor(/** @type {import("../page.js").Page} */ page, /** @type {() => void} */ close) {
    this.page = page;
    this.close = close;
    this.doing = new Doing(page);
  }

  submit(event) {
    event.preventDefault();
    const { title, kind, task } = Object.fromEntries(new FormData(event.target));
    const outline = this.isOutlined ? parseOutline(this.outline) : null;
    this.errors = outline?.length === 0 ? { outline: [words.outlineEmpty] } : {};
    this.page.update();
    if (!this.errors.outline) this.doing.run("create", () => this.#create({ title, kind, task: task || null, outline }));
  }

  async #create(body) {
    const { project, api } = this.page;
    try {
      const document = await api.post(`projects/${project.id}/documents/`, body);
      this.page.go(addressOf(project.id, "documents", document.id));
    } catch (error) {
      this.errors = error.errors ?? {};
      throw error;
    }
  }

  set(changes) {
    Object.assign(this, changes);
    this.page.update();
  }

  render() {
    const verb = html`<button class="primary" form="new-document" ?disabled=${this.doing.has("create")}>
      ${words.createIt}
    </button>`;
    const body = html`<form id="new-document" class="form" @submit=${(event) => this.submit(event)}>
      <label>${words.title} <input name="title" maxlength="200" required autofocus /> ${this.#error("title")}</label>
      <label>
        ${words.kind}
        <select name="kind">
          ${Object.entries(words.kinds).map(([kind, text]) => html`<option value=${kind}>${text}</option>`)}
        </select>
      </label>
      ${this.#taskField()} ${this.#outlineFields()}
    </form>`;
    return dialog({ title: words.create, onClose: this.close }, body, verb);
  }

  #taskField() {
    const { tasks } = this.page.project.state;
    if (!tasks.length) return nothing;
    return html`<label>
      ${words.task}
      <select name="task">
        <option value="">${words.wholeProject}</option>
        ${tasks.map(({ code, title }) => html`<option value=${code}>${code} ${title}</option>`)}
      </select>
      ${this.#error("task")}
    </label>`;
  }

  #outlineFields() {
    const choice = (isOutlined, text) =>
      html`<label class="inline">
        <input
          type="radio"
          name="outlined"
          .checked=${this.isOutlined === isOutlined}
          @change=${() => this.set({ isOutlined })}
        />
        ${text}
      </label>`;
    return html`<fieldset class="choices">
        <legend>${words.outline}</legend>
        ${choice(false, words.outlineMade)} ${choice(true, words.outlineGiven)}
      </fieldset>
      ${this.isOutlined ? this.#outlineText() : nothing}`;
  }

  #outlineText() {
    const count = parseOutline(this.outline).length;
    return html`<label>
      ${words.outlineText} <span class="hint">${count ? words.outlineOf(count) : nothing}</span>
      <textarea
        rows="8"
        aria-describedby="outline-hint"
        placeholder=${words.outlinePlaceholder}
        .value=${this.outline}
        @input=${({ target }) => this.set({ outline: target.value })}
      ></textarea>
      <span class="hint" id="outline-hint">${words.outlineHint}</span> ${this.#error("outline")}
    </label>`;
  }

  /** What the gateway says of a field, and of those within it. */
  #error(field) {
    const told = Object.entries(this.errors).filter(([name]) => name === field || name.startsWith(`${field}.`));
    return told.length
      ? html`<span class="field-error">${told.map(([, texts]) => [texts].flat().join(" ")).join(" ")}</span>`
      : nothing;
  }
}

// The form that makes a project: from answers to some questions, or from a brief as a text.

import { dialog } from "../parts/dialog.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/projects.js";

const FORMATS = { md: "markdown", markdown: "markdown", yaml: "yaml", yml: "yaml", json: "json" };
const MOST_CHARACTERS = 100_000;
const LINES = ["mechanics", "platform", "constraints"]; // lists, one item a line
const SHORT = ["genre", "engine"];
const FIRST = ["pitch", "genre", "mechanics", "visual_style"];
const OTHERS = ["platform", "engine", "target", "constraints"];

export class NewProject {
  mode = "questions";
  name = "";
  /** @type {Record<string, string>} */ answers = {};
  text = "";
  format = "markdown";
  isSending = false;
  /** By field, as the gateway tells them. @type {Record<string, any>} */ errors = {};

  constructor(page, close) {
    this.page = page;
    this.close = close;
  }

  set(changes) {
    Object.assign(this, changes);
    this.page.update();
  }

  async take(file) {
    const format = FORMATS[file.name.split(".").at(-1).toLowerCase()];
    if (!format) return this.page.say(words.unknownFile(file.name));
    const text = await file.text();
    if (text.length > MOST_CHARACTERS) return this.page.say(words.tooLarge);
    return this.set({ mode: "text", text, format, errors: {} });
  }

  async submit(event) {
    event.preventDefault();
    this.set({ isSending: true, errors: {} });
    try {
      const project = await this.page.api.post("projects/", this.body());
      this.page.go(addressOf(project.id, "plans"));
    } catch (error) {
      this.errors = error.errors ?? {};
      this.page.fail(error);
    }
    this.set({ isSending: false });
  }

  body() {
    const named = this.name.trim() ? { name: this.name.trim() } : {};
    if (this.mode === "text") return { ...named, document: this.text, document_format: this.format };
    const given = Object.entries(this.answers).filter(([, answer]) => answer.trim());
    return { ...named, brief: Object.fromEntries(given.map(([field, answer]) => [field, valueOf(field, answer)])) };
  }

  render() {
    const actions = html`<button class="primary" form="new-project" ?disabled=${this.isSending}>${words.submit}</button>`;
    const body = html`<form id="new-project" class="form" @submit=${(event) => this.submit(event)}>
      <p class="hint">${words.drop}</p>
      <div class="row" role="group">
        ${this.modeButton("questions", words.byQuestions)} ${this.modeButton("text", words.byText)}
      </div>
      ${this.input("name", words.name, this.name, (name) => (this.name = name), this.mode === "text" ? words.nameHint : "")}
      ${this.mode === "text" ? this.textFields() : this.questions()}
    </form>`;
    return dialog({ title: words.formTitle, onClose: this.close, isWide: true }, body, actions);
  }

  modeButton(mode, text) {
    return html`<button type="button" class="quiet" aria-pressed=${this.mode === mode} @click=${() => this.set({ mode })}>
      ${text}
    </button>`;
  }

  questions() {
    const one = (field) => {
      const change = (answer) => (this.answers[field] = answer);
      const input = SHORT.includes(field) ? this.input : this.area;
      return input.call(this, field, words.fields[field], this.answers[field] ?? "", change, words.hints[field]);
    };
    return html`${FIRST.map(one)}
      <details>
        <summary>${words.more_fields}</summary>
        <div class="form">${OTHERS.map(one)}</div>
      </details>`;
  }

  textFields() {
    const choose = ({ target }) => target.files.length && this.take(target.files[0]);
    return html`<label>${words.choose} <input type="file" accept=".md,.markdown,.yaml,.yml,.json" @change=${choose} /></label>
      <label
        >${words.format}
        <select @change=${({ target }) => this.set({ format: target.value })}>
          ${Object.entries(words.formats).map(([format, text]) => html`<option value=${format} ?selected=${format === this.format}>${text}</option>`)}
        </select>
      </label>
      ${this.area("document", words.pasted, this.text, (text) => (this.text = text), "", 14)}`;
  }

  input(field, label, value, change, hint) {
    return html`<label
      >${label}
      <input
        maxlength="500"
        .value=${value}
        placeholder=${hint || nothing}
        ?required=${field === "name" && this.mode === "questions"}
        @input=${({ target }) => change(target.value)}
      />
      ${this.error(field)}
    </label>`;
  }

  area(field, label, value, change, hint, rows = 3) {
    return html`<label
      >${label}
      <textarea
        rows=${rows}
        .value=${value}
        placeholder=${hint || nothing}
        @input=${({ target }) => change(target.value)}
      ></textarea>
      ${this.error(field)}
    </label>`;
  }

  error(field) {
    const told = this.errors[field] ?? this.errors[`brief.${field}`];
    return told ? html`<span class="field-error">${[told].flat().join(" ")}</span>` : nothing;
  }
}

function valueOf(field, answer) {
  if (!LINES.includes(field)) return answer.trim();
  return answer
    .split("\n")
    .map((line) => line.replace(/^\s*[-*•]\s*/, "").trim())
    .filter(Boolean);
}

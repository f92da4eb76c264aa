// Files that somebody chose or dropped, on their way to the gateway, which checks each as it comes.

import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/artifacts.js";
import { guessed, sized } from "./guess.js";

const CATEGORIES = ["asset", "code", "document", "screenshot"];

/** @typedef {{id: number, file: File, path: string, type: string, category: string, trouble: string}} Waiting */

let chosen = 0;

/** The files that wait, and the form with which they go. */
export class Upload {
  /** @type {Waiting[]} */ queue = [];
  task = "";
  isOver = false; // something is being dragged over the page

  constructor(/** @type {import("../page.js").Page} */ page, /** @type {import("../parts/doing.js").Doing} */ doing) {
    this.page = page;
    this.doing = doing;
  }

  add(/** @type {Iterable<File>} */ files) {
    const waiting = [...files].map((file) => ({ id: ++chosen, file, path: file.name, ...guessed(file.name), trouble: "" }));
    this.queue = [...this.queue, ...waiting];
    this.page.update();
  }

  remove({ id }) {
    this.queue = this.queue.filter((each) => each.id !== id);
    this.page.update();
  }

  send() {
    return this.doing.run("upload", async () => {
      let sent = 0;
      for (const waiting of this.queue) sent += Number(await this.#sendOne(waiting));
      if (sent) this.page.say(words.uploaded(sent));
    });
  }

  /** One file; what is wrong with it stands beside it, and it stays. */
  async #sendOne(waiting) {
    const task = this.page.project.tasksByCode.get(this.#task);
    try {
      await this.page.api.post(`tasks/${task.id}/artifacts/`, formOf(waiting));
      this.remove(waiting);
      return true;
    } catch (error) {
      waiting.trouble = [error.detail || error.message, ...Object.values(error.errors ?? {}).flat()].join(" ");
      this.page.update();
      return false;
    }
  }

  get #tasks() {
    return this.page.project.state.tasks.filter(({ status }) => status !== "dropped");
  }

  /** The task that was chosen, while the plan has it; else the one that people work on now. */
  get #task() {
    const known = this.#tasks.some(({ code }) => code === this.task);
    return known ? this.task : (this.page.project.state.project.current_task_code ?? this.#tasks[0]?.code);
  }

  // Drawing

  render() {
    if (!this.#tasks.length) return html`<p class="hint">${words.needsTask}</p>`;
    const choose = ({ target }) => {
      this.add(target.files);
      target.value = "";
    };
    return html`<section class="card upload ${this.isOver ? "over" : ""}" aria-label=${words.uploadTitle}>
      <p class="row">
        ${this.isOver ? words.dropNow : words.drop}
        <label class="button"> ${words.choose}<input class="visually-hidden" type="file" multiple @change=${choose} /> </label>
      </p>
      ${this.queue.length ? this.#form() : nothing}
    </section>`;
  }

  #form() {
    const isBusy = this.doing.has("upload");
    const submit = (event) => {
      event.preventDefault();
      this.send();
    };
    const option = ({ code, title }) => html`<option value=${code} ?selected=${code === this.#task}>${code} ${title}</option>`;
    return html`<form class="form" @submit=${submit}>
      <label class="for-task"
        >${words.forTask}
        <select @change=${({ target }) => (this.task = target.value)}>
          ${this.#tasks.map(option)}
        </select>
      </label>
      <ul class="plain queue">
        ${repeat(
          this.queue,
          ({ id }) => id,
          (waiting) => this.#row(waiting),
        )}
      </ul>
      <div class="row">
        <button class="primary" ?disabled=${isBusy}>${isBusy ? words.uploading : words.uploadNow(this.queue.length)}</button>
        <button type="button" ?disabled=${isBusy} @click=${() => this.#empty()}>${words.emptyQueue}</button>
      </div>
    </form>`;
  }

  #row(waiting) {
    const set =
      (name) =>
      ({ target }) =>
        (waiting[name] = target.value);
    const option = (name) =>
      html`<option value=${name} ?selected=${name === waiting.category}>${words.categories[name]}</option>`;
    return html`<li>
      <label>${words.path}<input .value=${waiting.path} required maxlength="1000" dir="ltr" @change=${set("path")} /></label>
      <label>${words.type}<input .value=${waiting.type} required maxlength="100" @change=${set("type")} /></label>
      <label
        >${words.category}<select @change=${set("category")}>
          ${CATEGORIES.map(option)}
        </select></label
      >
      <span class="number muted small">${sized(waiting.file.size)}</span>
      <button class="quiet" type="button" aria-label=${words.remove(waiting.file.name)} @click=${() => this.remove(waiting)}>
        ×
      </button>
      ${waiting.trouble ? html`<p class="field-error" role="alert">${waiting.trouble}</p>` : nothing}
    </li>`;
  }

  #empty() {
    this.queue = [];
    this.page.update();
  }

  // Dropping

  over(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#set(true);
  }

  out(event) {
    if (!event.currentTarget.contains(event.relatedTarget)) this.#set(false);
  }

  drop(event) {
    event.preventDefault();
    this.#set(false);
    this.add(event.dataTransfer.files);
  }

  #set(isOver) {
    if (isOver === this.isOver) return;
    this.isOver = isOver;
    this.page.update();
  }
}

function formOf({ file, path, type, category }) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ type, category, path })) form.append(name, value);
  form.append("file", file);
  return form;
}

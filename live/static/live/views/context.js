// What is known now: the context of the project or of a task, in all its versions.

import { changes } from "../context/changes.js";
import { content } from "../context/content.js";
import { coalesced } from "../parts/coalesced.js";
import { Doing } from "../parts/doing.js";
import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/context.js";

const PAGE_SIZE = 30;

/** A context as it is now and as it was, with what changed between two versions. */
export class ContextView {
  /** Newest first. @type {any[]} */ versions = [];
  /** @type {string | null} */ next = null;
  /** Id of the version that is shown; null is whichever is active. @type {number | null} */ chosen = null;
  /** Id of the version that it is compared with; null while what it says is shown. @type {number | null} */ against = null;
  /** @type {any} */ diff = null;
  isComparing = false;

  constructor(/** @type {import("../page.js").Page} */ page, /** @type {string[]} */ rest) {
    this.page = page;
    this.rest = rest;
    this.doing = new Doing(page);
    this.read = coalesced(() => this.#read());
  }

  enter() {
    return this.read();
  }

  /** Another task's context, or the project's. */
  turn(/** @type {string[]} */ rest) {
    this.rest = rest;
    Object.assign(this, { versions: [], next: null, chosen: null, isComparing: false });
    this.doing.run("read", this.read);
  }

  onEvent({ type, payload, task_code }) {
    if (!type.startsWith("context.") || (payload.scope === "task" ? task_code : "") !== this.task) return;
    this.read().catch((error) => console.warn(error.message));
  }

  /** Code of the task; "" for the project's own. */
  get task() {
    return this.rest[0] ?? "";
  }

  get active() {
    return this.versions.find(({ is_active }) => is_active);
  }

  get shown() {
    return this.versions.find(({ id }) => id === this.chosen) ?? this.active;
  }

  // Reading

  get #which() {
    return this.task ? { scope: "task", task: this.task } : { scope: "global" };
  }

  async #read() {
    const { task } = this;
    const page = await this.page.api.get(`projects/${this.page.project.id}/contexts/`, { ...this.#which, limit: PAGE_SIZE });
    if (task !== this.task) return;
    this.versions = merged(page.results, this.versions);
    this.next ??= page.next;
    await this.#readActive();
    if (this.isComparing) await this.#compare();
    this.page.update();
  }

  /** After a rollback the active version may be an old one. */
  async #readActive() {
    const { active_context: id } = this.page.project.state.project;
    if (this.active || !this.versions.length) return;
    const active = this.task
      ? await this.page.api.get(`projects/${this.page.project.id}/contexts/active/`, this.#which)
      : await this.page.api.get(`contexts/${id}/`);
    this.versions = merged([active], this.versions);
  }

  older() {
    return this.doing.run("older", async () => {
      const page = await this.page.api.get(this.next);
      this.versions = merged(this.versions, page.results);
      this.next = page.next;
    });
  }

  /** What the shown version says differently from the other. */
  async #compare() {
    const { shown } = this;
    if (!shown || this.versions.length < 2) return void (this.diff = null);
    const others = this.versions.filter(({ id }) => id !== shown.id);
    const before = others.find(({ version }) => version < shown.version) ?? others[0];
    this.against = others.some(({ id }) => id === this.against) ? this.against : before.id;
    this.diff = await this.page.api.get(`contexts/${shown.id}/diff/`, { against: this.against });
  }

  // What a person does

  choose(context) {
    this.chosen = context.id === this.active?.id ? null : context.id;
    return this.compare(this.isComparing, null);
  }

  compare(isComparing, against = this.against) {
    Object.assign(this, { isComparing, against });
    return this.doing.run(`compare ${this.shown?.id} ${against} ${isComparing}`, async () => isComparing && this.#compare());
  }

  gather() {
    return this.doing.run("gather", async () => {
      const made = await this.page.api.post(`projects/${this.page.project.id}/contexts/generate/`, this.#which);
      this.chosen = null;
      this.page.say(made.version ? words.regenerated(made.version) : words.queued);
      await this.read();
    });
  }

  async rollBack(context) {
    const { version } = context;
    const asked = { title: words.rollBackTitle(version), text: words.rollBackWhy, verb: words.rollBack(version) };
    if (!(await this.page.confirm(asked))) return;
    await this.doing.run("roll back", async () => {
      await this.page.api.post(`contexts/${context.id}/activate/`);
      this.chosen = null;
      this.page.say(words.rolledBack(version));
      await this.read();
    });
  }

  // Drawing

  render() {
    const { shown } = this;
    return html`<div class="context">
      <header class="head">
        <h1 class="visually-hidden">${words.title}</h1>
        ${this.#chooser()}
        ${this.page.can("edit") && shown ? html`<button ?disabled=${this.doing.has("gather")} @click=${() => this.gather()}>${words.regenerate}</button>` : nothing}
      </header>
      ${shown ? this.#shown(shown) : this.#none()}
    </div>`;
  }

  #chooser() {
    const { state, tasksByCode, id } = this.page.project;
    const known = state.contexts.map(({ task }) => task).filter(Boolean);
    const others = state.tasks
      .filter(({ code, status }) => !known.includes(code) && status !== "dropped")
      .map(({ code }) => code);
    const option = (code) =>
      html`<option value=${code} ?selected=${code === this.task}>${code} ${tasksByCode.get(code)?.title ?? ""}</option>`;
    const group = (label, codes) => (codes.length ? html`<optgroup label=${label}>${codes.map(option)}</optgroup>` : nothing);
    const go = ({ target }) => this.page.go(addressOf(id, "context", ...(target.value ? [target.value] : [])));
    return html`<label class="inline"
      >${words.which}
      <select @change=${go}>
        <option value="" ?selected=${!this.task}>${words.ofProject}</option>
        ${group(words.known, known)} ${group(words.others, others)}
      </select>
    </label>`;
  }

  #none() {
    if (this.doing.has("read")) return nothing;
    return html`<div class="empty">
      <p>${words.none}</p>
      <p>${words.noneHint}</p>
      ${
        this.page.can("edit")
          ? html`<p>
              <button class="primary" ?disabled=${this.doing.has("gather")} @click=${() => this.gather()}>${words.gather}</button>
            </p>`
          : nothing
      }
    </div>`;
  }

  #shown(shown) {
    return html`<article class="card says" aria-labelledby="context-version">
        <header class="row">
          <h2 id="context-version">${words.version(shown.version)}</h2>
          ${shown.is_active ? html`<span class="chip active">✓ ${words.active}</span>` : nothing}
          <span class="muted small">${words.sources[shown.source] ?? shown.source} · ${ago(shown.created_at)}</span>
          ${this.#modes()}
        </header>
        ${shown.is_active ? nothing : this.#notActive(shown)}
        ${this.isComparing ? this.#changes(shown) : content(shown, this.page.project.tasksByCode)}
      </article>
      <section class="versions" aria-labelledby="versions-title">
        <h2 id="versions-title">${words.versions}</h2>
        <ol class="plain">
          ${repeat(
            this.versions,
            ({ id }) => id,
            (version) => this.#version(version, shown),
          )}
        </ol>
        ${this.next ? html`<button class="quiet" @click=${() => this.older()}>${words.older}</button>` : nothing}
      </section>`;
  }

  #modes() {
    const mode = (text, isComparing) =>
      html`<button class="quiet" aria-pressed=${isComparing === this.isComparing} @click=${() => this.compare(isComparing)}>
        ${text}
      </button>`;
    return html`<span class="modes">${mode(words.says, false)}${mode(words.changed, true)}</span>`;
  }

  #notActive(shown) {
    return html`<div class="notice row">
      <p>${words.notActive(shown.version, this.active?.version ?? "?")}</p>
      ${
        this.page.can("edit")
          ? html`<button class="primary" ?disabled=${this.doing.has("roll back")} @click=${() => this.rollBack(shown)}>
              ${words.rollBack(shown.version)}
            </button>`
          : nothing
      }
    </div>`;
  }

  #changes(shown) {
    const others = this.versions.filter(({ id }) => id !== shown.id);
    if (!others.length || !this.diff) return html`<p class="muted">${words.first}</p>`;
    const option = ({ id, version, is_active }) =>
      html`<option value=${id} ?selected=${id === this.against}>
        ${words.version(version)}${is_active ? ` (${words.active})` : ""}
      </option>`;
    return html`<label class="inline"
        >${words.against}
        <select @change=${({ target }) => this.compare(true, Number(target.value))}>
          ${others.map(option)}
        </select>
      </label>
      <div role="status">${changes(this.diff)}</div>`;
  }

  #version(context, shown) {
    const { version, is_active, source, created_at, based_on_seq: seq } = context;
    return html`<li>
      <button class="version" aria-pressed=${context.id === shown.id} @click=${() => this.choose(context)}>
        <span>${words.version(version)} ${is_active ? html`<span class="chip active">✓ ${words.active}</span>` : nothing}</span>
        <span class="muted small"
          >${words.sources[source] ?? source} · ${ago(created_at)}${seq ? ` · ${words.basedOn(seq)}` : ""}</span
        >
      </button>
    </li>`;
  }
}

/** Versions of one context by number, newest first; of one that is in both lists, the first list's. */
function merged(read, known) {
  const found = new Map([...known, ...read].map((context) => [context.id, context]));
  for (const context of read) found.set(context.id, context);
  const active = read.find(({ is_active }) => is_active)?.id;
  const standing = (context) =>
    active && context.id !== active && context.is_active ? { ...context, is_active: false } : context;
  return [...found.values()].map(standing).sort((one, other) => other.version - one.version);
}

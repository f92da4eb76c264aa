// A task of a version: to read; of a proposal, for editors, to edit. What is typed is kept, whatever others do meanwhile.

import { dialog } from "../parts/dialog.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";
import { DependencyPicker } from "./dependency-picker.js";
import { changedFields, draftOf, fieldsOf, onTopOf, takeTheirs } from "./task-draft.js";

export class TaskForm {
  reason = "";
  /** Why it was not saved. @type {any} */ problem = null;
  isSending = false;

  /**
   * @param {string | null} code  Null: a new task.
   * @param {{close: () => void, split: (code: string) => void, drop: (code: string) => void, talk: (code: string) => void}} doing
   */
  constructor(page, sheet, code, doing) {
    this.page = page;
    this.sheet = sheet;
    this.doing = doing;
    this.code = code;
    this.task = this.#find();
    this.draft = draftOf(this.task);
    this.picker = new DependencyPicker(
      code,
      () => sheet.tasks,
      () => page.update(),
    );
  }

  #find() {
    return this.code ? (this.sheet.plan.tasks.find(({ code }) => code === this.code) ?? null) : null;
  }

  get isGone() {
    return this.code !== null && this.task === null;
  }

  /** The version was changed: what nobody typed in here says what it says now. */
  refresh() {
    this.task = this.#find();
    if (this.task) this.draft = onTopOf(this.draft, this.task);
  }

  set(name, value) {
    this.draft = { ...this.draft, form: { ...this.draft.form, [name]: value } };
  }

  async save(event) {
    event.preventDefault();
    const { draft, code } = this;
    const fields = changedFields(draft);
    if (code && !Object.keys(fields).length) return this.doing.close();
    Object.assign(this, { isSending: true, problem: null });
    const op = code ? { op: "update", code, fields } : { op: "add", task: fieldsOf(draft.form) };
    try {
      await this.sheet.writer.write([op], this.reason);
      this.doing.close();
    } catch (error) {
      this.sheet.writer.forget();
      this.problem = error;
      this.refresh();
    }
    this.isSending = false;
    this.page.update();
  }

  render() {
    const { code, draft } = this;
    const isEdited = this.sheet.canEdit;
    const title = code === null ? words.newTask : isEdited ? words.editTask(code) : draft.base.title;
    const kicker = isEdited ? nothing : html`<p class="code">${code}</p>`;
    const options = { title, kicker, isWide: true, onClose: this.doing.close };
    return isEdited
      ? dialog(options, this.#form(), this.#actions())
      : dialog(options, reading(this.task ?? {}), this.#talkButton());
  }

  // Drawing

  #form() {
    const { draft, reason } = this;
    return html`<form id="task" class="form task-form" @submit=${(event) => this.save(event)}>
      ${this.#told()}
      ${this.#input("title", html`<input required maxlength="200" dir="auto" .value=${live(draft.form.title)} @input=${this.#typed("title")} />`)}
      ${this.#area("description", 20_000, 4)}
      <div class="abreast">
        ${this.#number("priority", 1, 5, 1)} ${this.#number("story_points", 0, 100, 1)} ${this.#number("time_hours", 0, 2000, "any")}
      </div>
      <div>${this.picker.render(draft.form.dependencies, (codes) => {
        this.set("dependencies", codes);
        this.page.update();
      })}${this.#theirs("dependencies")}</div>
      ${this.#area("acceptance", 50_000, 3, words.eachLine)}
      <div class="abreast">${this.#area("deliverables", 50_000, 2, words.eachLine)} ${this.#area("mcp_tools", 5_000, 2, words.eachLine)}</div>
      <label>${words.reason} <span class="hint">${words.reasonHint}</span>
        <input maxlength="5000" dir="auto" .value=${live(reason)} @input=${(event) => (this.reason = event.target.value)} />
      </label>
    </form>`;
  }

  #told() {
    const { problem } = this;
    if (this.isGone) return html`<p class="notice bad" role="alert">${words.taskGone(this.code)}</p>`;
    if (!problem) return nothing;
    if (problem.code === "stale_version") return html`<p class="notice" role="alert">${words.staleForm}</p>`;
    const fields = Object.entries(problem.errors ?? {}).map(([name, told]) => html`<br />${name}: ${[told].flat().join(" ")}`);
    return html`<p class="notice bad" role="alert">${problem.detail || problem.message}${fields}</p>`;
  }

  #typed(name) {
    return (event) => this.set(name, event.target.value);
  }

  #input(name, control, hint = "") {
    return html`<div>
      <label>${words.fields[name]} ${hint ? html`<span class="hint">${hint}</span>` : nothing}${control}</label>
      ${this.#theirs(name)}
    </div>`;
  }

  #area(name, most, rows, hint) {
    const area = html`<textarea rows=${rows} maxlength=${most} dir="auto" .value=${live(this.draft.form[name])} @input=${this.#typed(name)}></textarea>`;
    return this.#input(name, area, hint);
  }

  #number(name, least, most, step) {
    const value = this.draft.form[name];
    return this.#input(
      name,
      html`<input type="number" required min=${least} max=${most} step=${step} .value=${live(value)} @input=${this.#typed(name)} />`,
    );
  }

  /** What somebody else made of a field that was typed in here. */
  #theirs(name) {
    const value = this.draft.theirs[name];
    if (value === undefined) return nothing;
    const take = () => {
      this.draft = takeTheirs(this.draft, name);
      this.page.update();
    };
    return html`<p class="theirs small" role="status">
      <bdi>${words.theirs([value].flat().join(", "))}</bdi> <button type="button" @click=${take}>${words.takeTheirs}</button>
    </p>`;
  }

  #actions() {
    const { code, isGone, isSending, doing } = this;
    const verb = this.problem?.code === "stale_version" ? words.saveAgain : words.save;
    const more = html`<button class="danger" @click=${() => doing.drop(code)}>${words.drop}</button>
      <button @click=${() => doing.split(code)}>${words.split}</button>
      ${this.#talkButton()}<span class="spring"></span>`;
    return html`${code && !isGone ? more : nothing}
      <button @click=${doing.close}>${words.cancel}</button>
      ${isGone ? nothing : html`<button class="primary" form="task" ?disabled=${isSending}>${verb}</button>`}`;
  }

  #talkButton() {
    return html`<button @click=${() => this.doing.talk(this.code)}>${words.comment}</button>`;
  }
}

/** A task as it is read. */
function reading({ title, description, priority, estimates, dependencies = [], ...task }) {
  const list = (name) =>
    task[name]?.length
      ? html`<dt>${words.fields[name]}</dt><dd><ul>${task[name].map((line) => html`<li dir="auto">${line}</li>`)}</ul></dd>`
      : nothing;
  return html`<p class="prose" dir="auto">${description || html`<span class="muted">${words.noDescription}</span>`}</p>
    <dl class="plan-facts">
      <dt>${words.fields.priority}</dt><dd>${words.priority(priority)}</dd>
      <dt>${words.fields.estimates}</dt><dd>${words.points(estimates?.story_points ?? 0)} · ${words.hours(estimates?.time_hours ?? 0)}</dd>
      <dt>${words.fields.dependencies}</dt><dd class="code">${dependencies.join(", ") || words.none}</dd>
      ${list("acceptance")} ${list("deliverables")} ${list("mcp_tools")}
    </dl>`;
}

// The tasks of a version in their order: to read, to open, to select, and to put in another order.

import { guard } from "../vendor/lit-html/directives/guard.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { sign } from "../parts/status.js";
import { words } from "../words/plans.js";
import { placeOnto } from "./applying.js";
import { followPointer } from "./dragging.js";
import { MergeForm } from "./merge-form.js";

const KEYS = { ArrowUp: (at) => at - 1, ArrowDown: (at) => at + 1, Home: () => 0, End: (_, last) => last };
const SHOWN_DEPENDENCIES = 4;
const DRAWN = 250; // rows; thousands would make every key wait

export class TaskList {
  /** Codes. */ selected = new Set();
  /** The row that is dragged and where it would come. @type {{code: string, onto: string, below: boolean} | null} */ drag = null;
  /** @type {MergeForm | null} */ mergeForm = null;
  /** So many rows. */ drawn = DRAWN;
  /** Where the task is that was moved last, for those who do not see it. */ announcement = "";

  /** @param {(code: string | null) => void} open  Show a task's form; null: that of a new one. */
  constructor(page, sheet, open) {
    this.page = page;
    this.sheet = sheet;
    this.open = open;
  }

  // Moving

  move(code, to) {
    const { tasks } = this.sheet;
    const at = tasks.findIndex((task) => task.code === code);
    const place = Math.max(0, Math.min(to, tasks.length - 1));
    if (at < 0 || place === at) return;
    if (place >= this.drawn) this.drawAll();
    this.announcement = words.moved(code, place + 1, tasks.length);
    this.sheet.edit([{ op: "move", code, idx: place }]).then((isDone) => isDone || (this.announcement = ""));
    focusSoon(`[data-handle="${code}"]`);
  }

  key(event, code) {
    const { tasks } = this.sheet;
    const to = KEYS[event.key]?.(
      tasks.findIndex((task) => task.code === code),
      tasks.length - 1,
    );
    if (to === undefined) return;
    event.preventDefault();
    this.move(code, to);
  }

  /** All selected ones by one place, as a block. */
  shift(by) {
    const { tasks } = this.sheet;
    const chosen = tasks.filter(({ code }) => this.selected.has(code)).map(({ code }) => code);
    for (const code of by < 0 ? chosen : chosen.reverse()) {
      const at = this.sheet.tasks.findIndex((task) => task.code === code);
      const beside = this.sheet.tasks[at + by];
      if (beside && !this.selected.has(beside.code)) this.move(code, at + by);
    }
  }

  startDrag(event, code) {
    this.drag = { code, onto: code, below: false };
    followPointer(event, {
      over: (onto, below) => {
        if (this.drag?.onto === onto && this.drag.below === below) return;
        this.drag = { code, onto, below };
        this.page.update();
      },
      end: (isDropped) => {
        const { onto, below } = this.drag ?? {};
        this.drag = null;
        if (isDropped && onto && onto !== code)
          this.move(
            code,
            placeOnto(
              this.sheet.tasks.map((task) => task.code),
              code,
              onto,
              below,
            ),
          );
        this.page.update();
      },
    });
    this.page.update();
  }

  drawAll() {
    this.drawn = Infinity;
    this.page.update();
  }

  // The selection

  select(code, isSelected) {
    this.selected = new Set(this.selected);
    if (isSelected) this.selected.add(code);
    else this.selected.delete(code);
    this.page.update();
  }

  clear() {
    this.selected = new Set();
    this.page.update();
  }

  async drop(codes) {
    const isSure = await this.page.confirm({
      title: words.dropTitle(codes),
      text: words.dropText,
      verb: words.dropVerb,
      isDangerous: true,
    });
    if (!isSure) return false;
    const isDone = this.sheet.edit(codes.map((code) => ({ op: "drop", code })));
    this.clear();
    return isDone;
  }

  merge(codes) {
    this.mergeForm = new MergeForm(this.page, this.sheet, codes, (isDone) => {
      this.mergeForm = null;
      if (isDone) this.clear();
      this.page.update();
    });
    this.page.update();
  }

  // Drawing

  render() {
    const { plan, tasks, canEdit } = this.sheet;
    const dropped = plan.tasks.filter(({ status }) => status === "dropped");
    const shown = [...this.selected].filter((code) => tasks.some((task) => task.code === code));
    return html`${canEdit ? this.#tools(shown) : nothing}
      <p class="visually-hidden" role="status">${this.announcement}</p>
      <ol class="plain tasks ${canEdit ? "editable" : ""}" aria-label=${words.taskList(plan.version)} aria-busy=${this.sheet.writer.isBusy}>
        ${this.#rows()}
      </ol>
      ${tasks.length > this.drawn ? html`<p><button @click=${() => this.drawAll()}>${words.showAll(tasks.length)}</button></p>` : nothing}
      ${dropped.length ? html`<h3>${words.dropped}</h3><ul class="plain tasks gone">${dropped.map((task) => this.#gone(task))}</ul>` : nothing}
      ${this.mergeForm?.render() ?? nothing}`;
  }

  /** Made anew only when one of these has changed, whatever else is drawn. */
  #rows() {
    const { sheet, selected, drag, drawn } = this;
    const { tasks, canEdit, isProposed, proposed, comments } = sheet;
    return guard([tasks, canEdit, isProposed, proposed, comments, selected, drag, drawn], () => {
      const { changesByCode, commentsByCode } = sheet;
      const kindOf = (code) => (isProposed ? changesByCode.get(code)?.kind : undefined);
      const row = (task, place) => this.#guarded(task, place, kindOf(task.code), commentsByCode.get(task.code), canEdit);
      return repeat(tasks.slice(0, drawn), ({ code }) => code, row);
    });
  }

  #tools(codes) {
    return html`<div class="row tools-row">
      <button @click=${() => this.open(null)}>${words.addTask}</button>
      ${this.sheet.writer.isBusy ? html`<span class="hint saving">${words.saving}</span>` : nothing}
      ${
        codes.length
          ? html`<span class="small" role="status">${words.selected(codes.length)}</span>
        <button @click=${() => this.shift(-1)}>${words.moveUp}</button>
        <button @click=${() => this.shift(1)}>${words.moveDown}</button>
        ${codes.length > 1 ? html`<button @click=${() => this.merge(codes)}>${words.merge}</button>` : nothing}
        ${codes.length < this.sheet.tasks.length ? html`<button class="danger" @click=${() => this.drop(codes)}>${words.drop}</button>` : nothing}
        <button class="quiet" @click=${() => this.clear()}>${words.clear}</button>`
          : nothing
      }
    </div>`;
  }

  #guarded(task, place, kind, comments, canEdit) {
    const { drag } = this;
    const mark = !drag
      ? ""
      : drag.code === task.code
        ? "dragged"
        : drag.onto === task.code
          ? drag.below
            ? "below"
            : "above"
          : "";
    const isSelected = this.selected.has(task.code);
    const row = () => this.#row(task, place, { kind, comments, canEdit, mark, isSelected });
    return html`${guard([task, place, kind, comments, canEdit, mark, isSelected], row)}`;
  }

  #row(task, place, { kind, comments, canEdit, mark, isSelected }) {
    const { code, title, priority, estimates, status } = task;
    return html`<li class="task ${mark} ${kind ?? ""}" data-row=${code}>
      ${canEdit ? this.#grips(task, isSelected) : html`<span class="place number">${place + 1}</span>`}
      <span class="code">${code}</span>
      <span class="what">
        <button class="link" data-code=${code} dir="auto" @click=${() => this.open(code)}>${title}</button>
        <span class="about small muted">${status === "pending" ? nothing : sign(status)} ${tags(kind, comments)} ${after(task)}</span>
      </span>
      <span class="number small muted points">${estimates.story_points ? words.points(estimates.story_points) : nothing}</span>
      <span class="number small muted hours">${estimates.time_hours ? words.hours(estimates.time_hours) : nothing}</span>
      <span class="chip priority p${priority}" title=${words.priorityTitle(priority)}>${words.priority(priority)}</span>
    </li>`;
  }

  #grips({ code, title }, isSelected) {
    const label = words.handle(code, title);
    return html`<span class="grips">
      <button class="quiet handle" data-handle=${code} aria-label=${label} title=${words.handleHint}
        @pointerdown=${(event) => this.startDrag(event, code)} @keydown=${(event) => this.key(event, code)}
      ><span aria-hidden="true">⠿</span></button>
      <input type="checkbox" aria-label=${words.select(code)} .checked=${live(isSelected)}
        @change=${(event) => this.select(code, event.target.checked)} />
    </span>`;
  }

  #gone(task) {
    return html`<li class="task">
      <span class="code">${task.code}</span>
      <span class="what"><button class="link" data-code=${task.code} dir="auto" @click=${() => this.open(task.code)}>${task.title}</button></span>
    </li>`;
  }
}

function tags(kind, comments) {
  return html`${kind ? html`<span class="chip kind-${kind}">${words.kinds[kind]}</span>` : nothing}${comments ? html` <span
    class="chip said">${words.comments(comments)}</span>` : nothing}`;
}

function after({ dependencies }) {
  if (!dependencies.length) return nothing;
  const more = dependencies.length - SHOWN_DEPENDENCIES;
  return html`<span class="after">${words.after} <span
    class="code">${dependencies.slice(0, SHOWN_DEPENDENCIES).join(", ")}${more > 0 ? ` +${more}` : ""}</span></span>`;
}

/** Once it is drawn where it is now: a node that is moved loses the focus. */
export function focusSoon(/** @type {string} */ selector) {
  requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(selector))?.focus());
}

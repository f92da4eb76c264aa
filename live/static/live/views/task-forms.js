// What a verb on a task asks before it is done: how far, and why. Completing one is in completion.js.

import { html } from "../vendor/lit-html/lit-html.js";
import { words as shared } from "../words.js";
import { words } from "../words/board.js";
import { act } from "./verbs.js";

/** The frame of the forms: they send `body()` to `verb`, and stay as they are when it is refused. */
export class VerbForm {
  isSending = false;
  verb = "";
  send = "";

  constructor(page, task, done) {
    Object.assign(this, { page, task, done });
  }

  async submit(event) {
    event.preventDefault();
    this.set({ isSending: true });
    const error = await act(this.page, this.task, this.verb, this.body());
    this.set({ isSending: false });
    if (error) this.refused(error);
    else this.done();
  }

  /** What a refusal tells beyond its words. */
  refused() {}

  set(changes) {
    Object.assign(this, changes);
    this.page.update();
  }

  render() {
    return html`<form class="form card verb-form" @submit=${(event) => this.submit(event)}>
      ${this.fields()}
      <div class="row">
        <button class="primary" ?disabled=${this.isSending}>${this.send}</button>
        <button type="button" @click=${this.done}>${shared.cancel}</button>
      </div>
    </form>`;
  }

  text(label, field, isRequired = false) {
    const change = ({ target }) => (this[field] = target.value);
    return html`<label
      >${label} <textarea maxlength="5000" ?required=${isRequired} .value=${this[field]} @input=${change}></textarea>
    </label>`;
  }
}

export class ProgressForm extends VerbForm {
  verb = "progress";
  send = words.report;
  note = "";

  constructor(page, task, done) {
    super(page, task, done);
    this.percent = task.progress;
  }

  body() {
    return { percent: this.percent, note: this.note };
  }

  fields() {
    return html`<label
        >${words.percentLabel} <output class="number">${this.percent}</output>
        <input
          type="range"
          min="0"
          max="100"
          step="5"
          .value=${String(this.percent)}
          @input=${({ target }) => this.set({ percent: Number(target.value) })}
        />
      </label>
      ${this.text(words.note, "note")}`;
  }
}

export class BlockForm extends VerbForm {
  verb = "block";
  send = words.verbs.block;
  reason = "";

  body() {
    return { reason: this.reason };
  }

  fields() {
    return this.text(words.reason, "reason", true);
  }
}

export class ReopenForm extends BlockForm {
  verb = "reopen";
  send = words.verbs.reopen;

  fields() {
    return this.text(words.reopenReason, "reason");
  }
}

// Several tasks become one. A merge that would make tasks wait in a circle is not offered, but shown.

import { dialog } from "../parts/dialog.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";
import { cyclePath } from "./cycle-path.js";
import { edgesOf, findCycle, mergedEdges } from "./cycles.js";

export class MergeForm {
  constructor(page, sheet, codes, /** @type {(isDone: boolean) => void} */ close) {
    this.page = page;
    this.sheet = sheet;
    this.close = close;
    this.tasks = sheet.tasks.filter(({ code }) => codes.includes(code));
    this.title = this.tasks[0].title;
  }

  /** The circle that there would be, or null. */
  get cycle() {
    return findCycle(
      mergedEdges(
        edgesOf(this.sheet.tasks),
        this.tasks.map(({ code }) => code),
      ),
    );
  }

  submit(event) {
    event.preventDefault();
    const codes = this.tasks.map(({ code }) => code);
    this.sheet.edit([{ op: "merge", codes, fields: { title: this.title } }]);
    this.close(true);
  }

  render() {
    const { cycle, tasks } = this;
    const body = html`<form id="merge" class="form" @submit=${(event) => this.submit(event)}>
      <ul class="plain">${tasks.map(({ code, title }) => html`<li><span class="code">${code}</span> <bdi>${title}</bdi></li>`)}</ul>
      <p class="hint">${words.mergeHint(tasks[0].code)}</p>
      ${
        cycle
          ? cyclePath(cycle)
          : html`<label>${words.fields.title}
        <input required maxlength="200" dir="auto" .value=${live(this.title)} @input=${(event) => (this.title = event.target.value)} />
      </label>`
      }
    </form>`;
    const actions = html`<button @click=${() => this.close(false)}>${words.cancel}</button>
      ${cycle ? nothing : html`<button class="primary" form="merge">${words.mergeVerb}</button>`}`;
    return dialog({ title: words.mergeTitle(tasks.length), onClose: () => this.close(false) }, body, actions);
  }
}

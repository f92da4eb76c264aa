// One task becomes several.

import { dialog } from "../parts/dialog.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";

const MOST_PARTS = 20;

export class SplitForm {
  constructor(page, sheet, code, /** @type {() => void} */ close) {
    this.page = page;
    this.sheet = sheet;
    this.close = close;
    this.task = sheet.tasks.find((task) => task.code === code);
    const { title, estimates } = this.task;
    const points = Math.ceil(estimates.story_points / 2);
    const time_hours = estimates.time_hours / 2;
    this.parts = [
      { title, story_points: points, time_hours },
      { title: "", story_points: estimates.story_points - points, time_hours },
    ];
  }

  add() {
    this.parts = [...this.parts, { title: "", story_points: 0, time_hours: 0 }];
    this.page.update();
  }

  remove(part) {
    this.parts = this.parts.filter((each) => each !== part);
    this.page.update();
  }

  /** The first part is the task itself, but for its title and size. */
  submit(event) {
    event.preventDefault();
    const { code, description, acceptance, mcp_tools, deliverables, priority } = this.task;
    const whole = { description, acceptance, mcp_tools, deliverables };
    const into = this.parts.map(({ title, story_points, time_hours }, place) => ({
      ...(place ? {} : whole),
      title: title.trim(),
      priority,
      estimates: { story_points: Number(story_points), time_hours: Number(time_hours) },
    }));
    this.sheet.edit([{ op: "split", code, into }]);
    this.close();
  }

  render() {
    const { parts } = this;
    const body = html`<form id="split" class="form" @submit=${(event) => this.submit(event)}>
      <p class="hint">${words.splitHint}</p>
      ${parts.map((part, place) => this.#part(part, place))}
      ${parts.length < MOST_PARTS ? html`<p><button type="button" @click=${() => this.add()}>${words.addPart}</button></p>` : nothing}
    </form>`;
    const actions = html`<button @click=${this.close}>${words.cancel}</button><button
      class="primary" form="split">${words.split.replace("…", "")}</button>`;
    return dialog({ title: words.splitTitle(this.task.code), isWide: true, onClose: this.close }, body, actions);
  }

  #part(part, place) {
    const typed = (name) => (event) => (part[name] = event.target.value);
    return html`<fieldset class="part">
      <legend>${words.part(place + 1)}</legend>
      <label>${words.fields.title}<input required maxlength="200" dir="auto" .value=${live(part.title)} @input=${typed("title")} /></label>
      <label>${words.fields.story_points}<input type="number" min="0" max="100" required .value=${live(String(part.story_points))}
        @input=${typed("story_points")} /></label>
      <label>${words.fields.time_hours}<input type="number" min="0" max="2000" step="any" required .value=${live(String(part.time_hours))}
        @input=${typed("time_hours")} /></label>
      ${this.parts.length > 2 && place ? html`<button type="button" class="quiet" aria-label=${words.removePart(place + 1)}
        @click=${() => this.remove(part)}>×</button>` : nothing}
    </fieldset>`;
  }
}

// Carrying a proposal over to the plan that was accepted meanwhile, and deciding where both sides changed the same thing.

import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";
import { bodyOf, isDecided, takesValue, textOf } from "./resolutions.js";

const SIDES = ["base", "mine", "theirs"];

export class Rebase {
  /** What is to be decided: those of the last answer, and those before them, which are sent again. @type {any[]} */ conflicts =
    [];
  /** @type {import("./resolutions.js").Decisions} */ decisions = new Map();
  /** @type {any} */ problem = null;
  isSending = false;

  /** @param {(plan: any) => void} done  Gets the new version. */
  constructor(page, sheet, done) {
    this.page = page;
    this.sheet = sheet;
    this.done = done;
  }

  /** Try, with all that is decided so far. */
  async send() {
    Object.assign(this, { isSending: true, problem: null });
    this.page.update();
    try {
      this.done(await this.page.api.post(`plans/${this.sheet.plan.id}/rebase/`, bodyOf(this.conflicts, this.decisions)));
    } catch (error) {
      if (error.code === "conflicts") this.#take(error.conflicts);
      else this.problem = error;
    }
    this.isSending = false;
    this.page.update();
  }

  /** New ones beside those that are decided; one that has changed is decided anew. */
  #take(conflicts) {
    const known = this.conflicts.filter(({ id }) => this.decisions.has(id) && !conflicts.some((each) => each.id === id));
    for (const { id } of conflicts) this.decisions.delete(id);
    this.conflicts = [...known, ...conflicts];
  }

  decide(id, decision) {
    this.decisions = new Map(this.decisions).set(id, decision);
    this.page.update();
  }

  decideAll(take) {
    for (const { id } of this.conflicts) if (!this.decisions.has(id)) this.decisions.set(id, { take });
    this.page.update();
  }

  giveUp() {
    Object.assign(this, { conflicts: [], decisions: new Map(), problem: null });
    this.page.update();
  }

  // Drawing

  /** What the head of a version says that has to be carried over. */
  notice(active) {
    return html`<div class="notice row">
      <p>${words.staleBase(active.version)}</p>
      ${this.sheet.canEdit && !this.conflicts.length ? html`<button class="primary" ?disabled=${this.isSending}
        @click=${() => this.send()}>${words.rebase(active.version)}</button>` : nothing}
      ${this.problem ? html`<p role="alert">${this.problem.detail || this.problem.message}</p>` : nothing}
    </div>`;
  }

  get isOpen() {
    return this.conflicts.length > 0;
  }

  render() {
    const { conflicts, decisions } = this;
    const open = conflicts.filter(({ id }) => !decisions.has(id)).length;
    return html`<section class="rebase" aria-label=${words.conflictsTitle(conflicts.length)}>
      <h3>${words.conflictsTitle(conflicts.length)}</h3>
      <p class="muted small">${words.conflictsHint}</p>
      <p class="row"><button @click=${() => this.decideAll("mine")}>${words.allMine}</button><button
        @click=${() => this.decideAll("theirs")}>${words.allTheirs}</button></p>
      ${conflicts.map((conflict) => this.#conflict(conflict))}
      <p class="row finish">
        <span role="status">${open ? words.stillOpen(open) : nothing}</span>
        <button @click=${() => this.giveUp()}>${words.cancel}</button>
        ${isDecided(conflicts, decisions) ? html`<button class="primary" ?disabled=${this.isSending}
          @click=${() => this.send()}>${words.finish}</button>` : nothing}
      </p>
    </section>`;
  }

  #conflict(conflict) {
    const { id, code, field, detail, kind } = conflict;
    const decision = this.decisions.get(id);
    return html`<fieldset class="conflict ${decision ? "decided" : ""}">
      <legend><span class="code">${code}</span>${field ? html` ${words.fields[field] ?? field}` : nothing}</legend>
      <p class="small"><bdi>${detail}</bdi></p>
      ${kind === "cycle" ? nothing : html`<div class="sides">${SIDES.map((side) => this.#side(conflict, side, decision))}</div>`}
      <div class="row">
        ${this.#choice(id, "mine", words.takeMine, decision)} ${this.#choice(id, "theirs", words.takeTheirsSide, decision)}
        ${takesValue(conflict) ? this.#choice(id, "value", words.takeValue, decision, textOf(conflict.mine)) : nothing}
      </div>
      ${decision?.take === "value" ? this.#value(id, decision) : nothing}
    </fieldset>`;
  }

  #side(conflict, side, decision) {
    return html`<div class="side ${decision?.take === side ? "taken" : ""}">
      <p class="label">${words.sides[side]}</p>
      <div class="prose" dir="auto">${sideTold(conflict, conflict[side])}</div>
    </div>`;
  }

  #choice(id, take, text, decision, begin) {
    return html`<label class="inline"><input type="radio" name=${id} .checked=${live(decision?.take === take)}
      @change=${() => this.decide(id, { take, text: begin })} />${text}</label>`;
  }

  #value(id, decision) {
    const type = (event) => this.decide(id, { ...decision, text: event.target.value });
    return html`<label>${words.value}<textarea rows="3" dir="auto" .value=${live(decision.text)} @input=${type}></textarea></label>`;
  }
}

/** One side's wish: a field's value, a whole task, or the task that it stands after. */
function sideTold({ kind, field }, value) {
  if (kind === "order") return value === null ? words.top : words.afterTask(value);
  if (kind === "dropped_changed" || kind === "work") return value === null ? words.leftOut : value.title;
  if (field === "estimates" && value) return `${words.points(value.story_points)} · ${words.hours(value.time_hours)}`;
  return textOf(value) || words.emptyValue;
}

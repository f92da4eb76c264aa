// The planner at work: what it is asked for, how long it has been at it, and a way to stop it.

import { actor } from "../parts/actor.js";
import { dialog } from "../parts/dialog.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";

const OPEN = ["queued", "running"];
const KINDS = ["plan", "refine"];
const ENDS = ["plan.generated", "plan.refined", "error"];

export class Planner {
  /** The runs that are not over, and our own that have failed. @type {any[]} */ runs = [];
  /** As it is typed. */ instructions = "";
  isAsking = false; // whether the form for a new plan is open
  isSending = false;
  /** @type {any} */ problem = null;
  #own = new Set(); // ids of the runs asked for here
  #clock;

  /** @param {(planId: number) => void} made  Gets what a run asked for here has made. */
  constructor(page, made) {
    this.page = page;
    this.made = made;
  }

  get #path() {
    return `projects/${this.page.project.id}/`;
  }

  /** The runs that others have asked for, or we before. */
  async read() {
    const pages = await Promise.all(OPEN.map((status) => this.page.api.get(`${this.#path}generations/`, { status, limit: 50 })));
    const open = pages.flatMap(({ results }) => results).filter(({ kind }) => KINDS.includes(kind));
    this.runs = [...new Map(open.map((run) => [run.id, run])).values()];
    this.#keepTime();
  }

  close() {
    clearInterval(this.#clock);
  }

  /** A run has ended, perhaps one of those shown. */
  async hear({ type, payload }) {
    if (!ENDS.includes(type) || (type === "error" && !KINDS.includes(payload.kind))) return;
    await Promise.all(this.runs.filter(({ status }) => OPEN.includes(status)).map(({ id }) => this.#look(id)));
    this.page.update();
  }

  // Asking

  generate(event) {
    event.preventDefault();
    return this.#ask(`${this.#path}plans/generate/`, { instructions: this.instructions });
  }

  refine(planId, instructions) {
    return this.#ask(`plans/${planId}/refine/`, { instructions });
  }

  /** True when the run is begun. What was typed stays until then. */
  async #ask(path, body) {
    Object.assign(this, { isSending: true, problem: null });
    this.page.update();
    try {
      const run = await this.page.api.post(path, body, { prefer: "respond-async" });
      this.#own.add(run.id);
      this.runs = [...this.runs, run];
      Object.assign(this, { isAsking: false, instructions: "" });
      this.#keepTime();
      await this.#look(run.id); // it may have been faster than this answer
      return true;
    } catch (error) {
      this.problem = error;
      return false;
    } finally {
      this.isSending = false;
      this.page.update();
    }
  }

  async cancel(run) {
    try {
      await this.page.api.post(`generations/${run.id}/cancel/`);
      this.#forget(run.id);
      this.page.say(words.runCancelled);
    } catch (error) {
      if (error.code === "generation_ended") await this.#look(run.id);
      else this.page.fail(error);
    }
    this.page.update();
  }

  /** What has become of a run. */
  async #look(id) {
    const run = await this.page.api.get(`generations/${id}/`);
    if (OPEN.includes(run.status)) return;
    const isOwn = this.#own.has(id);
    const isKnown = this.runs.some((each) => each.id === id);
    this.#forget(id);
    if (!isOwn || !isKnown) return;
    if (run.status === "done") this.made(run.target.id);
    if (run.status === "failed") this.problem = { detail: words.runFailed(run.error?.message ?? "") };
  }

  #forget(id) {
    this.runs = this.runs.filter((run) => run.id !== id);
    this.#keepTime();
  }

  /** While something runs, the page counts the seconds. */
  #keepTime() {
    clearInterval(this.#clock);
    if (this.runs.length) this.#clock = setInterval(() => this.page.update(), 1000);
  }

  // Drawing

  ask(isAsking) {
    Object.assign(this, { isAsking, problem: null });
    this.page.update();
  }

  render() {
    return html`<div class="runs" role="status">${this.runs.map((run) => this.#run(run))}</div>
      ${this.problem && !this.isAsking ? this.#problem() : nothing} ${this.isAsking ? this.#form() : nothing}`;
  }

  #run(run) {
    const seconds = Math.max(Math.round((Date.now() - Date.parse(run.created_at)) / 1000), 0);
    return html`<div class="card row run">
      <progress aria-label=${words.running[run.kind]}></progress>
      <span>${words.running[run.kind]} <span class="muted">${words.runningFor}</span>${actor(run.requested_by)}</span>
      <span class="number muted" aria-hidden="true">${words.elapsed(seconds)}</span>
      ${this.page.can("edit") ? html`<button @click=${() => this.cancel(run)}>${words.cancel}</button>` : nothing}
    </div>`;
  }

  #problem() {
    const { detail, message, errors = {} } = this.problem;
    const told = Object.entries(errors).map(([name, texts]) => html`<br />${name}: ${[texts].flat().join(" ")}`);
    return html`<div class="notice bad row" role="alert"><p>${detail || message}${told}</p><button class="quiet"
      @click=${() => this.ask(this.isAsking)}>${words.dismiss}</button></div>`;
  }

  #form() {
    const body = html`<form id="generate" class="form" @submit=${(event) => this.generate(event)}>
      ${this.problem ? this.#problem() : nothing}
      <p class="hint">${words.generateHint}</p>
      <label>${words.instructions} <span class="hint">${words.optional}</span>
        <textarea rows="4" maxlength="20000" dir="auto" .value=${live(this.instructions)}
          @input=${(event) => (this.instructions = event.target.value)}></textarea>
      </label>
    </form>`;
    const actions = html`<button @click=${() => this.ask(false)}>${words.cancel}</button><button class="primary" form="generate"
      ?disabled=${this.isSending}>${words.write}</button>`;
    return dialog({ title: words.generateTitle, onClose: () => this.ask(false) }, body, actions);
  }
}

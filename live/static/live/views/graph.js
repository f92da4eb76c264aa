// The plan as a graph and as a schedule, and the way so far: the gateway's pictures, with the same in a table.

import { addressOf } from "../routes.js";
import { guard } from "../vendor/lit-html/directives/guard.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { PictureFrame } from "../plans/picture-frame.js";
import { figures, legend, taskTable } from "../plans/analysis-table.js";
import { firstShown } from "../plans/versions.js";
import { words } from "../words/graph.js";

const PICTURES = ["graph", "gantt", "burnup"];
const REFRESHED_EVERY_MS = 1000;
const DEPTHS = [1, 2, 3, 4, 6];

export class GraphView {
  /** @type {any[]} */ versions = [];
  picture = "graph";
  /** Id of the version that is shown. @type {number | null} */ planId = null;
  /** Of the version: GET plans/{id}/analysis/. @type {any} */ analysis = null;
  /** The code of a task, where only what is around it is shown. */ focus = "";
  depth = 2;
  /** @type {"story_points" | "tasks" | ""} */ unit = "";
  isWhole = false; // whether the table has all rows
  #count = 0; // of the pictures asked for: each has an address of its own, so that it is drawn anew
  #soon;
  #readAt = 0;

  constructor(page, rest) {
    this.page = page;
    this.frame = new PictureFrame(() => page.update());
    this.rest = rest;
  }

  async enter() {
    const [picture, plan] = this.rest;
    this.picture = PICTURES.includes(picture) ? picture : PICTURES[0];
    const known = Number(plan) || this.planId || this.page.project.state.plan?.id;
    const versions = this.#readVersions();
    if (!known) await versions;
    this.planId = known || (firstShown(this.versions, undefined)?.id ?? null);
    await this.#read();
    versions.catch((error) => this.page.fail(error)); // the pictures need not wait for them
  }

  leave() {
    clearTimeout(this.#soon);
  }

  turn(rest) {
    this.rest = rest;
    this.enter().catch((error) => this.page.fail(error));
  }

  // Reading

  async #readVersions() {
    const { results } = await this.page.api.get(`projects/${this.page.project.id}/plans/`, { limit: 20 });
    this.versions = results.map(({ tasks: _, ...version }) => version);
    this.page.update();
  }

  async #read() {
    this.#readAt = Date.now();
    this.#count++;
    if (this.planId !== null) this.analysis = await this.page.api.get(`plans/${this.planId}/analysis/`);
    if (this.focus && !this.analysis?.tasks.some(({ code }) => code === this.focus)) this.focus = "";
    this.page.update();
  }

  /** What changes the plan or the work changes the pictures: at once, but not more than once a second. */
  onEvent({ type, payload }) {
    if (!/^(plan|task)\./.test(type) || type === "plan.commented" || type === "plan.reviewed") return;
    const isNewVersion = /^plan\.(created|generated|refined|rebased|accepted)$/.test(type);
    this.#refresh(isNewVersion, type === "plan.accepted" ? payload.plan_id : null);
  }

  #refresh(isNewVersion, accepted) {
    this.isStale ||= isNewVersion;
    if (accepted !== null && this.#showsAccepted) this.planId = accepted;
    this.#soon ??= setTimeout(
      async () => {
        this.#soon = undefined;
        try {
          if (this.isStale) await this.#readVersions();
          this.isStale = false;
          await this.#read();
        } catch (error) {
          this.page.fail(error);
        }
      },
      Math.max(this.#readAt + REFRESHED_EVERY_MS - Date.now(), 0),
    );
  }

  /** Whoever looks at the accepted plan goes on with the next one. */
  get #showsAccepted() {
    return this.versions.find(({ id }) => id === this.planId)?.status !== "proposed";
  }

  // Choosing

  address(picture, planId = this.planId) {
    return addressOf(this.page.project.id, "graph", picture, ...(planId ? [planId] : []));
  }

  around(code) {
    this.focus = code;
    if (this.picture !== "graph") this.page.go(this.address("graph"));
    this.#count++;
    this.page.update();
    document.querySelector(".graph .frame")?.scrollIntoView({ block: "nearest" });
  }

  /** A code, or a title as it stands in the list. */
  search({ target }) {
    const text = target.value.trim().toLowerCase();
    const found = this.analysis.tasks.find(({ code, title }) => [code, title].some((each) => each.toLowerCase() === text));
    if (found || !text) this.around(found?.code ?? "");
  }

  set(name, value) {
    this[name] = value;
    this.#count++;
    this.page.update();
  }

  get src() {
    const { api, project } = this.page;
    const at = `${project.seq}.${this.#count}`;
    if (this.picture === "burnup") return api.url(`projects/${project.id}/burnup.svg`, { unit: this.unit || undefined, at });
    const around = this.picture === "graph" && this.focus ? { focus: this.focus, depth: this.depth } : {};
    return api.url(`plans/${this.planId}/${this.picture}.svg`, { ...around, at });
  }

  // Drawing

  render() {
    if (this.planId === null) return this.#empty();
    const link = (name) =>
      html`<a href=${this.address(name)} aria-current=${name === this.picture ? "page" : nothing}>${words.pictures[name]}</a>`;
    return html`<div class="graph">
      <header class="row">
        <h1 class="visually-hidden">${words.title}</h1>
        <nav class="tabs" aria-label=${words.picturesOf}>${PICTURES.map(link)}</nav>
        <div class="row options">${this.#options()}</div>
      </header>
      ${this.#picture()}
      ${this.picture === "burnup" ? html`<p>${words.progress(...this.#progress)}</p>` : this.#facts()}
    </div>`;
  }

  /** Asked for anew only when something has changed, whatever else is drawn. */
  #picture() {
    this.drawn = guardedSrc(this.drawn, this.#count, () => this.src);
    const name = words.pictures[this.picture];
    return this.frame.render(this.drawn.src, this.#alt, name);
  }

  get #alt() {
    const { name } = this.page.project;
    return words.alt[this.picture](name, ...this.#progress);
  }

  /** How far the work is: done, all, and in what. */
  get #progress() {
    const tasks = this.page.project.state.tasks.filter(({ status }) => status !== "dropped");
    const points = (some) => some.reduce((sum, { estimates }) => sum + estimates.story_points, 0);
    const done = tasks.filter(({ status }) => status === "done");
    const unit = this.unit || (points(tasks) ? "story_points" : "tasks");
    const count = unit === "tasks" ? (some) => some.length : points;
    return [count(done), count(tasks), words.units[unit]];
  }

  #options() {
    if (this.picture === "burnup") return this.#units();
    return html`<label class="inline">${words.version}
        <select @change=${(event) => this.page.go(this.address(this.picture, Number(event.target.value)))}>
          ${this.versions.map((version) => html`<option value=${version.id}
            .selected=${version.id === this.planId}>${words.versionOption(version)}</option>`)}
        </select>
      </label>
      ${this.picture === "graph" ? this.#focus() : nothing}`;
  }

  #units() {
    const option = ([name, text]) =>
      html`<label class="inline"><input type="radio" name="unit" .checked=${live(words.units[name] === this.#progress[2])}
        @change=${() => this.set("unit", name)} />${text}</label>`;
    return html`${Object.entries(words.units).map(option)}`;
  }

  #focus() {
    const tasks = this.analysis?.tasks ?? [];
    return html`<label class="inline">${words.focus}
        <input type="search" list="graph-tasks" placeholder=${words.focusHint} .value=${live(this.focus)} @change=${(event) => this.search(event)} />
      </label>
      <datalist id="graph-tasks">${guard([this.analysis], () => tasks.map(({ code, title }) => html`<option value=${code}>${title}</option>`))}</datalist>
      ${
        this.focus
          ? html`<label class="inline">${words.depth}
          <select @change=${(event) => this.set("depth", Number(event.target.value))}>${DEPTHS.map((depth) => html`<option
            .selected=${depth === this.depth}>${depth}</option>`)}</select>
        </label>
        <button @click=${() => this.around("")}>${words.wholePlan}</button>`
          : nothing
      }`;
  }

  #facts() {
    const { analysis, isWhole } = this;
    if (!analysis) return nothing;
    const showAll = () => this.set("isWhole", true);
    const around = (code) => this.around(code);
    return guard(
      [analysis, isWhole],
      () => html`${legend()} ${figures(analysis)} ${taskTable(analysis, { isWhole, showAll, around })}`,
    );
  }

  #empty() {
    return html`<div class="empty"><h1 class="visually-hidden">${words.title}</h1><p><strong>${words.noPlan}</strong></p>
      <p><a href=${addressOf(this.page.project.id, "plans")}>${words.toPlans}</a></p></div>`;
  }
}

/** The address of a picture, kept until another one is asked for. */
function guardedSrc(drawn, count, make) {
  return drawn?.count === count ? drawn : { count, src: make() };
}

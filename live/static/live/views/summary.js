// How a project stands, in one strip: plan, progress, the context now and what changed in it last.

import { progressBar } from "../parts/status.js";
import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/board.js";

const CONTEXT_EVENTS = ["context.generated", "context.updated"];

export class Summary {
  /** The active global context; null before there is one. @type {any} */ context = null;
  /** Names of what its newest version says differently. @type {string[]} */ changed = [];
  #wanted = 0;

  constructor(page) {
    this.page = page;
  }

  async load() {
    const { project, api } = this.page;
    const id = project.state.project.active_context;
    if (!id) return;
    const [context, diff] = await Promise.all([api.get(`contexts/${id}/`), api.get(`contexts/${id}/diff/`)]);
    this.context = context;
    this.changed = [diff.added, diff.changed, diff.removed].flatMap(Object.keys);
  }

  /** The newest context, when a moment has passed without another: agents refresh it with every task. */
  onEvent({ type, payload }) {
    if (!CONTEXT_EVENTS.includes(type) || payload.scope !== "global") return;
    clearTimeout(this.#wanted);
    this.#wanted = setTimeout(() => this.refresh(), 400);
  }

  async refresh() {
    await this.load().catch((error) => this.page.fail(error));
    this.page.update();
  }

  render() {
    const { state, id } = this.page.project;
    return html`<section class="summary" aria-label=${words.summary}>
      ${state.plan ? standing(state.plan) : nothing} ${this.contextNow(id)}
    </section>`;
  }

  contextNow(id) {
    const { context, changed } = this;
    if (!this.page.project.state.project.active_context) return html`<p class="muted">${words.noContext}</p>`;
    if (!context) return html`<div class="context-now"></div>`; // its place is kept, so that nothing moves under the pointer
    const last = changed.length ? `; ${words.changedLast(changed.join(", ").replaceAll("_", " "))}` : nothing;
    return html`<div class="context-now">
      <p><a href=${addressOf(id, "context")}>${words.contextNow}</a> <bdi>${context.content.summary}</bdi></p>
      <p class="muted">${words.contextVersion(context.version)}, ${ago(context.created_at)}${last}</p>
    </div>`;
  }
}

const standing = ({ version, stats }) =>
  html`<div class="standing">
    <p class="row">
      <strong>${words.plan(version)}</strong>
      <span class="number">${words.done(stats.completed, stats.total)}</span>
      ${stats.blocked ? html`<span class="status blocked">■ ${words.blockedCount(stats.blocked)}</span>` : nothing}
      <span class="number muted">${words.percent(stats.progress)}</span>
    </p>
    ${progressBar(stats.progress, words.progress)}
  </div>`;

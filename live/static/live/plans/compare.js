// Two versions side by side: what is different, word by word and item by item.

import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";
import { sidesOf } from "./versions.js";

export class Comparison {
  /** Id of the other version; null: an empty plan. @type {number | null} */ against;
  /** @type {any} */ diff = null;
  #read = "";

  constructor(page, sheet, /** @type {() => any[]} */ versions) {
    this.page = page;
    this.sheet = sheet;
    this.versions = versions;
    this.against = sheet.plan.base;
  }

  /** Read what is different, unless it is known; told when the version has changed. */
  async read() {
    const { id, revision } = this.sheet.plan;
    const wanted = `${id}.${revision}.${this.against}`;
    if (this.#read === wanted) return;
    this.#read = wanted;
    try {
      const diff = await this.page.api.get(`plans/${id}/diff/`, { against: this.against ?? undefined });
      if (this.#read === wanted) this.diff = diff;
    } catch (error) {
      this.#read = "";
      this.page.fail(error);
    }
    this.page.update();
  }

  choose(id) {
    this.against = id;
    this.read();
  }

  // Drawing

  render() {
    const { plan } = this.sheet;
    const others = this.versions().filter(({ id }) => id !== plan.id);
    const option = ({ id, version, status }) =>
      html`<option value=${id} .selected=${id === this.against}>${words.version(version)}, ${status}</option>`;
    return html`<div class="compare">
      <div class="heads">
        <label>${words.compareWith}
          <select @change=${(event) => this.choose(Number(event.target.value))}>
            ${this.against === null ? html`<option selected value="">${words.nothing}</option>` : nothing}${others.map(option)}
          </select>
        </label>
        <p><span class="label">${words.compareThis}</span>${words.version(plan.version)}, ${plan.status}</p>
      </div>
      ${this.diff ? difference(this.diff) : nothing}
    </div>`;
  }
}

function difference(diff) {
  const isSame = !["added", "dropped", "changed", "moved"].some((part) => diff[part].length);
  const part = (name, list, one) =>
    list.length ? html`<section class="part-${name}"><h3>${words.sections[name]}</h3>${list.map(one)}</section>` : nothing;
  return html`${totals(diff.totals)}
    ${isSame ? html`<p class="empty">${words.same}</p>` : nothing}
    ${diff.changed.length ? html`<section><h3>${words.sections.changed}</h3>${repeat(diff.changed, ({ code }) => code, changedTask)}</section>` : nothing}
    ${part("added", diff.added, (task) => onlyOn("after", task))}
    ${part("dropped", diff.dropped, (task) => onlyOn("before", task))}
    ${part("split", diff.split, ({ code, into }) => html`<p><span class="code">${code}</span> ${words.becomes} <span
      class="code">${into.join(", ")}</span></p>`)}
    ${part("merged", diff.merged, ({ codes, into }) => html`<p><span class="code">${codes.join(", ")}</span> ${words.becomes} <span
      class="code">${into}</span></p>`)}
    ${part("moved", diff.moved, ({ code, title, from, to }) => html`<p><span class="code">${code}</span> <bdi>${title}</bdi> <span
      class="muted">${words.movedTo(from, to)}</span></p>`)}
    ${edges(diff.dependencies)}`;
}

/** The sizes of the two plans. */
function totals({ from, to }) {
  const value = (name, side) => (name === "tasks" || name === "story_points" ? side[name] : Number(side[name].toFixed(1)));
  const row = ([name, text]) => html`<tr>
    <th scope="row">${text}</th><td class="number">${value(name, from)}</td>
    <td class="number ${value(name, from) === value(name, to) ? "muted" : "strong"}">${value(name, to)}</td>
  </tr>`;
  return html`<div class="scroll-x"><table class="totals"><tbody>
    ${Object.entries(words.totals).map(row)}
    <tr><th scope="row">${words.criticalPath}</th><td class="code">${path(from)}</td><td class="code">${path(to)}</td></tr>
  </tbody></table></div>`;
}

const path = ({ critical_path }) =>
  (critical_path.length > 8 ? [...critical_path.slice(0, 4), "…", ...critical_path.slice(-3)] : critical_path).join(" → ");

const changedTask = ({ code, title, fields }) => html`<article class="pair">
  <h4><span class="code">${code}</span> <bdi>${title}</bdi></h4>
  ${Object.entries(fields).map(
    ([name, change]) => html`<div class="field">
    <p class="label">${words.fields[name] ?? name}</p>
    <div class="side before">${side(change, "before")}</div>
    <div class="side after">${side(change, "after")}</div>
  </div>`,
  )}
</article>`;

/** One side of a field: a text with its words marked, a list by its items, anything else as it is. */
function side(change, which) {
  if (change.words) return html`<p class="prose" dir="auto">${sidesOf(change.words)[which].map(word)}</p>`;
  if (change.added)
    return items(change[which === "before" ? "from" : "to"], which === "before" ? change.removed : change.added, which);
  return html`<p>${plain(change[which === "before" ? "from" : "to"])}</p>`;
}

function word({ kind, text }) {
  if (kind === "gone") return html`<del>${text}</del>`;
  return kind === "new" ? html`<ins>${text}</ins>` : text;
}

function items(list, marked, which) {
  if (!list.length) return html`<p class="muted">${words.emptyValue}</p>`;
  const item = (text) =>
    !marked.includes(text) ? text : which === "before" ? html`<del>${text}</del>` : html`<ins>${text}</ins>`;
  return html`<ul>${list.map((text) => html`<li dir="auto">${item(text)}</li>`)}</ul>`;
}

/** Estimates, or a number. */
function plain(value) {
  if (value === null || typeof value !== "object") return String(value ?? "");
  return `${words.points(value.story_points)} · ${words.hours(value.time_hours)}`;
}

/** A task that only one side has. */
const onlyOn = (which, { code, title, description, dependencies }) => html`<article class="pair">
  <div class="field">
    <p class="label code">${code}</p>
    ${which === "after" ? html`<div class="side before"></div>` : nothing}
    <div class="side ${which}">
      <p>${which === "after" ? html`<ins dir="auto">${title}</ins>` : html`<del dir="auto">${title}</del>`}</p>
      ${description ? html`<p class="prose small" dir="auto">${description}</p>` : nothing}
      ${dependencies.length ? html`<p class="small muted">${words.after} <span class="code">${dependencies.join(", ")}</span></p>` : nothing}
    </div>
    ${which === "before" ? html`<div class="side after"></div>` : nothing}
  </div>
</article>`;

function edges({ added = [], removed = [] } = {}) {
  if (!added.length && !removed.length) return nothing;
  const edge =
    (verb, name) =>
    ({ code, waits_for }) =>
      html`<li class=${name}><span class="code">${code}</span> ${verb} <span class="code">${waits_for}</span></li>`;
  return html`<section><h3>${words.sections.dependencies}</h3>
    <ul class="plain edges">${added.map(edge(words.waitsFor, "came"))}${removed.map(edge(words.noLonger, "went"))}</ul>
  </section>`;
}

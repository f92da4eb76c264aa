// What a task waits for: taken away by a click, found by code or title. What would close a circle is shown as such, and refused.

import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";
import { cyclePath } from "./cycle-path.js";
import { cycleThrough, edgesOf, everyoneWaitingFor } from "./cycles.js";

const MATCHES = 8;

export class DependencyPicker {
  query = "";
  /** The circle that the last choice would have closed. @type {string[] | null} */ cycle = null;
  #waiting = { tasks: null, map: new Map() };

  /** @param {() => any[]} tasks  Of the version, as they are now. @param {() => void} changed */
  constructor(code, tasks, changed) {
    this.code = code;
    this.tasks = tasks;
    this.changed = changed;
  }

  /** Who waits for the task, by the version as it is now. */
  get waiting() {
    const tasks = this.tasks();
    if (this.#waiting.tasks !== tasks) {
      const map = this.code ? everyoneWaitingFor(edgesOf(tasks), this.code) : new Map();
      this.#waiting = { tasks, map };
    }
    return this.#waiting.map;
  }

  cycleWith(dependency) {
    return this.code ? cycleThrough(this.waiting, this.code, dependency) : null;
  }

  search(text) {
    Object.assign(this, { query: text, cycle: null });
    this.changed();
  }

  /** The codes with one more, if that closes no circle. */
  choose(codes, code) {
    this.cycle = this.cycleWith(code);
    if (!this.cycle) this.query = "";
    this.changed();
    return this.cycle ? codes : [...codes, code];
  }

  /** @param {string[]} codes @param {(codes: string[]) => void} set */
  render(codes, set) {
    const titles = new Map(this.tasks().map(({ code, title }) => [code, title]));
    return html`<fieldset class="picker">
      <legend>${words.fields.dependencies}</legend>
      <ul class="plain row">
        ${codes.map((code) => chosen(code, titles.get(code), () => set(codes.filter((each) => each !== code))))}
        ${codes.length ? nothing : html`<li class="hint">${words.none}</li>`}
      </ul>
      <label>${words.dependencyLabel}
        <input type="search" autocomplete="off" placeholder=${words.dependencyPlaceholder} .value=${live(this.query)}
          @input=${(event) => this.search(event.target.value)} @keydown=${(event) => this.#enter(event, codes, set)} />
      </label>
      ${this.query.trim() ? this.#matches(codes, set) : nothing}
      ${this.cycle ? cyclePath(this.cycle) : nothing}
    </fieldset>`;
  }

  #found(codes) {
    const wanted = this.query.trim().toLowerCase();
    const isMatch = ({ code, title }) => code.toLowerCase().includes(wanted) || title.toLowerCase().includes(wanted);
    return this.tasks().filter((task) => task.code !== this.code && !codes.includes(task.code) && isMatch(task));
  }

  /** Enter takes the first match, rather than sending the form. */
  #enter(event, codes, set) {
    if (event.key !== "Enter" || !this.query.trim()) return;
    event.preventDefault();
    const [first] = this.#found(codes);
    if (first) set(this.choose(codes, first.code));
  }

  #matches(codes, set) {
    const found = this.#found(codes);
    const one = ({ code, title }) => {
      const cycle = this.cycleWith(code);
      return html`<li>
        <button type="button" class="quiet ${cycle ? "refused" : ""}" @click=${() => set(this.choose(codes, code))}>
          <span class="code">${code}</span> <bdi>${title}</bdi>
          ${cycle ? html`<span class="why">${words.refusedDependency(cycle)}</span>` : nothing}
        </button>
      </li>`;
    };
    const more = found.length - MATCHES;
    return html`<p class="visually-hidden" role="status">${words.matches(found.length)}</p>
    <ul class="plain matches">
      ${found.length ? found.slice(0, MATCHES).map(one) : html`<li class="hint">${words.noMatch}</li>`}
      ${more > 0 ? html`<li class="hint">${words.furtherMatches(more)}</li>` : nothing}
    </ul>`;
  }
}

const chosen = (code, title, remove) => html`<li class="chip">
  <span>${code} <bdi>${title}</bdi></span>
  <button type="button" class="quiet" aria-label=${words.stopWaiting(code)} @click=${remove}>×</button>
</li>`;

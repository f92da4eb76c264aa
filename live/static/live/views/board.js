// The board: what waits, what is worked on by whom, what is blocked, what is done.

import { COLUMNS, DRAWN, columns } from "../parts/cards.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { words } from "../words/board.js";
import { Summary } from "./summary.js";
import { QUICK, verbsOf } from "./verbs.js";

const MORE = 200;
const loadDialog = () => import("./task.js"); // with Markdown and forms: not before the board is there
const STEPS = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

/** The board of a project, and over it the task that the address names. */
export class BoardView {
  /** Code of the card that the focus was on last. */ active = "";
  filter = "";
  /** @type {Record<string, number>} */ drawn = Object.fromEntries(COLUMNS.map((status) => [status, DRAWN]));
  /** Code of the task that the address names. @type {string | undefined} */ code;
  /** Its dialog, when that is there. @type {import("./task.js").TaskDialog | null} */ open = null;

  constructor(page, rest) {
    this.page = page;
    this.summary = new Summary(page);
    this.turn(rest);
  }

  /** The board need not wait for the words above it, nor for what a click will want. */
  async enter() {
    this.summary
      .refresh()
      .then(loadDialog)
      .catch(() => undefined); // who clicks will be told
  }

  /** Another task, or none, is to be open. */
  turn([code]) {
    if (code === this.code) return;
    this.code = code;
    this.open = null;
    if (code) this.#openTask(code).catch((error) => this.page.fail(error));
    this.page.update();
  }

  async #openTask(code) {
    this.active = code;
    const { TaskDialog } = await loadDialog();
    if (code !== this.code) return;
    this.open = new TaskDialog(this.page, code, () => this.page.go(addressOf(this.page.project.id)));
    this.open.load();
    this.page.update();
  }

  onEvent(event) {
    this.summary.onEvent(event);
    this.open?.onEvent(event);
  }

  showMore(status) {
    this.drawn = { ...this.drawn, [status]: this.drawn[status] + MORE };
    this.page.update();
  }

  search({ target }) {
    this.filter = target.value;
    this.page.update();
  }

  isWanted({ code, title, claim }) {
    const text = `${code} ${title} ${claim?.holder.name ?? ""}`.toLowerCase();
    return this.filter
      .toLowerCase()
      .split(" ")
      .every((word) => text.includes(word));
  }

  render() {
    const { project } = this.page;
    return html`<div class="board">
      <h1 class="visually-hidden">${words.title(project.name)}</h1>
      ${this.summary.render()} ${project.state.plan ? this.board(project) : noPlan(project)} ${this.open?.render() ?? nothing}
    </div>`;
  }

  board({ state, since }) {
    const options = {
      since,
      active: this.active,
      drawn: this.drawn,
      isWanted: this.filter.trim() ? (task) => this.isWanted(task) : undefined,
      onMore: (status) => this.showMore(status),
      action: this.page.can("edit") ? (task) => this.quickVerb(task) : undefined,
    };
    return html`<div class="row tools-row">
        <input
          type="search"
          aria-label=${words.filter}
          placeholder=${words.filterHint}
          .value=${live(this.filter)}
          @input=${(event) => this.search(event)}
        />
        <span class="hint keys">${words.keys}</span>
      </div>
      <div class="cards" @keydown=${(event) => this.walk(event)} @focusin=${(event) => this.remember(event)}>
        ${columns(state, options)}
      </div>`;
  }

  /** What one most likely wants to do with a task, on its card. */
  quickVerb(task) {
    const verb = verbsOf(task, this.page).find((each) => each in QUICK);
    if (!verb) return nothing;
    const start = () =>
      verb === "complete" ? this.page.go(addressOf(task.project, "board", task.code, "complete")) : QUICK[verb](this.page, task);
    return html`<button class="quick" @click=${start}>
      ${words.verbs[verb]}<span class="visually-hidden"> ${task.code}</span>
    </button>`;
  }

  remember({ target }) {
    const { code } = target.closest("li.task-card")?.querySelector("[data-code]")?.dataset ?? {};
    if (!code || code === this.active) return;
    this.active = code;
    this.page.update();
  }

  /** Arrow keys go up and down a column, and over to the card beside it. */
  walk(event) {
    const card = event.target.closest("[data-code]");
    if (!card || !(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [across, down] = STEPS[event.key];
    (across ? beside(card, across) : along(card, down))?.focus();
  }
}

const noPlan = ({ id }) =>
  html`<div class="empty">
    <p><strong>${words.noPlan}</strong></p>
    <p>${words.noPlanHint} <a href=${addressOf(id, "plans")}>${words.toPlans}</a></p>
  </div>`;

const cardsOf = (column) => [...column.querySelectorAll("[data-code]")];

function along(card, down) {
  const cards = cardsOf(card.closest("ul"));
  return cards[Math.min(Math.max(cards.indexOf(card) + down, 0), cards.length - 1)];
}

/** The nearest card by its height, in the next column that has any. */
function beside(card, across) {
  const all = [...(card.closest(".columns")?.querySelectorAll(".column") ?? [])];
  const { top } = card.getBoundingClientRect();
  for (let at = all.indexOf(card.closest(".column")) + across; all[at]; at += across) {
    const distance = (each) => Math.abs(each.getBoundingClientRect().top - top);
    const nearest = cardsOf(all[at]).sort((one, other) => distance(one) - distance(other))[0];
    if (nearest) return nearest;
  }
  return undefined;
}

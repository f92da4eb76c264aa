// The board's columns and cards, from a state alone: now, or as it was at any event.

import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { guard } from "../vendor/lit-html/directives/guard.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { words } from "../words/board.js";
import { actor } from "./actor.js";
import { progressBar, sign } from "./status.js";
import { ago, currentMoment } from "./time.js";

/**
 * @typedef {object} CardOptions
 * @property {(task: any) => unknown} [action]  A button for a card; without it, the cards only tell.
 * @property {(task: any) => boolean} [isWanted]
 * @property {Map<string, string>} [since]  When claims began, by code.
 * @property {string} [active]  Code of the card that the Tab key reaches; "": the first of all.
 * @property {Record<string, number>} [drawn]  How many cards are drawn, by column.
 * @property {(status: string) => void} [onMore]
 */

export const COLUMNS = ["pending", "in_progress", "blocked", "done"];
export const DRAWN = 30; // cards of a column, until somebody asks for more
const URGENT = 1;

/** All columns of `state`, as the API gives it. The dropped tasks are folded away below. */
export function columns(/** @type {any} */ state, /** @type {CardOptions} */ options = {}) {
  const board = arrange(state, options);
  const active = board.all.some(({ code }) => code === options.active) ? options.active : board.all[0]?.code;
  const shown = { ...options, state, active, done: board.done };
  return html`<div class="columns">${COLUMNS.map((status) => column(status, board.columns[status], shown))}</div>
    ${board.columns.dropped.length ? dropped(board.columns.dropped, shown) : nothing}`;
}

/** The wanted tasks by status; the newest of what is done first. */
function arrange({ tasks }, { isWanted = () => true }) {
  const wanted = tasks.filter(isWanted);
  const having = (status) => wanted.filter((task) => task.status === status);
  const found = Object.fromEntries([...COLUMNS, "dropped"].map((status) => [status, having(status)]));
  found.done.sort((one, other) => (one.completed_at < other.completed_at ? 1 : -1));
  const done = new Set(tasks.filter(({ status }) => status === "done").map(({ code }) => code));
  return { columns: found, all: COLUMNS.flatMap((status) => found[status]), done };
}

function column(status, tasks, options) {
  const most = options.drawn?.[status] ?? DRAWN;
  const title = `column-${status}`;
  return html`<section class="column ${status}" aria-labelledby=${title}>
    <h2 id=${title}>${sign(status)} ${words.columns[status]} <span class="count number">${tasks.length}</span></h2>
    <ul class="plain">
      ${repeat(
        tasks.slice(0, most),
        ({ code }) => code,
        (task) => item(task, options),
      )}
      ${tasks.length ? nothing : html`<li class="empty">${words.empty[status]}</li>`}
      ${
        tasks.length > most && options.onMore
          ? html`<li>
              <button class="quiet" @click=${() => options.onMore(status)}>${words.more(tasks.length - most)}</button>
            </li>`
          : nothing
      }
    </ul>
  </section>`;
}

const dropped = (tasks, options) =>
  html`<details class="dropped">
    <summary>${words.columns.dropped} <span class="count number">${tasks.length}</span></summary>
    <ul class="plain">
      ${repeat(
        tasks.slice(0, DRAWN),
        ({ code }) => code,
        (task) => item(task, options),
      )}
    </ul>
  </details>`;

function item(task, options) {
  const waitsFor = waitingFor(task, options.done);
  const isCurrent = options.state.project.current_task_code === task.code;
  const isActive = options.active === task.code;
  const since = options.since?.get(task.code) ?? task.started_at;
  const moment = task.claim || task.status === "in_progress" ? currentMoment() : 0;
  return html`<li class="task-card ${task.status}">
    ${guard([task, waitsFor.join(), isCurrent, isActive, since, moment, Boolean(options.action)], () =>
      card(task, { ...options, waitsFor, isCurrent, isActive, since }),
    )}
  </li>`;
}

/** The codes of what must be done before a pending task can begin. */
export function waitingFor(/** @type {any} */ { status, dependencies }, /** @type {Set<string>} */ done) {
  return status === "pending" ? dependencies.filter((code) => !done.has(code)) : [];
}

function card(task, { isCurrent, isActive, waitsFor, since, action }) {
  const { code, title, status, progress, claim, priority, estimates, blocked_reason: reason } = task;
  return html`<a
      class="task-title"
      href=${addressOf(task.project, "board", code)}
      data-code=${code}
      tabindex=${isActive ? 0 : -1}
    >
      <span class="code">${code}</span> <bdi>${title}</bdi>
      ${isCurrent ? html`<span class="visually-hidden">(${words.current})</span>` : nothing}
    </a>
    ${reason ? html`<p class="reason" dir="auto">${reason}</p>` : nothing}
    ${status === "in_progress" ? progressBar(progress, words.progressOf(code)) : nothing}
    <p class="facts">
      ${claim ? html`<span class="holder">${actor(claim.holder)}</span>` : nothing}
      ${since && status !== "done" && status !== "pending" ? ago(since) : nothing}
      ${status === "done" && task.completed_at ? ago(task.completed_at) : nothing}
      ${status === "in_progress" ? html`<span class="number">${words.percent(progress)}</span>` : nothing}
      ${waitsFor.length ? html`<span>${words.waitsFor(waitsFor.slice(0, 3))}${waitsFor.length > 3 ? "…" : ""}</span>` : nothing}
      ${isCurrent ? html`<span class="chip current" title=${words.current}>▸ ${words.current}</span>` : nothing}
      <span class="right">
        ${priority === URGENT ? html`<span class="chip" title=${words.priorityTitle}>${words.priority(priority)}</span>` : nothing}
        ${estimates.story_points ? html`<span class="number" title=${words.pointsTitle}>${words.points(estimates.story_points)}</span>` : nothing}
      </span>
      ${action?.(task) ?? nothing}
    </p>`;
}

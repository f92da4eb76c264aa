// What stands above the board of a moment: which moment it is, the slider, and the buttons. Templates over a TimeView.

import { actorMark } from "../parts/actor.js";
import { progressBar, status } from "../parts/status.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { sentenceOf } from "../words/feed.js";
import { words } from "../words/time.js";
import { track } from "./track.js";

/** @typedef {import("../views/time.js").TimeView} TimeView */

const SPEEDS = [1, 5, 20, 100, 500];
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const whenWas = ({ timestamp }) => (timestamp ? exact.format(new Date(timestamp)) : "");

/** Which event it is, when it was and what happened. */
export function moment(/** @type {TimeView} */ view) {
  const { state, head, shownSeq, isLive, isPlaying, event } = view;
  return html`<div class="moment" aria-live=${isPlaying ? "off" : "polite"}>
    <p>
      <strong class="number">${words.event(shownSeq)}</strong> <span class="muted number">${words.of(head)} ·</span>
      ${state.timestamp ? html`<time class="muted" datetime=${state.timestamp}>${whenWas(state)}</time>` : nothing}
      ${isLive ? html`<span class="chip">● ${words.now}</span>` : nothing}
    </p>
    <p class="happened">${event ? happened(event, state) : nothing}</p>
  </div>`;
}

function happened(event, { tasks }) {
  const { says, quote } = sentenceOf(event);
  const task = tasks.find(({ code }) => code === event.task_code);
  return html`${actorMark(event.actor)} <b><bdi>${event.actor.name}</bdi></b> ${says}
    ${event.task_code ? html`<span class="code">${event.task_code}</span>` : nothing}
    ${task ? html`<bdi>${task.title}</bdi>` : nothing} ${quote ? html`<span class="muted" dir="auto">${quote}</span>` : nothing}`;
}

/** The log from its first event to its last, with its marks. */
export function slider(/** @type {TimeView} */ view) {
  const { shownSeq, first, head, state, marks } = view;
  return html`<div class="rail">
    ${track(marks, first, head)}
    <input
      type="range"
      aria-label=${words.slider}
      aria-valuetext=${words.at(shownSeq, head, whenWas(state))}
      min=${first}
      max=${head}
      step="1"
      .value=${live(String(shownSeq))}
      @input=${({ target }) => view.seek(Number(target.value))}
      @keydown=${(event) => press(event, view)}
    />
  </div>`;
}

function press(event, view) {
  const act = { " ": () => view.toggle(), PageUp: () => view.toMark(1), PageDown: () => view.toMark(-1) }[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
}

/** The verbs of the time. */
export function controls(/** @type {TimeView} */ view) {
  const { shownSeq, first, head, isPlaying, isLive } = view;
  const isFirst = shownSeq <= first;
  const isLast = shownSeq >= head;
  const speed = (count) => html`<option value=${count} ?selected=${count === view.speed}>${words.perSecond(count)}</option>`;
  return html`<div class="row controls">
      ${button("⇤", words.markBack, isFirst, () => view.toMark(-1))}
      ${button("←", words.stepBack, isFirst, () => view.seek(shownSeq - 1))}
      <button class="primary play" @click=${() => view.toggle()}>
        <span aria-hidden="true">${isPlaying ? "❚❚" : "▶"}</span> ${isPlaying ? words.pause : words.play}
      </button>
      ${button("→", words.step, isLast, () => view.seek(shownSeq + 1))} ${button("⇥", words.mark, isLast, () => view.toMark(1))}
      <select aria-label=${words.speed} @change=${({ target }) => view.setSpeed(Number(target.value))}>
        ${SPEEDS.map(speed)}
      </select>
      <button ?disabled=${isLive} @click=${() => view.toNow()}>${words.backToNow}</button>
      ${chapterList(view)}
    </div>
    <p class="hint">${words.keys} ${first > 1 ? words.trimmed(first) : ""}</p>`;
}

const button = (glyph, label, isOff, act) =>
  html`<button aria-label=${label} title=${label} ?disabled=${isOff} @click=${act}>
    <span aria-hidden="true">${glyph}</span>
  </button>`;

function chapterList(view) {
  const { chapters, done } = view.marks;
  if (!chapters.length) return nothing;
  const one = ({ seq, version }) =>
    html`<li>
      <button class="quiet" aria-label=${words.chapterAt(version, seq)} @click=${() => view.seek(seq)}>
        <span aria-hidden="true">⚑</span> ${words.chapter(version)}
      </button>
    </li>`;
  return html`<ul class="plain row chapters" aria-label=${words.chapters}>
      ${chapters.map(one)}
    </ul>
    ${done.length ? html`<span class="muted small">${words.doneMarks(done.length)}</span>` : nothing}`;
}

/** The project in a line, as it stood. */
export function standing(/** @type {Record<string, any>} */ { plan, project, artifacts, contexts }) {
  const context = contexts.find(({ scope }) => scope === "global");
  return html`<p class="row stood">
    ${status(project.status, words.project[project.status])}
    ${plan ? planLine(plan) : html`<span class="muted">${words.noPlan}</span>`}
    <span class="muted">${words.artifacts(artifacts.length)}</span>
    ${context ? html`<span class="muted">${words.context(context.version)}</span>` : nothing}
  </p>`;
}

const planLine = ({ version, stats }) =>
  html`<strong>${words.plan(version)}</strong> ${progressBar(stats.progress, words.plan(version))}
    <span class="number">${words.progress(stats.progress)}</span>
    <span>${words.done(stats.completed, stats.total)}</span>
    ${stats.blocked ? html`<span>${words.blocked(stats.blocked)}</span>` : nothing}`;

// One run of an agent: how it is, what it holds, what it told.

import { actor, actorMark } from "../parts/actor.js";
import { status } from "../parts/status.js";
import { ago } from "../parts/time.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { words } from "../words/agents.js";
import { sentenceOf } from "../words/feed.js";
import { held } from "./claims.js";
import { isOpen, isOpenQuestion } from "./roster.js";

const LATEST = 4;
const SIGNS = { thought: "…", action: "▸", elicitation: "?", response: "✓", error: "✕" };

/**
 * @typedef {object} Options
 * @property {any[]} claims  What it holds.
 * @property {Map<string, any>} tasksByCode
 * @property {any[]} feed  The latest events of the log, newest first.
 * @property {boolean} isWhole  All that it told is shown.
 * @property {boolean} canStop
 * @property {boolean} isBusy
 * @property {() => void} stop
 * @property {() => void} showAll
 * @property {(question: any) => unknown} answering  The form for a question that nobody has answered.
 */

/** @param {Record<string, any>} run @param {Options} options */
export function runCard(run, options) {
  return html`<article class="card run ${run.status}" id="run-${run.id}" aria-labelledby="run-name-${run.id}">
    <header>
      ${actorMark({ kind: "ai", name: run.agent })}
      <h3 id="run-name-${run.id}" dir="auto">${run.agent}</h3>
      ${status(run.status, words.runStatus[run.status])}
      ${
        options.canStop && isOpen(run)
          ? html`<button class="danger stop" ?disabled=${options.isBusy} @click=${options.stop}>
              ${words.stop}<span class="visually-hidden"> ${run.agent}</span>
            </button>`
          : nothing
      }
    </header>
    ${times(run)} ${isOpen(run) ? holding(options) : nothing}
    ${run.summary ? html`<p class="prose gist" dir="auto">${run.summary}</p>` : nothing} ${told(run, options)}
  </article>`;
}

function times({ agent, actor: who, model, created_at, seen_at, ended_at }) {
  return html`<p class="row small muted">
    ${who?.name && who.name !== agent ? actor(who) : nothing} ${model ? html`<span class="chip">${model}</span>` : nothing}
    <span>${words.begun} ${ago(created_at)}</span>
    <span>${ended_at ? words.ends : words.seen} ${ago(ended_at ?? seen_at)}</span>
  </p>`;
}

function holding({ claims, tasksByCode }) {
  if (!claims.length) return html`<p class="small muted">${words.holdsNothing}</p>`;
  const one = ({ resource, progress }) =>
    html`<li>${held(resource, tasksByCode)} ${progress ? html`<span class="number muted">${progress} %</span>` : nothing}</li>`;
  return html`<div class="holding">
    <span class="small muted">${words.holds}</span>
    <ul class="plain">
      ${claims.map(one)}
    </ul>
  </div>`;
}

function told(run, options) {
  const { activities = [] } = run;
  if (!activities.length) return isOpen(run) ? lately(run, options.feed) : nothing;
  const shown = options.isWhole ? activities : activities.slice(-LATEST);
  return html`<ol class="plain activities" aria-label=${words.activities(run.agent)}>
      ${repeat(
        shown,
        ({ id }) => id,
        (activity) => activityItem(activity, run, options),
      )}
    </ol>
    ${shown.length < activities.length ? html`<button class="quiet" @click=${options.showAll}>${words.earlier} (${activities.length})</button>` : nothing}`;
}

/** What the log tells of an agent that speaks for itself in nothing. */
function lately(run, feed) {
  const events = feed.filter(({ actor: who }) => who.kind === "ai" && who.id === run.actor?.id).slice(0, LATEST);
  if (!events.length) return html`<p class="small muted">${words.saidNothing}</p>`;
  const one = (event) =>
    html`<li>
      <span class="sign" aria-hidden="true">·</span>
      <span class="prose" dir="auto"
        >${sentenceOf(event).says} <span class="code small">${event.task_code ?? ""}</span> ${sentenceOf(event).quote}</span
      >
      <span class="muted small">${ago(event.timestamp)}</span>
    </li>`;
  return html`<ol class="plain activities" aria-label=${words.activities(run.agent)}>
    ${events.reverse().map(one)}
  </ol>`;
}

function activityItem(activity, run, options) {
  const { kind, body, task_code, created_at } = activity;
  return html`<li class=${kind}>
    <span class="sign" aria-hidden="true">${SIGNS[kind] ?? "•"}</span>
    <div>
      <span class="visually-hidden">${words.activityKind[kind] ?? kind}:</span>
      <span class="prose" dir="auto">${body}</span> ${task_code ? html`<span class="code small">${task_code}</span>` : nothing}
      ${kind === "elicitation" ? answerOf(activity, run, options) : nothing}
    </div>
    <span class="muted small">${ago(created_at)}</span>
  </li>`;
}

/** What people said to a question; of a run that has ended it is still open in the context, and can be answered here. */
function answerOf(activity, run, { answering }) {
  if (!isOpenQuestion(activity)) {
    return html`<p class="answer" dir="auto">
      ${activity.answer} <span class="muted small">${words.answeredBy}</span> ${actor(activity.answered_by)}
    </p>`;
  }
  return isOpen(run) ? nothing : answering(activity);
}

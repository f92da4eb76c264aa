// A question that an agent asks people, to be answered where it stands.

import { actor } from "../parts/actor.js";
import { ago } from "../parts/time.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/agents.js";

/**
 * @param {Record<string, any>} question  An activity.
 * @param {{agent: string, canAnswer: boolean, isBusy: boolean, answer: (text: string) => Promise<boolean>}} options
 */
export function openQuestion(question, { agent, canAnswer, isBusy, answer }) {
  return html`<article class="card asking" aria-label=${`${agent} ${words.asks}`}>
    <header class="row">
      ${actor({ kind: "ai", name: agent })} <span>${words.asks}</span>
      ${question.task_code ? html`<span class="code">${question.task_code}</span>` : nothing}
      <span class="muted small">${ago(question.created_at)}</span>
    </header>
    <p class="prose said" dir="auto">${question.body}</p>
    ${canAnswer ? answerForm(question, isBusy, answer) : html`<p class="muted small">${words.unanswered}</p>`}
  </article>`;
}

function answerForm({ id, options = [] }, isBusy, answer) {
  const submit = async (event) => {
    event.preventDefault();
    const form = event.target;
    const text = event.submitter?.value || new FormData(form).get("answer");
    if (await answer(String(text))) form.reset();
  };
  const offered = (option) =>
    html`<button name="option" value=${option} ?disabled=${isBusy} formnovalidate dir="auto">${option}</button>`;
  return html`<form @submit=${submit}>
    ${options.length ? html`<div class="row options">${options.map(offered)}</div>` : nothing}
    <div class="own-words">
      <label for="answer-${id}">${options.length ? words.orSay : words.yourAnswer}</label>
      <textarea id="answer-${id}" name="answer" rows="1" maxlength="20000" required dir="auto" @keydown=${sendByEnter}></textarea>
      <button class="primary" value="" ?disabled=${isBusy}>${words.answer}</button>
    </div>
  </form>`;
}

/** Ctrl or ⌘ with Enter sends what is typed. */
function sendByEnter(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
    event.target.form.requestSubmit(event.target.form.lastElementChild.querySelector("button"));
}

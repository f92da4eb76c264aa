// What changed between two versions, readable without colours.

import { html } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/context.js";
import { differences } from "./differences.js";

const NAMES = {
  summary: "Summary",
  current_task: words.current,
  done_tasks: words.done,
  pending_tasks: words.howMany,
  open_tasks: words.pending,
  decisions: words.decisions,
  open_questions: words.questions,
  risks: words.risks,
};

/** @param {any} diff  As `GET contexts/{id}/diff/`. */
export function changes(diff) {
  const found = differences(diff);
  if (!found.length) return html`<p class="muted">${words.same}</p>`;
  return found.map(
    ({ name, gone, fresh }) =>
      html`<section class="change">
        <h3>${NAMES[name] ?? name.replaceAll("_", " ")}</h3>
        <ul class="plain">
          ${gone.map((text) => line("gone", "−", text))} ${fresh.map((text) => line("fresh", "+", text))}
        </ul>
      </section>`,
  );
}

const line = (kind, sign, text) =>
  html`<li class=${kind}>
    <span class="sign" aria-hidden="true">${sign}</span><span class="visually-hidden">${words[kind]}:</span>
    ${kind === "gone" ? html`<del class="prose" dir="auto">${text}</del>` : html`<ins class="prose" dir="auto">${text}</ins>`}
  </li>`;

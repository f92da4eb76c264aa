// A tool call that an agent may not make without a person: what it is, whole, and what the person says to it.

import { actor } from "../parts/actor.js";
import { status } from "../parts/status.js";
import { ago } from "../parts/time.js";
import { ref } from "../vendor/lit-html/directives/ref.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/agents.js";
import { readable, revealed } from "./readable.js";

/**
 * @typedef {object} Verbs
 * @property {boolean} canDecide
 * @property {boolean} isBusy
 * @property {boolean} isRefusing  Its form for the reason is open.
 * @property {() => void} confirm
 * @property {() => void} askWhy
 * @property {() => void} keep
 * @property {(reason: string) => void} refuse
 */

/** @param {Record<string, any>} call @param {Verbs} verbs */
export function waitingCall(call, verbs) {
  return html`<article class="card asking" aria-label=${`${call.requested_by.name} ${words.wantsTo} ${call.tool}`}>
    <header class="row">
      ${actor(call.requested_by)} <span>${words.wantsTo}</span> <strong class="tool">${toolName(call)}</strong>
      ${call.sensitive ? html`<span class="chip warn">! ${words.sensitive}</span>` : nothing}
      ${call.task_code ? html`<span class="code">${call.task_code}</span>` : nothing}
      <span class="muted small">${ago(call.created_at)}</span>
    </header>
    ${argumentList(call.arguments)} ${verbs.canDecide ? decision(call, verbs) : nothing}
  </article>`;
}

const toolName = ({ server, tool }) => html`<span class="muted">${revealed(server)} ·</span> ${revealed(tool)}`;

function argumentList(given) {
  const lines = Object.keys(given).length ? readable(given) : [];
  if (!lines.length) return html`<p class="muted">${words.noArguments}</p>`;
  const hasMarks = lines.some(({ path, text }) => `${path}${text}`.includes("‹U+"));
  const one = ({ path, text, isLong }) =>
    html`<div class=${isLong ? "long" : ""}>
      <dt>${path}</dt>
      <dd dir="ltr">${text}</dd>
    </div>`;
  return html`<h3 class="small">${words.arguments}</h3>
    <dl class="arguments">${lines.map(one)}</dl>
    ${hasMarks ? html`<p class="hint">${words.hidden}</p>` : nothing}`;
}

function decision(call, { isBusy, isRefusing, confirm, askWhy, keep, refuse }) {
  if (isRefusing)
    return reasonForm({ id: `refuse-${call.id}`, label: words.whyRefuse, verb: words.refuseNow, isBusy, send: refuse, keep });
  return html`<div class="row">
    <button class="primary" ?disabled=${isBusy} @click=${confirm}>${words.confirm}</button>
    <button class="danger" id="refuse-button-${call.id}" ?disabled=${isBusy} @click=${askWhy}>${words.refuse}</button>
  </div>`;
}

/** A reason, asked for where the verb stood. */
export function reasonForm({ id, label, verb, isBusy, send, keep }) {
  const submit = (event) => {
    event.preventDefault();
    send(String(new FormData(event.target).get("reason")).trim());
  };
  const leave = (event) => event.key === "Escape" && keep();
  return html`<form class="why" @submit=${submit} @keydown=${leave}>
    <label for=${id}>${label}</label>
    <textarea id=${id} name="reason" rows="2" maxlength="5000" dir="auto" ${ref(focus)}></textarea>
    <div class="row">
      <button class="danger" ?disabled=${isBusy}>${verb}</button>
      <button type="button" @click=${keep}>${words.keep}</button>
    </div>
  </form>`;
}

/** Whoever has asked for it writes there next. Not at once: it is drawn, and not yet on the page. */
const focus = (element) => queueMicrotask(() => element?.focus());

const SIGN_OF = { waiting: "awaiting_input", refused: "cancelled" };

/** The calls of late, with how they ended. */
export function callTable(/** @type {Record<string, any>[]} */ calls) {
  const row = (call) =>
    html`<tr>
      <td>${status(SIGN_OF[call.status] ?? call.status, words.callStatus[call.status])}</td>
      <td>${toolName(call)}</td>
      <td>${actor(call.requested_by)} ${call.task_code ? html`<span class="code">${call.task_code}</span>` : nothing}</td>
      <td class="ending" dir="auto">${ending(call)}</td>
      <td>${ago(call.created_at)}</td>
    </tr>`;
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${words.latestCalls}>
    <table>
      <tbody>
        ${calls.map(row)}
      </tbody>
    </table>
  </div>`;
}

const ending = ({ error, reason, result }) => error?.message || reason || result?.text || "";

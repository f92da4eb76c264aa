// A context as people read it: every statement with its source, where it was told.

import { actor } from "../parts/actor.js";
import { status } from "../parts/status.js";
import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/context.js";
import { otherMembers, statements, taskLines, worded } from "./statements.js";

const SHOWN_TASKS = 8;

/** @param {Record<string, any>} context  As `GET contexts/{id}/`. */
export function content({ content: said, scope, project }, /** @type {Map<string, any>} */ tasksByCode) {
  const parts = scope === "task" ? ofTask(said, project) : ofProject(said, project, tasksByCode);
  return html`<p class="prose gist" dir="auto">${worded(said.summary ?? "")}</p>
    <div class="statements">
      ${parts} ${statementList(words.decisions, said.decisions, words.empty.decisions, project)}
      ${statementList(words.questions, said.open_questions, words.empty.questions, project)}
      ${statementList(words.risks, said.risks, words.empty.risks, project)} ${otherMembers(said, scope).map(asItIs)}
    </div>`;
}

function ofProject({ current_task: current, done_tasks: done, pending_tasks: pending, open_tasks: open }, project, tasksByCode) {
  const left = typeof pending === "number" ? words.left(pending) : "";
  return html`<section>
      <h3>${words.current}</h3>
      <p>
        ${current ? html`${taskLink(worded(current), project)} <span dir="auto">${tasksByCode.get(current)?.title ?? ""}</span>` : words.noCurrent}
      </p>
    </section>
    ${taskList(words.pending, taskLines(open), project, left)}
    ${taskList(words.done, taskLines(done), project, words.nothingDone)}`;
}

function ofTask({ acceptance, deliverables, waits_for, unblocks, notes, blocked_reason: blocked }, project) {
  const some = (title, list) => (Array.isArray(list) && list.length ? statementList(title, list, "", project) : nothing);
  const tasks = (title, list) => (Array.isArray(list) && list.length ? taskList(title, taskLines(list), project) : nothing);
  return html`${
    blocked
      ? html`<section class="notice bad">
          <h3>${words.blocked}</h3>
          <p dir="auto">${worded(blocked)}</p>
        </section>`
      : nothing
  }
  ${some(words.acceptance, acceptance)} ${some(words.deliverables, deliverables)} ${tasks(words.waitsFor, waits_for)}
  ${tasks(words.unblocks, unblocks)} ${some(words.notes, notes)}`;
}

function statementList(title, entries, none, project) {
  const list = statements(entries);
  return html`<section>
    <h3>${title} <span class="count">${list.length || ""}</span></h3>
    ${
      list.length
        ? html`<ul class="plain said">
            ${list.map((each) => statement(each, project))}
          </ul>`
        : html`<p class="muted">${none}</p>`
    }
  </section>`;
}

function statement({ text, why, code, at, by }, project) {
  const hasSource = by || at || code;
  return html`<li>
    <p class="prose" dir="auto">${text}</p>
    ${why ? html`<p class="small" dir="auto"><span class="muted">${words.because}</span> ${why}</p>` : nothing}
    ${
      hasSource
        ? html`<p class="row small muted source">
            ${by ? actor({ kind: worded(by.kind ?? "user"), name: worded(by.name ?? "") }) : nothing}
            ${isMoment(at) ? ago(at) : at} ${code ? taskLink(code, project) : nothing}
          </p>`
        : nothing
    }
  </li>`;
}

function taskList(title, tasks, project, none = "") {
  const one = ({ code, title: name, status: standing }) =>
    html`<li>
      ${code ? taskLink(code, project) : nothing}
      <span dir="auto">${name}</span>
      ${standing && standing !== "pending" && standing !== "done" ? html`<span class="small">${status(standing)}</span>` : nothing}
    </li>`;
  const rest = tasks.slice(SHOWN_TASKS);
  return html`<section>
    <h3>${title} <span class="count">${tasks.length || ""}</span></h3>
    ${
      tasks.length
        ? html`<ul class="plain tasks">
            ${tasks.slice(0, SHOWN_TASKS).map(one)}
          </ul>`
        : html`<p class="muted">${none}</p>`
    }
    ${
      rest.length
        ? html`<details>
            <summary class="small">+ ${rest.length}</summary>
            <ul class="plain tasks">
              ${rest.map(one)}
            </ul>
          </details>`
        : nothing
    }
  </section>`;
}

const taskLink = (code, project) => html`<a class="code" href=${addressOf(project, "board", code)}>${code}</a>`;

const asItIs = ([name, text]) =>
  html`<section>
    <h3>${name.replaceAll("_", " ")}</h3>
    <pre class="prose" tabindex="0" dir="auto">${text}</pre>
  </section>`;

const isMoment = (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));

// What the pictures of a plan show, as text: its figures, the critical path, and a row for each task.

import { sign } from "../parts/status.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/graph.js";

export const ROWS = 150;

/** The plan in figures. */
export function figures({ hours, hours_left, most_at_once, next, critical_path }) {
  const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="figures">
    ${fact(words.hoursAtLeast, words.hours(hours))} ${fact(words.hoursLeft, words.hours(hours_left))} ${fact(words.atOnce, most_at_once)}
    ${fact(words.next, html`<span class="code">${next ?? words.none}</span>`)}
    ${fact(words.criticalPath, html`<span class="code path">${critical_path.join(" → ")}</span>`)}
  </dl>`;
}

export function legend() {
  const signs = Object.entries(words.signs);
  return html`<ul class="plain row legend small" aria-label=${words.legend}>
    ${signs.map(([name, text]) => html`<li>${standing(name)} ${text}</li>`)}
  </ul>`;
}

/** As the pictures draw it. */
function standing(name) {
  if (name === "critical") return html`<span class="critical" aria-hidden="true">◆</span>`;
  return name === "ready" ? html`<span class="begin" aria-hidden="true">▷</span>` : sign(name);
}

/**
 * A row for each task, in the order of the work.
 * @param {{tasks: any[]}} analysis
 * @param {{isWhole: boolean, showAll: () => void, around: (code: string) => void}} options  `isWhole`: all rows, however many.
 */
export function taskTable({ tasks }, { isWhole, showAll, around }) {
  const inOrder = [...tasks].sort((one, other) => one.start - other.start);
  const shown = isWhole ? inOrder : inOrder.slice(0, ROWS);
  const more = inOrder.length - shown.length;
  const { columns } = words;
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${words.table}>
    <table class="analysis">
      <caption>${words.table}</caption>
      <thead><tr>
        <th scope="col">${columns.task}</th><th scope="col">${columns.standing}</th>
        ${["hours", "begins", "ends", "slack"].map((name) => html`<th scope="col" class="end">${columns[name]}</th>`)}
        <th scope="col">${columns.waits}</th><th scope="col" class="end">${columns.unblocks}</th>
      </tr></thead>
      <tbody>${repeat(
        shown,
        ({ code }) => code,
        (task) => row(task, around),
      )}</tbody>
    </table>
    ${more > 0 ? html`<p class="row small">${words.further(more)} <button @click=${showAll}>${words.showAll}</button></p>` : nothing}
  </div>`;
}

function row(task, around) {
  const { code, title, standing: name, critical, hours, estimated, start, finish, slack, dependencies, unblocks_in_all } = task;
  return html`<tr class=${critical ? "on-path" : ""}>
    <th scope="row">
      <button class="link code" title=${words.lookAround(code)} @click=${() => around(code)}>${code}</button> <bdi>${title}</bdi>
      ${critical ? html`<span class="critical" role="img" aria-label=${words.signs.critical} title=${words.signs.critical}>◆</span>` : nothing}
    </th>
    <td>${standing(name)} ${words.signs[name] ?? name}</td>
    <td class="number end">${words.hours(hours)}${estimated ? nothing : html` <span class="muted">${words.unestimated}</span>`}</td>
    <td class="number end">${words.hours(start)}</td>
    <td class="number end">${words.hours(finish)}</td>
    <td class="number end">${words.hours(slack)}</td>
    <td class="code">${dependencies.join(", ") || words.none}</td>
    <td class="number end">${unblocks_in_all || words.none}</td>
  </tr>`;
}

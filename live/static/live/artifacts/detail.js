// One artifact: seen large, with its report and what can be done with it.

import { dialog } from "../parts/dialog.js";
import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/artifacts.js";
import { preview } from "./gallery.js";
import { nameOf, shownAs, sized } from "./guess.js";
import { report } from "./verdict.js";

/**
 * @typedef {object} Options
 * @property {string} projectId
 * @property {string} url  Of its file.
 * @property {boolean} canEdit
 * @property {boolean} isChecking
 * @property {string} trouble  Why it could not be checked; "".
 * @property {() => void} close
 * @property {() => void} check
 * @property {() => void} remove
 */

/** @param {Record<string, any>} artifact @param {Options} options */
export function detail(artifact, options) {
  const { url, projectId, trouble } = options;
  const body = html`<div class="artifact">
    ${shownAs(artifact) ? html`<div class="preview large">${preview(artifact, url)}</div>` : nothing}
    <h3>${words.report}</h3>
    <div class="report" role="status">${report(artifact)} ${trouble ? html`<p class="notice">${trouble}</p>` : nothing}</div>
    ${facts(artifact, projectId)}
  </div>`;
  return dialog({ title: nameOf(artifact), onClose: options.close, isWide: true }, body, actions(artifact, options));
}

function facts({ path, uri, size_bytes, sha256, task_code, type, category, created_at }, projectId) {
  const row = (name, value) =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<dl class="measures">
    ${path ? row(words.place, html`<span class="mono" dir="ltr">${path}</span>`) : nothing}
    ${uri ? row(words.address, html`<span class="mono" dir="ltr">${uri}</span>`) : nothing}
    ${row(words.task, task_code ? html`<a href=${addressOf(projectId, "board", task_code)}>${task_code}</a>` : words.ofProject)}
    ${row(words.type, `${type} · ${words.categories[category]}`)}
    ${row(words.size, size_bytes === null ? words.unknown : sized(size_bytes))} ${row(words.made, ago(created_at))}
    ${row(words.sha, sha256 ? html`<span class="mono sha">${sha256}</span>` : words.unknown)}
  </dl>`;
}

function actions({ validation_status, file, size_bytes }, { url, canEdit, isChecking, check, remove }) {
  const checkWord = validation_status === "pending" ? words.checkNow : words.checkAgain;
  return html`${file || size_bytes !== null ? html`<a class="button" href=${url} download>${words.download}</a>` : nothing}
  ${
    canEdit
      ? html`<button class="danger" @click=${remove}>${words.delete}</button>
          <button class="primary" ?disabled=${isChecking} @click=${check}>${isChecking ? words.checking : checkWord}</button>`
      : nothing
  }`;
}

// A document's head: its title, how far it is, and what can be done with the whole of it.

import { menu } from "../parts/menu.js";
import { progressBar, status } from "../parts/status.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/documents.js";
import { remaining } from "./pace.js";

const WANTING = ["empty", "failed", "stale"];
const SOON_MS = 1500;

/** @typedef {import("./screen.js").DocumentScreen} Screen @typedef {import("./live-document.js").Shown} Shown */

export function documentHead(/** @type {Screen} */ screen) {
  const { body } = screen.document;
  const { project } = screen.page;
  return html`<header class="document-head">
    <p class="small muted row">
      <a href=${addressOf(project.id, "documents")}>${words.all}</a>
      <span class="chip">${words.kinds[body.kind]}</span>
      ${body.task ? html`<span>${words.ofTask(body.task)}</span>` : nothing}
    </p>
    ${screen.isRetitling ? titleForm(screen) : html`<h1 dir="auto">${body.title}</h1>`}
  </header>`;
}

/** How far it is, and the verbs: in sight however far one has read. */
export function workBar(/** @type {Screen} */ screen, /** @type {Shown[]} */ sections) {
  const { document } = screen;
  return html`<div class="work-bar row">
    <div class="progress">${document.isWriting ? atWork(document, sections) : atRest(document.body, sections)}</div>
    <div class="verbs row">${verbs(screen, sections)} ${exportMenu(screen)} ${moreMenu(screen)}</div>
  </div>`;
}

function titleForm(screen) {
  const submit = (event) => {
    event.preventDefault();
    screen.retitle(new FormData(event.target).get("title").trim());
  };
  const leave = () => screen.set({ isRetitling: false });
  return html`<form class="title-form row" @submit=${submit} @keydown=${(event) => event.key === "Escape" && leave()}>
    <input name="title" maxlength="200" required aria-label=${words.retitled} .value=${screen.document.body.title} autofocus />
    <button class="primary" ?disabled=${screen.doing.has("retitle")}>${words.save}</button>
    <button type="button" class="quiet" @click=${leave}>${words.cancelEdit}</button>
  </form>`;
}

function atRest({ status: state }, sections) {
  const done = sections.filter(({ draft }) => draft).length;
  const stale = sections.filter((section) => section.status === "stale").length;
  return html`<p class="row">
      ${status(state, words.statuses[state])} <span class="number">${words.sectionsDone(done, sections.length)}</span>
      ${stale ? status("stale", words.stale(stale)) : nothing}
    </p>
    ${state in words.runEnded ? html`<p class="muted">${words.runEnded[state]}</p>` : nothing}`;
}

/** What is being written is told politely, once a section; the time to go is not, since it changes all the time. */
function atWork({ history: { run }, manuscript }, sections) {
  const now = sections.find(({ id }) => id === manuscript.writing);
  const { done, total } = run ?? { done: sections.filter(({ draft }) => draft).length, total: sections.length };
  const told = now ? words.writing(now.heading, Math.min(done, total - 1), total) : words.waiting;
  return html`<p class="row">
      <span role="status">${status("generating", told)}</span>
      <span class="muted number">${run ? timeToGo(remaining(run, Date.now())) : nothing}</span>
    </p>
    ${progressBar((100 * done) / total, words.progress(done, total))}`;
}

function timeToGo(/** @type {number | undefined} */ ms) {
  if (ms === undefined) return words.paceUnknown;
  return ms < SOON_MS ? words.soon : words.left(ms);
}

function verbs(screen, sections) {
  const { canEdit, document, doing } = screen;
  if (!canEdit) return nothing;
  if (document.isWriting) return button(words.cancelRun, () => screen.cancel(), "danger", doing.has("cancel"));
  const free = sections.filter(({ locked }) => !locked);
  const wanting = free.filter((section) => WANTING.includes(section.status)).length;
  if (wanting) return button(words.write(wanting), () => screen.generate(), "primary", doing.has("write"));
  return free.length ? button(words.writeAnew, () => screen.ask(null), "", doing.has("write")) : nothing;
}

const button = (text, act, look, isBusy) => html`<button class=${look} ?disabled=${isBusy} @click=${act}>${text}</button>`;

function exportMenu({ page, document }) {
  const link = ([form, text]) => html`<a href=${page.api.url(`${document.path}export/`, { as: form })} download>${text}</a>`;
  return menu(words.exports, Object.entries(words.exportAs).map(link));
}

function moreMenu(screen) {
  if (!screen.canEdit) return nothing;
  return menu(words.more, [
    button(words.retitle, () => screen.set({ isRetitling: true }), ""),
    screen.document.isWriting ? nothing : button(words.remove, () => screen.remove(), ""),
  ]);
}

// What surrounds every view: header, navigation, who is here, the connection, messages, the feed beside it.

import { waitingFor } from "./agents/waiting.js";
import { actorMark } from "./parts/actor.js";
import { dialog } from "./parts/dialog.js";
import { menu } from "./parts/menu.js";
import { ago } from "./parts/time.js";
import { present } from "./presence.js";
import { STATIONS, addressOf } from "./routes.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { feedColumn } from "./views/feed.js";
import { words } from "./words.js";

const BEHIND = 200; // events waiting, and it is worth saying
const MOST_PRESENT = 6;

/** @typedef {import("./page.js").Page} Page */

/** The whole page. */
export const frame = (/** @type {Page} */ page) => html`
  <a class="skip" href="#main" @click=${skip}>${words.skip}</a>
  ${header(page)} ${banner(page)}
  <div class="stage ${page.showsFeed ? "with-feed" : ""}">
    <main id="main" tabindex="-1" aria-busy=${page.isLoading}>${content(page)}</main>
    ${page.showsFeed ? feedColumn(page) : nothing}
  </div>
  ${page.question ? question(page.question) : nothing}
`;

/** A link to #main would be another address of the page, so that it goes there by itself. */
function skip(event) {
  event.preventDefault();
  document.querySelector("main").focus();
}

function header(page) {
  const { project } = page;
  return html`<header class="top">
    <a class="brand" href="#/" title=${words.allProjects}>
      <img src=${new URL("../gateway/favicon.svg", import.meta.url).href} alt=${words.allProjects} width="22" height="22" />
    </a>
    ${project ? html`<a class="project-name" href=${addressOf(project.id)}>${project.name}</a>${stations(page)}` : html`<span class="project-name">${words.name}</span>`}
    <div class="tools">
      ${project ? presence(page) : nothing} ${project ? connection(page) : nothing} ${project ? feedButton(page) : nothing}
      ${account(page)}
    </div>
  </header>`;
}

function stations(page) {
  const { project, route } = page;
  const waiting = waitingFor(page);
  const link = (station) =>
    html`<a href=${addressOf(project.id, station)} aria-current=${station === route.station ? "page" : nothing}
      >${words.stations[station]}
      ${station === "agents" && waiting ? html`<span class="badge" title=${words.waiting(waiting)}>${waiting}</span>` : nothing}</a
    >`;
  return html`<nav class="stations" aria-label=${words.stationsOf(project.name)}>${Object.keys(STATIONS).map(link)}</nav>`;
}

function presence({ project }) {
  const everybody = present(project);
  const one = ({ actor, seenAt }) =>
    html`<li title=${words.presentSince(actor.name, words.kinds[actor.kind], ago.text(seenAt))}>${actorMark(actor)}</li>`;
  return html`<ul class="presence" aria-label=${words.present}>
    ${everybody.slice(0, MOST_PRESENT).map(one)}
    ${everybody.length > MOST_PRESENT ? html`<li class="more">+${everybody.length - MOST_PRESENT}</li>` : nothing}
  </ul>`;
}

function connection({ connection: { name } }) {
  const text = name === "waiting" || name === "closed" ? words.connection.idle : words.connection[name];
  return html`<span class="connection ${name}" title=${text}
    ><span class="dot" aria-hidden="true"></span><span>${text}</span></span
  >`;
}

function feedButton(page) {
  const text = page.showsFeed ? words.hideFeed : words.showFeed;
  return html`<button class="quiet" aria-pressed=${page.showsFeed} title=${text} @click=${() => page.toggleFeed()}>
    ${words.feed}
  </button>`;
}

function account({ user, project }) {
  return menu(
    html`${actorMark({ kind: "user", name: user.username })}`,
    [
      html`<p class="menu-title">
        ${user.username}${project ? html` <span class="muted">${words.role[project.role]}</span>` : nothing}
      </p>`,
      html`<a href="#/">${words.allProjects}</a>`,
      user.isStaff ? html`<a href="/admin/">${words.admin}</a>` : nothing,
      html`<a href="/api/docs/">${words.apiDocs}</a>`,
      html`<button form="sign-out">${words.signOut}</button>`,
    ],
    words.account,
  );
}

/** What is wrong with the connection, and what will be done about it. */
function banner({ connection: { name, retryAt, reason }, project }) {
  const texts = words.connection;
  if (name === "waiting") return notice(texts.waiting(Math.round((retryAt - Date.now()) / 1000)));
  if (name === "closed") {
    return notice(html`${texts.closed(reason)} <button @click=${() => location.reload()}>${texts.reload}</button>`);
  }
  return notice(project && project.lag > BEHIND ? texts.behind(project.lag) : "");
}

const notice = (text) => html`<div class="banner" role="status">${text}</div>`;

function content(page) {
  if (page.trouble) return trouble(page);
  return page.view ? page.view.render() : html`<p class="loading">${words.loading}</p>`;
}

function trouble(page) {
  return html`<section class="trouble" role="alert">
    <h1>${words.cannotShow}</h1>
    <p>${page.trouble.detail || page.trouble.message}</p>
    <p>
      <button class="primary" @click=${() => page.retry()}>${words.retry}</button>
      <a href="#/">${words.allProjects}</a>
    </p>
  </section>`;
}

/** Two live regions, that are always there: what is said waits for its turn, what is wrong is read at once. */
export function toasts(page) {
  const one = (toast) =>
    html`<div class="toast ${toast.isBad ? "bad" : ""}">
      <p><strong>${toast.text}</strong>${toast.advice ? html`<br />${toast.advice}` : nothing}</p>
      <button class="quiet" aria-label=${words.dismiss} @click=${() => page.dismiss(toast)}>×</button>
    </div>`;
  const some = (isBad) =>
    repeat(
      page.toasts.filter((toast) => toast.isBad === isBad),
      ({ id }) => id,
      one,
    );
  return html`<div role="status">${some(false)}</div>
    <div role="alert">${some(true)}</div>`;
}

function question({ title, text, verb, isDangerous, answer }) {
  const actions = html`<button @click=${() => answer(false)}>${words.cancel}</button>
    <button class=${isDangerous ? "danger" : "primary"} autofocus @click=${() => answer(true)}>${verb}</button>`;
  return dialog({ title, onClose: () => answer(false) }, html`<p>${text}</p>`, actions);
}

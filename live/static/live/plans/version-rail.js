// All versions, newest first, each a link; the one that is open is marked.

import { actorMark } from "../parts/actor.js";
import { status } from "../parts/status.js";
import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";

export function versionRail(/** @type {import("../views/plans.js").PlansView} */ view) {
  const { page, versions, sheet, tab } = view;
  const one = ({ id, version, status: name, author, created_at, stats }) => html`<li>
    <a href=${addressOf(page.project.id, "plans", id, tab)} aria-current=${id === sheet.plan.id ? "true" : nothing}>
      <span class="row"><strong>${words.short(version)}</strong> ${status(name)}</span>
      <span class="row small muted">${actorMark(author)} ${ago(created_at)}<span class="number">${words.tasks(stats.total)}</span></span>
    </a>
  </li>`;
  return html`<nav class="rail" aria-label=${words.versions}>
    <ol class="plain">${repeat(versions, ({ id }) => id, one)}</ol>
    ${view.hasOlder ? html`<button class="quiet" @click=${() => view.readOlder()}>${words.more}</button>` : nothing}
  </nav>`;
}

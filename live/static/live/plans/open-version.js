// The version that is open: what it is, what happens to it, and one of its parts.

import { actor } from "../parts/actor.js";
import { status } from "../parts/status.js";
import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";
import { continuationOf } from "./versions.js";

export const TABS = ["tasks", "changes", "compare", "talk"];

export function openVersion(/** @type {import("../views/plans.js").PlansView} */ view) {
  const { sheet, parts } = view;
  return html`<section class="version" aria-label=${words.version(sheet.plan.version)}>
    ${head(view)} ${notices(view)} ${refused(sheet)}
    ${sheet.isBehind && !parts.rebase.isOpen ? parts.rebase.notice(view.page.project.state.plan) : nothing}
    ${parts.rebase.isOpen ? parts.rebase.render() : html`${refineBar(view)} ${tabs(view)} ${content(view)}`}
  </section>`;
}

function head({ sheet, versions, page }) {
  const { plan, tasks } = sheet;
  const sum = (part) => tasks.reduce((total, { estimates }) => total + estimates[part], 0);
  const sums = { tasks: tasks.length, points: sum("story_points"), hours: sum("time_hours") };
  return html`<header class="head">
    <h2>${words.version(plan.version)} ${status(plan.status)}</h2>
    <p class="row small muted">${actor(plan.author)} ${ago(plan.created_at)} <span>${origin(plan, versions)}</span> <span
      class="number">${words.sums(sums)}</span></p>
    ${plan.summary ? html`<p class="prose plan-gist" dir="auto">${plan.summary}</p>` : nothing}
    ${successor(plan, versions, page)} ${asked(plan)}
  </header>`;
}

/** What a version was made from. */
function origin({ base, continues }, versions) {
  const numberOf = (id) => versions.find((each) => each.id === id)?.version;
  if (numberOf(continues)) return words.continues(numberOf(continues));
  return base === null ? words.fromNothing : numberOf(base) ? words.madeFrom(numberOf(base)) : "";
}

/** A superseded proposal says where it goes on. */
function successor({ id, status: name }, versions, page) {
  const next = name === "superseded" ? continuationOf(versions, id) : undefined;
  return next
    ? html`<p><a href=${addressOf(page.project.id, "plans", next.id)}>${words.lookAtIt(next.version)}</a></p>`
    : nothing;
}

/** What a refinement was asked for with, and what was and was not done about it. */
function asked({ instructions, understood, not_understood }) {
  if (!instructions && !understood.length && !not_understood.length) return nothing;
  const list = (title, lines, name) =>
    lines.length
      ? html`<dt class=${name}>${title}</dt><dd><ul>${lines.map((line) => html`<li dir="auto">${line}</li>`)}</ul></dd>`
      : nothing;
  return html`<details class="asked">
    <summary class="small">${words.asked}${instructions ? html`: <q dir="auto">${instructions}</q>` : nothing}</summary>
    <dl>${list(words.understood, understood, "")} ${list(words.notUnderstood, not_understood, "warned")}</dl>
  </details>`;
}

/** What others did to it meanwhile. */
function notices({ sheet, page }) {
  const one = (notice) => html`<div class="notice good row">
    <p><bdi>${notice.text}</bdi> ${notice.plan ? html`<a
      href=${addressOf(page.project.id, "plans", notice.plan)}>${words.lookAtIt(notice.version)}</a>` : nothing}</p>
    <button class="quiet" aria-label=${words.dismiss} @click=${() => sheet.forget(notice)}>×</button>
  </div>`;
  return html`<div role="status" class="notices">${sheet.notices.map(one)}</div>`;
}

/** An edit that was taken back, and can be done again. */
function refused({ writer }) {
  if (!writer.refused) return html`<div role="alert"></div>`;
  const { error, edits } = writer.refused;
  const isStale = error.code === "stale_version";
  return html`<div role="alert">
    <div class="notice bad refused">
      <p><strong>${words.refused}:</strong> <bdi>${edits
        .flatMap(({ ops }) => ops)
        .map((op) => words.ops[op.op](op))
        .join("; ")}</bdi></p>
      <p>${isStale ? words.refusedStale : error.detail || error.message}</p>
      <p class="row">
        <button @click=${() => writer.again().catch(() => {})}>${words.again}</button>
        <button class="quiet" @click=${() => writer.forget()}>${words.leaveIt}</button>
      </p>
    </div>
  </div>`;
}

/** For editors, as long as nothing has taken the version's place. */
function refineBar(view) {
  if (!view.page.can("edit") || view.sheet.plan.status === "superseded") return nothing;
  return html`<form class="refine row" @submit=${(event) => view.refine(event)}>
    <input required maxlength="20000" dir="auto" aria-label=${words.refineLabel} placeholder=${words.refinePlaceholder}
      .value=${live(view.refinement)} @input=${(event) => (view.refinement = event.target.value)} />
    <button ?disabled=${view.planner.isSending}>${words.refine}</button>
  </form>`;
}

function tabs({ page, sheet, tab }) {
  const { plan, proposed, comments } = sheet;
  const counts = {
    tasks: sheet.tasks.length,
    changes: proposed.changes.length,
    talk: comments.filter((each) => !each.resolved_at && !each.in_reply_to).length,
  };
  const one = (
    name,
  ) => html`<a href=${addressOf(page.project.id, "plans", plan.id, name)} aria-current=${name === tab ? "page" : nothing}>
    ${words.tabs[name]}${counts[name] ? html` <span class="number">${counts[name]}</span>` : nothing}
  </a>`;
  return html`<nav class="tabs" aria-label=${words.tabsOf(plan.version)}>${TABS.map(one)}</nav>`;
}

function content({ tab, parts }) {
  const part = { tasks: parts.list, changes: parts.changes, compare: parts.compare, talk: parts.talk }[tab];
  return html`<div class="content">${part.render()}</div>`;
}

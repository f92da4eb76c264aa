// How far people agree on a version, in words.

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";

/** What is missing until it can be accepted, as a list. */
export function missing(/** @type {any} */ { missing: { approvals, by, comments, change_requests } }) {
  return html`<ul class="plain">
    ${approvals ? html`<li>${words.missingApprovals(approvals, by)}</li>` : nothing}
    ${comments.length ? html`<li>${words.missingComments(comments.length)}</li>` : nothing}
    ${change_requests.map(({ user }) => html`<li>${words.missingChanges(user)}</li>`)}
  </ul>`;
}

/** The rule and where it stands. */
export function consensusTold(/** @type {any} */ consensus, /** @type {boolean} */ isProposed) {
  if (!consensus) return nothing;
  const { rule, agreed } = consensus;
  return html`<section class="card consensus">
    <h3>${words.consensus}</h3>
    <p class="small muted">${words.rule(rule.approvals, rule.roles)}</p>
    ${!isProposed ? nothing : agreed ? html`<p class="agreed">${words.agreed}</p>` : missing(consensus)}
  </section>`;
}

// Who holds what, and the verb with which a person takes it away.

import { actor } from "../parts/actor.js";
import { ago } from "../parts/time.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { words } from "../words/agents.js";
import { reasonForm } from "./tool-call.js";

const clock = new Intl.DateTimeFormat("en", { timeStyle: "medium", hour12: false });

/**
 * @typedef {Record<string, any>} Claim  As `GET claims/{id}/`.
 *
 * @typedef {object} Options
 * @property {Map<string, any>} tasksByCode
 * @property {Map<number, any>} runs
 * @property {boolean} canTake
 * @property {number | null} taking  The claim whose form for the reason is open.
 * @property {(claim: Claim) => boolean} isBusy
 * @property {(claim: Claim | null) => void} askWhy
 * @property {(claim: Claim, reason: string) => void} take
 */

/** @param {Claim[]} claims @param {Options} options */
export function claimList(claims, options) {
  if (!claims.length) return html`<p class="muted">${words.noClaims}</p>`;
  return html`<ul class="plain claims">
    ${repeat(
      claims,
      ({ id }) => id,
      (claim) => claimItem(claim, options),
    )}
  </ul>`;
}

function claimItem(claim, options) {
  const { resource, since, expires_at, progress, note } = claim;
  return html`<li class="card" data-claim=${resource}>
    <div class="row"><span class="what">${held(resource, options.tasksByCode)}</span></div>
    <div class="row small">
      ${actor(holderOf(claim, options.runs))} <span class="muted">${words.since} ${ago(since)}</span>
      ${progress ? html`<span class="number">${progress} %</span>` : nothing}
    </div>
    ${note ? html`<p class="small prose" dir="auto">${note}</p>` : nothing}
    <div class="end">
      <p class="hint">${words.until(clock.format(new Date(expires_at)))}</p>
      ${options.canTake ? taking(claim, options) : nothing}
    </div>
  </li>`;
}

function taking(claim, { taking, isBusy, askWhy, take, runs }) {
  const name = holderOf(claim, runs).name;
  if (taking === claim.id) {
    const send = (reason) => take(claim, reason);
    const keep = () => askWhy(null);
    return reasonForm({ id: `take-${claim.id}`, label: words.whyTake, verb: words.takeNow, isBusy: isBusy(claim), send, keep });
  }
  return html`<button
    id="take-button-${claim.id}"
    aria-label=${words.takeAwayOf(claim.resource, name)}
    @click=${() => askWhy(claim)}
  >
    ${words.takeAway}
  </button>`;
}

/** An agent under the name that it has in its run; the token's name says less. */
const holderOf = ({ holder, run }, runs) => (runs.get(run)?.agent ? { ...holder, name: runs.get(run).agent } : holder);

/** A task with its title, or something else that only one may hold, such as `unity:editor:1`. */
export function held(/** @type {string} */ resource, /** @type {Map<string, any>} */ tasksByCode) {
  const task = tasksByCode.get(resource);
  if (task) return html`<span class="code">${resource}</span> <span dir="auto">${task.title}</span>`;
  const isTask = !resource.includes(":");
  return html`<span class="code">${resource}</span>
    ${isTask ? nothing : html`<span class="chip" title=${words.exclusiveHint}>${words.exclusive}</span>`}`;
}

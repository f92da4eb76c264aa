// What state something is in: a sign and a word, so that the colour is not alone.

import { html } from "../vendor/lit-html/lit-html.js";

const SIGNS = {
  ...{ pending: "○", in_progress: "◐", blocked: "■", done: "✓", dropped: "–" },
  ...{ proposed: "◇", accepted: "✓", superseded: "–" },
  ...{ draft: "○", generating: "◐", ready: "✓", failed: "✕", cancelled: "–" },
  ...{ empty: "○", writing: "◐", stale: "!", queued: "○", running: "◐" },
  ...{ active: "◐", awaiting_input: "?", complete: "✓", error: "✕" },
  ...{ valid: "✓", invalid: "✕", met: "✓", unmet: "✕", unclear: "?", not_verified: "○" },
};

/** A status, e.g. `status("in_progress")`; `text` where the word shall be another one. */
export const status = (/** @type {string} */ name, text = name.replaceAll("_", " ")) =>
  html`<span class="status ${name}"><span class="sign" aria-hidden="true">${SIGNS[name] ?? "•"}</span> ${text}</span>`;

/** Only the sign, where the word is said elsewhere. */
export const sign = (/** @type {string} */ name) =>
  html`<span class="status ${name}" aria-hidden="true">${SIGNS[name] ?? "•"}</span>`;

/** How far something is, 0–100. */
export const progressBar = (/** @type {number} */ percent, /** @type {string} */ label) =>
  html`<progress max="100" .value=${percent} value=${percent} aria-label=${label}></progress>`;

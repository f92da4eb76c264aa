// Moments in words.

import { html } from "../vendor/lit-html/lit-html.js";

const STEPS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
  ["week", 5],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const onlyDay = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

/** `<time>` with how long ago it was; the exact moment in its title. */
export function ago(/** @type {string} */ timestamp) {
  return html`<time datetime=${timestamp} title=${exact.format(new Date(timestamp))}>${ago.text(timestamp)}</time>`;
}

/** The same as a text, e.g. "3 min ago". */
ago.text = (/** @type {string} */ timestamp, now = Date.now()) => {
  let amount = Math.max((now - Date.parse(timestamp)) / 1000, 0);
  if (amount < 10) return "now";
  for (const [unit, most] of STEPS) {
    if (amount < most) return relative.format(-Math.floor(amount), unit);
    amount /= most;
  }
  return onlyDay.format(new Date(timestamp));
};

/** Changes when what `ago` says may change: for `guard()`. */
export const currentMoment = () => Math.floor(Date.now() / 20_000);

/** A duration in hours, e.g. "1.5 h"; "" for none. */
export const hours = (/** @type {number} */ amount) => (amount ? `${Number(amount.toFixed(1))} h` : "");

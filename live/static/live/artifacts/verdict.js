// What a check has found, in words.

import { status } from "../parts/status.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/artifacts.js";

const SIGNS = { error: "✕", warning: "!", info: "i" };
const LEVELS = ["error", "warning", "info"];

/** The verdict as a sign and a word. */
export const verdict = (/** @type {Record<string, any>} */ { validation_status: name }) => status(name, words.verdicts[name]);

/** The whole report: who looked, what was found, what was measured. */
export function report(/** @type {Record<string, any>} */ artifact) {
  const { validation_report: told } = artifact;
  const findings = Array.isArray(told.findings) ? told.findings.filter(isObject) : [];
  return html`<p>${verdict(artifact)} · ${sentence(artifact, findings)}</p>
    ${
      findings.length
        ? html`<ul class="plain findings">
            ${findings.map(finding)}
          </ul>`
        : nothing
    }
    ${measured(told)}`;
}

/** Who looked and what came of it, in a sentence. */
export function sentence({ validation_status: verdict, validation_report: told }, findings) {
  if (verdict === "pending") return words.notChecked;
  if (told.checked_by !== "gateway") {
    const said = verdict === "valid" ? words.saysValid : words.saysInvalid;
    return `${words.checkedBy.other(told.checked_by ?? words.unknown)}, ${said}`;
  }
  const mistakes = findings.filter(({ level }) => level === "error").length;
  const milder = findings.length - mistakes;
  const found = mistakes ? words.isInvalid(mistakes) : milder ? words.isValid.more(milder) : words.isValid[0];
  return `${words.checkedBy.gateway} ${found}`;
}

function finding({ level, message, code, where }) {
  const name = LEVELS.includes(level) ? level : "info";
  return html`<li class="finding ${name}">
    <span class="sign" aria-hidden="true">${SIGNS[name]}</span>
    <span><span class="visually-hidden">${words.level[name]}:</span> <span dir="auto">${text(message ?? code)}</span></span>
    ${where ? html`<span class="code small">${text(where)}</span>` : nothing}
  </li>`;
}

/** Facts of a check by the gateway; of somebody else's report all that it holds. */
function measured(told) {
  const { findings, checked_by, valid, kind, facts, ...others } = told;
  const rows = Object.entries({ ...(kind ? { kind } : {}), ...(isObject(facts) ? facts : {}), ...others }).filter(
    ([name]) => name !== "sha256",
  );
  if (!rows.length) return nothing;
  return html`<h3>${words.measured}</h3>
    <dl class="measures">
      ${rows.map(
        ([name, value]) =>
          html`<div>
            <dt>${name.replaceAll("_", " ")}</dt>
            <dd class="number" dir="auto">${text(value)}</dd>
          </div>`,
      )}
    </dl>`;
}

const text = (value) =>
  typeof value === "string" ? value : typeof value === "number" ? value.toLocaleString("en") : JSON.stringify(value);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

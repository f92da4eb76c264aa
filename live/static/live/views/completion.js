// The form that completes a task: whether each criterion is met, and what shows it.

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/board.js";
import { VerbForm } from "./task-forms.js";

const MARKER = /\[\s*([a-z -]+?)\s*\]\s*$/i; // a criterion's end demands a kind: “The hero jumps [screenshot]”
const KINDS = { "test run": "test", "asset check": "asset", "sign off": "sign-off" };

/** What each kind of evidence asks for. */
const FIELDS = {
  test: ["passed", "failed"],
  screenshot: ["artifact"],
  asset: ["artifact"],
  log: ["excerpt", "artifact"],
  "sign-off": [],
  note: [],
};
const NUMBERS = ["passed", "failed", "artifact"];

export class CompleteForm extends VerbForm {
  verb = "complete";
  send = words.verbs.complete;
  /** Why a criterion is not met yet, as the gateway told. @type {Map<string, string>} */ reasons = new Map();

  constructor(page, task, done) {
    super(page, task, done);
    this.answers = task.acceptance.map((criterion) => ({ criterion, met: false, note: "", kind: demanded(criterion) }));
    this.general = { criterion: "", note: "", kind: "" };
  }

  body() {
    const acceptance = this.answers.map(({ criterion, met, note }) => (note ? { criterion, met, note } : { criterion, met }));
    return { acceptance, evidence: [...this.answers, this.general].filter(isShown).map(evidenceOf) };
  }

  refused({ criteria = [] }) {
    this.set({ reasons: new Map(criteria.map(({ criterion, reason }) => [criterion, reason])) });
  }

  fields() {
    return html`<p class="hint">${words.completeHint}</p>
      ${this.answers.map((answer) => this.criterion(answer))}
      <fieldset class="criterion">
        <legend>${words.evidence}</legend>
        ${this.evidence(this.general, words.evidence)}
      </fieldset>`;
  }

  criterion(answer) {
    const { criterion } = answer;
    const reason = this.reasons.get(criterion);
    return html`<fieldset class="criterion">
      <legend class="visually-hidden">${criterion}</legend>
      <label class="inline">
        <input type="checkbox" required .checked=${answer.met} @change=${({ target }) => (answer.met = target.checked)} />
        <span dir="auto">${criterion}</span>
      </label>
      ${this.evidence(answer, words.noteOn(criterion))} ${reason ? html`<p class="field-error">${reason}</p>` : nothing}
    </fieldset>`;
  }

  evidence(shown, label) {
    const choose = ({ target }) => {
      shown.kind = target.value;
      this.page.update();
    };
    return html`<div class="evidence">
      <select aria-label=${words.kindOf(shown.criterion)} @change=${choose}>
        <option value="">${words.noEvidence}</option>
        ${Object.keys(FIELDS).map((kind) => html`<option value=${kind} ?selected=${kind === shown.kind}>${words.evidenceKinds[kind]}</option>`)}
      </select>
      ${(FIELDS[shown.kind] ?? []).map((field) => (field === "artifact" ? this.artifact(shown) : input(shown, field)))}
      <input
        aria-label=${label}
        placeholder=${words.note}
        maxlength="5000"
        .value=${shown.note}
        @input=${({ target }) => (shown.note = target.value)}
      />
    </div>`;
  }

  artifact(shown) {
    const artifacts = this.page.project.state.artifacts.filter(({ task }) => task === this.task.code);
    return html`<select aria-label=${words.evidenceArtifact} @change=${({ target }) => (shown.artifact = target.value)}>
      <option value="">${artifacts.length ? words.chooseArtifact : words.noArtifact}</option>
      ${artifacts.map(({ id, path, uri }) => html`<option value=${id} ?selected=${String(id) === shown.artifact}>${path || uri}</option>`)}
    </select>`;
  }
}

const input = (shown, field) =>
  html`<input
    aria-label=${words.evidenceFields[field]}
    placeholder=${words.evidenceFields[field]}
    type=${NUMBERS.includes(field) ? "number" : "text"}
    min="0"
    maxlength="5000"
    .value=${shown[field] ?? ""}
    @input=${({ target }) => (shown[field] = target.value)}
  />`;

/** The kind of evidence that a criterion demands by its end; "" for none. */
function demanded(criterion) {
  const said = MARKER.exec(criterion)?.[1].toLowerCase().replace(/\s+/g, " ");
  const kind = KINDS[said] ?? said;
  return kind in FIELDS ? kind : "";
}

const isShown = ({ kind }) => kind !== "";

/** One entry of evidence as the gateway takes it: what was left empty is left out. */
function evidenceOf({ criterion, kind, note, ...more }) {
  const given = FIELDS[kind]
    .filter((field) => more[field])
    .map((field) => [field, NUMBERS.includes(field) ? Number(more[field]) : more[field]]);
  return { kind, ...(criterion ? { criterion } : {}), ...(note ? { note } : {}), ...Object.fromEntries(given) };
}

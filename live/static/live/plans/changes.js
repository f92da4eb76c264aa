// What a proposal changes, to choose from; and its acceptance, whole or in part.

import { etagOf } from "../../clients/rest.js";
import { actor } from "../parts/actor.js";
import { addressOf } from "../routes.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";
import { mayAccept, sharedWith, takenWith, takenWithout } from "./choice.js";
import { missing } from "./consensus.js";

export class ChangeList {
  /** The codes of the changes that are left out; so that a change that comes later is in. */
  left = new Set();
  /** Why others came along or went, at the last click. @type {string[]} */ told = [];
  /** What the gateway said no with. @type {any} */ problem = null;
  isSending = false;

  /** @param {() => any[]} versions @param {(answer: any) => void} accepted  Gets what accept/ answered. */
  constructor(page, sheet, versions, accepted) {
    this.page = page;
    this.sheet = sheet;
    this.versions = versions;
    this.accepted = accepted;
  }

  get changes() {
    return this.sheet.proposed.changes;
  }

  get taken() {
    return new Set(this.changes.map(({ code }) => code).filter((code) => !this.left.has(code)));
  }

  get isWhole() {
    return this.changes.every(({ code }) => !this.left.has(code));
  }

  get canChoose() {
    return this.sheet.canEdit && this.changes.length > 1;
  }

  // Choosing

  take(code, isTaken) {
    const { taken, because } = (isTaken ? takenWith : takenWithout)(this.changes, this.taken, code);
    const tell = isTaken ? words.camealong : words.wentToo;
    this.#set(
      taken,
      [...because].map(([other, why]) => tell(other, why)),
    );
  }

  takeAll(isTaken) {
    this.#set(new Set(isTaken ? this.changes.map(({ code }) => code) : []), []);
  }

  #set(taken, told) {
    this.left = new Set(this.changes.map(({ code }) => code).filter((code) => !taken.has(code)));
    Object.assign(this, { told, problem: null });
    this.page.update();
  }

  async accept() {
    const { sheet, isWhole, taken } = this;
    const { version, id } = sheet.plan;
    const text = isWhole ? words.acceptText(taken.size) : words.acceptPartText([...taken]);
    if (!(await this.page.confirm({ title: words.acceptTitle(version), text, verb: words.accept }))) return;
    Object.assign(this, { isSending: true, problem: null });
    try {
      this.accepted(
        await this.page.api.post(`plans/${id}/accept/`, isWhole ? {} : { only: [...taken] }, { ifMatch: etagOf(sheet.plan) }),
      );
    } catch (error) {
      this.problem = error;
      await sheet.reload().catch(() => {});
    }
    this.isSending = false;
    this.page.update();
  }

  // Drawing

  render() {
    const { sheet, changes } = this;
    if (!sheet.isKnown) return html`<p class="empty">${words.reading}</p>`;
    const { against } = sheet.proposed;
    const shared = sharedWith(changes);
    const ground = this.versions().find(({ id }) => id === against);
    return html`<p class="muted small">${words.against(sheet.isProposed, against === null ? null : (ground?.version ?? "…"))}</p>
      ${shared.length && sheet.isProposed ? this.#overlaps(shared) : nothing}
      ${this.canChoose ? this.#chooser() : nothing}
      ${changes.length ? nothing : html`<p class="empty">${words.noChanges}</p>`}
      <ul class="plain changes">${changes.map((change) => this.#change(change))}</ul>
      ${sheet.isProposed && changes.length ? this.#verdict() : nothing}`;
  }

  #overlaps(shared) {
    const one = ({ plan, version, author, codes }) => html`<li>
      <a href=${addressOf(this.page.project.id, "plans", plan)}>${words.overlapWith(version, codes)}</a> ${actor(author)}
    </li>`;
    return html`<div class="notice"><p>${words.overlaps}</p><ul class="plain">${shared.map(one)}</ul></div>`;
  }

  #chooser() {
    return html`<div class="row tools-row">
      <span class="small" role="status">${words.chosen(this.taken.size, this.changes.length)}</span>
      <button class="quiet" @click=${() => this.takeAll(true)}>${words.takeAll}</button>
      <button class="quiet" @click=${() => this.takeAll(false)}>${words.takeNone}</button>
    </div>
    <div role="status">${this.told.map((text) => html`<p class="hint">${text}</p>`)}</div>`;
  }

  #change({ code, kind, sentence, said_by, needs, overlaps, warning }) {
    const comments = this.sheet.commentsByCode.get(code);
    const isTaken = !this.left.has(code);
    return html`<li class="change ${isTaken ? "" : "left"}">
      ${this.canChoose ? html`<input type="checkbox" aria-label=${words.take(code)} .checked=${live(isTaken)}
        @change=${(event) => this.take(code, event.target.checked)} />` : html`<span></span>`}
      <span class="code">${code}</span>
      <div>
        <p><span class="chip kind-${kind}">${words.kinds[kind]}</span> <bdi>${sentence}</bdi>${comments ? html` <span
          class="chip said">${words.comments(comments)}</span>` : nothing}</p>
        ${said_by.map(({ author, reason }) => html`<p class="small muted">${actor(author)}${reason ? html` <q
          dir="auto">${reason}</q>` : nothing}</p>`)}
        ${Object.entries(needs).map(([other, why]) => html`<p class="small">${words.needs} <span
          class="code">${other}</span>: <bdi>${why}</bdi></p>`)}
        ${overlaps.map(({ version, there, agree }) => html`<p
          class="small ${agree ? "muted" : "clash"}">${words.overlap(version, there, agree)}</p>`)}
        ${warning ? html`<p class="small notice">${warning}</p>` : nothing}
      </div>
    </li>`;
  }

  /** Accept, where it would be accepted; else what is missing. */
  #verdict() {
    const { sheet, problem, isWhole, taken } = this;
    if (sheet.isBehind) return nothing; // its head says what to do
    const { consensus, comments } = sheet;
    const may = sheet.canEdit && taken.size > 0 && mayAccept(consensus, comments, isWhole ? null : taken);
    return html`<div class="verdict">
      ${problem ? this.#problem(problem) : nothing}
      ${consensus && !consensus.agreed ? html`<div class="notice">${words.cannotAccept}${missing(consensus)}</div>` : nothing}
      ${may ? html`<button class="primary" ?disabled=${this.isSending || sheet.writer.isBusy}
        @click=${() => this.accept()}>${isWhole ? words.acceptAll : words.acceptChosen(taken.size)}</button>` : nothing}
    </div>`;
  }

  #problem({ code, detail, message, hint, needs = {} }) {
    const why = Object.values(needs).flatMap((more) => Object.values(more));
    return html`<div class="notice bad" role="alert">
      <p>${words.acceptProblems[code] ?? (detail || message)}</p>
      ${why.length ? html`<ul>${why.map((each) => html`<li>${each}</li>`)}</ul>` : nothing}${hint ? html`<p>${hint}</p>` : nothing}
    </div>`;
  }
}

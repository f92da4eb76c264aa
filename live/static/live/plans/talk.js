// What people say of a version: comments where they belong, reviews, and whether they agree.

import { actor } from "../parts/actor.js";
import { ago } from "../parts/time.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { FIELDS, words } from "../words/plans.js";
import { consensusTold } from "./consensus.js";
import { newestReviews, threadsOf } from "./versions.js";

const COMMENTED = ["title", "description", "dependencies", "acceptance", "deliverables", "mcp_tools", "estimates", "priority"];
const BLANK = { body: "", code: "", field: "", blocking: false };

export class Talk {
  /** As it is typed. */ comment = { ...BLANK };
  /** Answers as they are typed, by the comment's id. @type {Map<number, string>} */ replies = new Map();
  review = { verdict: "", body: "" };
  isSending = false;

  constructor(page, sheet) {
    this.page = page;
    this.sheet = sheet;
  }

  /** Begin a comment on a task. */
  about(code) {
    this.comment = { ...this.comment, code, field: "" };
    requestAnimationFrame(() => document.querySelector("#comment-body")?.focus());
  }

  get #canDecide() {
    return this.page.can("edit");
  }

  // Saying

  async #send(path, body, done) {
    this.isSending = true;
    try {
      await this.page.api.post(path, body);
      done?.();
      await this.sheet.readTalk();
    } catch (error) {
      this.page.fail(error);
    }
    this.isSending = false;
    this.page.update();
  }

  say(event) {
    event.preventDefault();
    const { id } = this.sheet.plan;
    const { body, code, field, blocking } = this.comment;
    this.#send(`plans/${id}/comments/`, { body, code, field: code ? field : "", blocking }, () => (this.comment = { ...BLANK }));
  }

  reply(event, comment) {
    event.preventDefault();
    const body = this.replies.get(comment.id);
    this.#send(`plans/${this.sheet.plan.id}/comments/`, { body, in_reply_to: comment.id }, () => this.replies.delete(comment.id));
  }

  decide(comment) {
    return this.#send(`comments/${comment.id}/${comment.resolved_at ? "reopen" : "resolve"}/`);
  }

  sendReview(event) {
    event.preventDefault();
    const { verdict, body } = this.review;
    const path = `plans/${this.sheet.plan.id}/reviews/`;
    this.#send(path, { verdict: verdict || this.verdicts[0], body }, () => (this.review = { verdict: "", body: "" }));
  }

  /** What one may say of it. */
  get verdicts() {
    return this.#canDecide ? ["approve", "request_changes", "advise"] : ["advise"];
  }

  // Drawing

  render() {
    const { sheet } = this;
    return html`<div class="talk">
      <section aria-label=${words.commentsTitle}>${this.#comments()}</section>
      <div class="aside">
        ${consensusTold(sheet.consensus, sheet.isProposed)}
        <section aria-label=${words.reviewsTitle}>
          <h3>${words.reviewsTitle}</h3>
          ${sheet.reviews.length ? this.#reviews() : html`<p class="muted small">${words.noReviews}</p>`}
          ${sheet.isProposed ? this.#reviewForm() : nothing}
        </section>
      </div>
    </div>`;
  }

  #comments() {
    const threads = threadsOf(this.sheet.comments);
    const open = threads.filter(({ comment }) => !comment.resolved_at);
    const resolved = threads.filter(({ comment }) => comment.resolved_at);
    return html`<h3>${words.commentsTitle}</h3>
      ${threads.length ? nothing : html`<p class="muted small">${words.noComments}</p>`}
      <ul class="plain threads">${open.map((thread) => this.#thread(thread))}</ul>
      ${resolved.length ? html`<details><summary class="small">${words.showResolved(resolved.length)}</summary><ul
        class="plain threads">${resolved.map((thread) => this.#thread(thread))}</ul></details>` : nothing}
      ${this.#commentForm()}`;
  }

  #thread({ comment, replies }) {
    const mayDecide = this.#canDecide || (comment.author.kind === "user" && comment.author.id === String(this.page.user.id));
    return html`<li class="card thread ${comment.blocking && !comment.resolved_at ? "blocking" : ""}">
      <p class="row small">${actor(comment.author)} ${ago(comment.created_at)} ${place(comment)}
        ${comment.blocking ? html`<span class="chip blocks">${words.blocks}</span>` : nothing}
        ${comment.resolved_by ? html`<span class="muted">${words.resolvedBy}</span> ${actor(comment.resolved_by)}` : nothing}</p>
      <p class="prose" dir="auto">${comment.body}</p>
      ${replies.map(({ author, created_at, body }) => html`<div class="reply"><p
        class="row small">${actor(author)} ${ago(created_at)}</p><p class="prose" dir="auto">${body}</p></div>`)}
      <form class="row answer" @submit=${(event) => this.reply(event, comment)}>
        <input required maxlength="20000" dir="auto" aria-label="${words.reply}: ${comment.body.slice(0, 80)}" placeholder=${words.reply}
          .value=${live(this.replies.get(comment.id) ?? "")} @input=${(event) => this.replies.set(comment.id, event.target.value)} />
        <button>${words.reply}</button>
        ${mayDecide ? html`<button type="button"
          @click=${() => this.decide(comment)}>${comment.resolved_at ? words.reopen : words.resolve}</button>` : nothing}
      </form>
    </li>`;
  }

  #commentForm() {
    const { comment, sheet } = this;
    const set =
      (name, of = "value") =>
      (event) => {
        this.comment = { ...this.comment, [name]: event.target[of] };
        this.page.update();
      };
    const task = ({ code, title }) => html`<option value=${code} .selected=${code === comment.code}>${code} ${title}</option>`;
    return html`<form class="form comment-form" @submit=${(event) => this.say(event)}>
      <h4>${words.say}</h4>
      <div class="abreast">
        <label>${words.about}<select @change=${set("code")}><option value="">${words.aboutPlan}</option>${sheet.tasks.map(task)}</select></label>
        ${
          comment.code
            ? html`<label>${words.aboutField}<select @change=${set("field")}><option value="">${words.wholeTask}</option>
          ${COMMENTED.map((name) => html`<option value=${name} .selected=${name === comment.field}>${FIELDS[name]}</option>`)}</select></label>`
            : nothing
        }
      </div>
      <label>${words.body}<textarea id="comment-body" required maxlength="20000" rows="3" dir="auto" .value=${live(comment.body)}
        @input=${set("body")}></textarea></label>
      ${sheet.canEdit ? html`<label class="inline"><input type="checkbox" .checked=${live(comment.blocking)}
        @change=${set("blocking", "checked")} />${words.blocking}</label>` : nothing}
      <p><button class="primary" ?disabled=${this.isSending}>${words.send}</button></p>
    </form>`;
  }

  #reviews() {
    const one = ({ author, verdict, body, stale, created_at }) => html`<li class="card review ${verdict}">
      <p class="row small">${actor(author)} <strong>${words.said[verdict]}</strong> ${ago(created_at)} ${stale ? html`<span
        class="chip">${words.stale}</span>` : nothing}</p>
      ${body ? html`<p class="prose" dir="auto">${body}</p>` : nothing}
    </li>`;
    return html`<ul class="plain threads">${newestReviews(this.sheet.reviews).map(one)}</ul>`;
  }

  #reviewForm() {
    const { verdicts, review } = this;
    const chosen = review.verdict || verdicts[0];
    const choose = (verdict) =>
      html`<label class="inline"><input type="radio" name="verdict" .checked=${live(verdict === chosen)}
        @change=${() => (this.review.verdict = verdict)} />${words.verdicts[verdict]}</label>`;
    return html`<form class="form" @submit=${(event) => this.sendReview(event)}>
      ${verdicts.length > 1 ? html`<fieldset class="row"><legend>${words.verdict}</legend>${verdicts.map(choose)}</fieldset>`
        : html`<p class="hint">${words.yourRole}</p>`}
      <label>${words.reviewBody}<textarea rows="2" maxlength="20000" dir="auto" ?required=${verdicts.length === 1}
        .value=${live(review.body)} @input=${(event) => (this.review.body = event.target.value)}></textarea></label>
      <p><button ?disabled=${this.isSending}>${words.review}</button></p>
    </form>`;
  }
}

/** What a comment is about, and whether that still says the same. */
function place({ anchor, now }) {
  if (!anchor.code) return nothing;
  const field = anchor.field ? `, ${(FIELDS[anchor.field] ?? anchor.field).toLowerCase()}` : "";
  const since = !now.present ? words.isGone : now.changed ? words.saysElse : "";
  return html`<span><span class="code">${now.code ?? anchor.code}</span>${field}</span>${since ? html` <span
    class="chip">${since}</span>` : nothing}`;
}

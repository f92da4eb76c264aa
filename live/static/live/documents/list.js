// The documents of a project, newest first, each with how far it is.

import { coalesced } from "../parts/coalesced.js";
import { progressBar, status } from "../parts/status.js";
import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { words } from "../words/documents.js";
import { NewDocument } from "./new-document.js";

const PAGE_SIZE = 50;
const REST_MS = 500; // between two readings, while a fast run ends sections one after the other

export class DocumentList {
  /** As lists of REST show them, without texts. @type {any[]} */ documents = [];
  /** @type {NewDocument | null} */ form = null;
  hasOlder = false;
  #limit = PAGE_SIZE;
  #readAgain = coalesced(async () => {
    await this.#read();
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  });

  constructor(/** @type {import("../page.js").Page} */ page) {
    this.page = page;
  }

  async enter() {
    const { project } = this.page;
    const seq = project.seq;
    await this.#read();
    for (const event of project.feed) if (event.seq > seq) this.onEvent(event);
  }

  leave() {}

  onEvent({ type }) {
    if (!type.startsWith("document.") && !type.startsWith("section.")) return;
    this.#readAgain().catch((error) => console.warn(error.message)); // what comes next reads it again
  }

  async #read() {
    const query = { limit: Math.min(this.#limit, 200) };
    const documents = [];
    let isMore = false;
    for await (const document of this.page.api.list(`projects/${this.page.project.id}/documents/`, query)) {
      isMore = documents.length === this.#limit;
      if (isMore) break;
      documents.push(document);
    }
    Object.assign(this, { documents, hasOlder: isMore });
    this.page.update();
  }

  async more() {
    this.#limit += PAGE_SIZE;
    await this.#read().catch((error) => this.page.fail(error));
  }

  openForm(/** @type {boolean} */ isOpen) {
    this.form = isOpen ? new NewDocument(this.page, () => this.openForm(false)) : null;
    this.page.update();
  }

  render() {
    return html`<div class="documents">
      <header class="row">
        <h1>${words.documents}</h1>
        ${this.page.can("edit") ? html`<button class="primary" @click=${() => this.openForm(true)}>${words.create}</button>` : nothing}
      </header>
      ${this.documents.length ? this.#list() : this.#empty()} ${this.form?.render() ?? nothing}
    </div>`;
  }

  #list() {
    const { id } = this.page.project;
    return html`<ul class="plain document-list">
        ${repeat(
          this.documents,
          ({ id }) => id,
          (document) => item(document, addressOf(id, "documents", document.id)),
        )}
      </ul>
      ${this.hasOlder ? html`<button @click=${() => this.more()}>${words.olderDocuments}</button>` : nothing}`;
  }

  #empty() {
    return html`<div class="empty">
      <p>${words.none}</p>
      <p>${this.page.can("edit") ? words.noneHint : words.noneForViewers}</p>
    </div>`;
  }
}

function item({ title, kind, task, status: state, sections, global_summary, updated_at }, address) {
  const done = sections.filter(({ current_draft }) => current_draft !== null).length;
  const stale = sections.filter(({ status }) => status === "stale").length;
  return html`<li class="card document">
    <div class="row">
      <h2>
        <a href=${address}><bdi>${title}</bdi></a>
      </h2>
      <span class="chip">${words.kinds[kind]}</span>
      ${task ? html`<span class="chip code">${task}</span>` : nothing} ${status(state, words.statuses[state])}
    </div>
    <p class="gist muted" dir="auto">${global_summary.split("\n", 1)[0]}</p>
    <div class="row small">
      <div class="bar">${progressBar((100 * done) / sections.length, words.sectionsDone(done, sections.length))}</div>
      <span class="number">${words.sectionsDone(done, sections.length)}</span>
      ${stale ? status("stale", words.stale(stale)) : nothing}
      <span class="muted when">${words.changed} ${ago(updated_at)}</span>
    </div>
  </li>`;
}

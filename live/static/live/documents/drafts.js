// Every attempt at a section: listed, beside the text that it has now or beside one another, and adopted.

import { actor } from "../parts/actor.js";
import { dialog } from "../parts/dialog.js";
import { Doing } from "../parts/doing.js";
import { status } from "../parts/status.js";
import { ago } from "../parts/time.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/documents.js";
import { comparison } from "./comparison.js";

const PAGE_SIZE = 20;
const ADOPTABLE = ["done", "proposed"];

const wordCount = (text) => text.match(/\S+/g)?.length ?? 0;

export class Drafts {
  /** Newest first. @type {any[]} */ drafts = [];
  /** Numbers of those that stand side by side. */ left = 0;
  right = 0;
  isOpen = false;
  #next = null;

  /**
   * @param {import("../page.js").Page} page @param {import("./live-document.js").LiveDocument} document
   * @param {number} sectionId @param {() => void} close
   */
  constructor(page, document, sectionId, close) {
    this.page = page;
    this.document = document;
    this.sectionId = sectionId;
    this.close = close;
    this.doing = new Doing(page);
  }

  /** The section as it is now; undefined when somebody has removed it. */
  get section() {
    return this.document.sections.find(({ id }) => id === this.sectionId);
  }

  async open() {
    await this.#read(this.page.api.url(`sections/${this.sectionId}/drafts/`, { limit: PAGE_SIZE }));
    const numbers = this.drafts.map(({ number }) => number);
    const current = this.section?.draft;
    this.right = numbers.includes(current) ? current : (numbers[0] ?? 0);
    this.left = numbers.find((number) => number !== this.right) ?? this.right;
    this.isOpen = true;
    this.page.update();
  }

  async #read(url) {
    const { results, next } = await this.page.api.get(url);
    this.drafts = [...this.drafts, ...results];
    this.#next = next;
  }

  set(changes) {
    Object.assign(this, changes);
    this.page.update();
  }

  adopt(number) {
    return this.doing.run("adopt", async () => {
      await this.document.adopt(this.sectionId, number);
      this.page.say(words.adopted(number, this.section.heading));
      this.close();
    });
  }

  render() {
    if (!this.isOpen || !this.section) return nothing;
    const body = this.drafts.length ? this.#body() : html`<p class="empty">${words.noDrafts}</p>`;
    return dialog({ title: words.draftsOf(this.section.heading), onClose: this.close, isWide: true }, body);
  }

  #body() {
    const more = () => this.doing.run("more", () => this.#read(this.#next));
    return html`<ul class="plain draft-list">
        ${this.drafts.map((draft) => this.#item(draft))}
      </ul>
      ${this.#next ? html`<button @click=${more} ?disabled=${this.doing.has("more")}>${words.olderDrafts}</button>` : nothing}
      ${this.drafts.length > 1 ? this.#besideChoice() : nothing} ${comparison(this.#side(this.left), this.#side(this.right))}`;
  }

  #item(draft) {
    const { number, status: state, author, model, text, instructions, created_at } = draft;
    return html`<li class="draft-item">
      <label class="inline">
        <input type="radio" name="left" .checked=${number === this.left} @change=${() => this.set({ left: number })} />
        <strong>${words.draft(number)}</strong>
      </label>
      ${number === this.section.draft ? html`<span class="chip">${words.current}</span>` : nothing}
      ${state === "done" ? nothing : status(state, words.draftStatuses[state])} ${actor(author)}
      <span class="muted"><bdi>${model ? words.byModel(model) : words.byHand}</bdi></span>
      <span class="muted number">${words.length(wordCount(text))}</span> <span class="muted">${ago(created_at)}</span>
      ${instructions ? html`<q class="asked" dir="auto">${instructions}</q>` : nothing}
    </li>`;
  }

  #besideChoice() {
    const choose = ({ target }) => this.set({ right: Number(target.value) });
    const one = ({ number }) => html`<option value=${number} .selected=${number === this.right}>${this.#name(number)}</option>`;
    return html`<label class="beside"
      >${words.compareWith}
      <select @change=${choose}>
        ${this.drafts.map(one)}
      </select></label
    >`;
  }

  #name(number) {
    return number === this.section.draft ? `${words.draft(number)}, ${words.current}` : words.draft(number);
  }

  #side(number) {
    const draft = this.drafts.find((each) => each.number === number);
    return { title: this.#name(number), text: draft.text, act: this.#canAdopt(draft) ? this.#adoptButton(number) : nothing };
  }

  #canAdopt({ number, status: state }) {
    const { draft, locked, status: now } = this.section;
    return this.page.can("edit") && ADOPTABLE.includes(state) && number !== draft && !locked && now !== "writing";
  }

  #adoptButton(number) {
    return html`<button class="primary" ?disabled=${this.doing.has("adopt")} @click=${() => this.adopt(number)}>
      ${words.adopt(number)}
    </button>`;
  }
}

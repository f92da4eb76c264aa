// What the work has made: pictures, sounds, files, and what checks have found.

import { detail } from "../artifacts/detail.js";
import { gallery } from "../artifacts/gallery.js";
import { nameOf } from "../artifacts/guess.js";
import { NO_FILTERS, choicesOf, withRead } from "../artifacts/listing.js";
import { Upload } from "../artifacts/upload.js";
import { coalesced } from "../parts/coalesced.js";
import { Doing } from "../parts/doing.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/artifacts.js";

const PAGE_SIZE = 60;
const CANNOT_CHECK = { not_checkable: words.notCheckable, no_file: words.noFile };

/** The artifacts of a project, filtered; over them the one that the address names. */
export class ArtifactsView {
  /** @type {any[]} */ items = [];
  /** @type {string | null} */ next = null;
  filters = NO_FILTERS;
  /** The one that is open. @type {any} */ open = null;
  /** Why it could not be checked. */ trouble = "";
  #changed = new Set();

  constructor(/** @type {import("../page.js").Page} */ page, /** @type {string[]} */ rest) {
    this.page = page;
    this.rest = rest;
    this.doing = new Doing(page);
    this.upload = new Upload(page, this.doing);
    this.readChanged = coalesced(() => this.#readChanged());
  }

  async enter() {
    await Promise.all([this.#readFirst(), this.#openNamed()]);
  }

  /** Another artifact, or none, is to be open. */
  turn(/** @type {string[]} */ rest) {
    this.rest = rest;
    this.doing.run("open", () => this.#openNamed());
  }

  onEvent({ type, payload }) {
    if (!type.startsWith("artifact.")) return;
    this.#changed.add(payload.artifact_id);
    this.readChanged().catch((error) => console.warn(error.message));
  }

  // Reading

  get #place() {
    return addressOf(this.page.project.id, "artifacts");
  }

  async #readFirst() {
    const { filters } = this;
    const wanted = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
    const page = await this.page.api.get(`projects/${this.page.project.id}/artifacts/`, { ...wanted, limit: PAGE_SIZE });
    if (filters === this.filters) Object.assign(this, { items: page.results, next: page.next });
  }

  async #readChanged() {
    const ids = [...this.#changed];
    this.#changed.clear();
    const read = new Map(await Promise.all(ids.map(async (id) => [id, await this.#find(id)])));
    this.items = withRead(this.items, read, this.filters);
    if (this.open && read.has(this.open.id)) this.open = read.get(this.open.id) ?? this.open;
    this.page.update();
  }

  /** null for one that is not there, or not any more. */
  async #find(id) {
    try {
      return await this.page.api.get(`artifacts/${id}/`);
    } catch (error) {
      if (error.status === 404) return null;
      throw error;
    }
  }

  async #openNamed() {
    const [id] = this.rest;
    this.trouble = "";
    const known = this.items.find((artifact) => String(artifact.id) === id);
    this.open = id ? (known ?? (await this.#find(encodeURIComponent(id)))) : null;
    if (id && !this.open) this.page.say(words.notThere);
  }

  // What a person does

  filter(name, value) {
    this.filters = { ...this.filters, [name]: value };
    return this.doing.run(`filter ${JSON.stringify(this.filters)}`, () => this.#readFirst());
  }

  more() {
    return this.doing.run("more", async () => {
      const page = await this.page.api.get(this.next);
      this.items = withRead(this.items, new Map(page.results.map((artifact) => [artifact.id, artifact])), NO_FILTERS);
      this.next = page.next;
    });
  }

  check(artifact) {
    return this.doing.run("check", async () => {
      this.trouble = "";
      try {
        const checked = await this.page.api.post(`artifacts/${artifact.id}/validate/`);
        this.page.say(words.checked(nameOf(checked), words.verdicts[checked.validation_status]));
        this.#put(checked);
      } catch (error) {
        if (!(error.code in CANNOT_CHECK)) throw error;
        this.trouble = CANNOT_CHECK[error.code];
      }
    });
  }

  async remove(artifact) {
    const name = nameOf(artifact);
    const asked = { title: words.deleteTitle(name), text: words.deleteWhy, verb: words.delete, isDangerous: true };
    if (!(await this.page.confirm(asked))) return;
    const isDone = await this.doing.run("delete", () => this.page.api.delete(`artifacts/${artifact.id}/`));
    if (!isDone) return;
    this.items = this.items.filter(({ id }) => id !== artifact.id);
    this.page.say(words.deleted(name));
    this.page.go(this.#place);
  }

  #put(artifact) {
    this.items = withRead(this.items, new Map([[artifact.id, artifact]]), this.filters);
    if (this.open?.id === artifact.id) this.open = artifact;
  }

  // Drawing

  render() {
    const { upload, page } = this;
    const canEdit = page.can("edit");
    const dropping = (event) => canEdit && upload[{ dragover: "over", dragleave: "out", drop: "drop" }[event.type]](event);
    return html`<div class="artifacts" @dragover=${dropping} @dragleave=${dropping} @drop=${dropping}>
      <h1 class="visually-hidden">${words.title}</h1>
      <div class="head">${this.#filters()} ${canEdit ? upload.render() : nothing}</div>
      ${this.items.length ? gallery(this.items, { projectId: page.project.id, urlOf: (artifact) => this.#urlOf(artifact) }) : this.#nothing()}
      ${this.next ? html`<p class="more"><button ?disabled=${this.doing.has("more")} @click=${() => this.more()}>${words.more}</button></p>` : nothing}
      ${this.open ? this.#detail(this.open) : nothing}
    </div>`;
  }

  #filters() {
    const { types, tasks } = choicesOf(this.page.project.state.artifacts);
    const titled = (code) => `${code} ${this.page.project.tasksByCode.get(code)?.title ?? ""}`;
    const own = (texts) => Object.entries(texts);
    return html`<form class="filters" aria-label=${words.filter} @submit=${(event) => event.preventDefault()}>
      ${this.#select("validation_status", words.verdict, own(words.verdicts))}
      ${this.#select("category", words.category, own(words.categories))}
      ${this.#select(
        "type",
        words.type,
        types.map((type) => [type, type]),
      )}
      ${this.#select(
        "task",
        words.task,
        tasks.map((code) => [code, titled(code)]),
      )}
      <span class="muted small" role="status">${words.found(this.items.length, Boolean(this.next))}</span>
    </form>`;
  }

  #select(name, label, options) {
    const option = ([value, text]) => html`<option value=${value} ?selected=${value === this.filters[name]}>${text}</option>`;
    return html`<label
      >${label}
      <select name=${name} @change=${({ target }) => this.filter(name, target.value)}>
        <option value="">${words.all}</option>
        ${options.map(option)}
      </select>
    </label>`;
  }

  #nothing() {
    const isFiltered = Object.values(this.filters).some(Boolean);
    return html`<p class="empty">${isFiltered ? words.noneMatch : words.none}</p>`;
  }

  #detail(artifact) {
    return detail(artifact, {
      projectId: this.page.project.id,
      url: this.#urlOf(artifact),
      canEdit: this.page.can("edit"),
      isChecking: this.doing.has("check"),
      trouble: this.trouble,
      close: () => this.page.go(this.#place),
      check: () => this.check(artifact),
      remove: () => this.remove(artifact),
    });
  }

  #urlOf({ id }) {
    return this.page.api.url(`artifacts/${id}/file/`);
  }
}

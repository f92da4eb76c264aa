// One document, live: read by REST, its text from its stream as it is written, everything else upon the project's events.

import { DocumentText } from "../../clients/document.js";
import { etagOf } from "../../clients/rest.js";
import { coalesced } from "../parts/coalesced.js";
import { History } from "./history.js";
import { Manuscript } from "./manuscript.js";
import { OutlineEdits } from "./outline-edits.js";

const FEW = 3; // sections that are read one by one; more, and the whole document is
const ENDS = ["document.completed", "document.failed", "document.cancelled"];

/**
 * A section as it is shown: its place in the outline, its text, and what the gateway knows of it (not yet, of a new one).
 * @typedef {import("./outline.js").Entry & import("./manuscript.js").Told & {status: string, isWriting: boolean, isSaving: boolean,
 *   locked: boolean, tasks: string[], why: ReturnType<History["whyStale"]>}} Shown
 */

export class LiveDocument {
  /** As REST gave it, with what was told since; the same object, on which its ETag hangs. @type {any} */ body = {};
  /** Texts that are on their way to the gateway, by section. @type {Map<number, string>} */ saving = new Map();
  isGone = false;
  #page;
  #route;
  #subscription;
  /** @type {Map<string, Shown>} */ #drawn = new Map();
  #touched = new Set(); // sections to be read anew; null among them: the whole document
  #readTouched = coalesced(() => this.#read());

  constructor(page, /** @type {number} */ id) {
    this.#page = page;
    this.id = id;
    this.history = new History(id);
    this.edits = new OutlineEdits(
      (outline) => this.#patch({ outline }),
      () => page.update(),
    );
    this.#route = page.route;
  }

  // What it is

  get path() {
    return `documents/${this.id}/`;
  }

  get isWriting() {
    return this.body.status === "generating";
  }

  /** The text and summary as far as they have come. @type {Manuscript} */
  manuscript = new Manuscript(new DocumentText());

  /** @returns {Shown[]} */
  get sections() {
    const known = new Map(this.body.sections.map((section) => [section.id, section]));
    return this.edits.entries.map((entry) => this.#shown(entry, known.get(entry.id)));
  }

  #shown(entry, { status = "empty", locked = false, tasks = [] } = {}) {
    const told = this.manuscript.of(entry.id);
    const now = statusNow(told, status);
    const isSaving = this.saving.has(entry.id);
    const text = this.saving.get(entry.id) ?? told.text;
    const why = now === "stale" ? this.history.whyStale({ id: entry.id, tasks }) : undefined;
    const isWriting = told.status === "writing";
    return this.#same({ ...told, ...entry, text, status: now, isWriting, isSaving, locked, tasks, why });
  }

  /** The object as it was shown before, where it says the same: what has not changed need not be drawn. */
  #same(/** @type {Shown} */ section) {
    const before = this.#drawn.get(section.key);
    if (before && Object.keys(section).every((name) => isSame(section[name], before[name]))) return before;
    this.#drawn.set(section.key, section);
    return section;
  }

  // Coming and going

  async open() {
    const { project } = this.#page;
    const seq = project.seq;
    await this.#readAll();
    await this.history.read(this.#page.api, project.id, this.body);
    if (this.#page.route !== this.#route) return; // somebody went elsewhere meanwhile
    this.#subscribe();
    for (const event of project.feed.filter((event) => event.seq > seq).reverse()) this.onEvent(event);
  }

  close() {
    this.#subscription?.close();
  }

  /** When the stream could not be continued from where we were, or its text was not what it should be. */
  async startAnew() {
    this.close();
    this.body = await this.#page.api.get(this.path); // even where it is older than what we had: a backup may have come back
    this.manuscript = new Manuscript(new DocumentText());
    this.#take(this.body, this.manuscript.now);
    this.#subscribe();
  }

  /** An event of the project's log. */
  onEvent(event) {
    this.history.take(event);
    if (event.payload.document_id === this.id) this.#changes[event.type]?.(event.payload);
  }

  #changes = {
    "document.started": () => {
      this.body.status = "generating";
      this.#readAnew(null); // an answer that is on its way may still say that nobody writes
    },
    "document.updated": () => this.#readAnew(null),
    "document.deleted": () => (this.isGone = true),
    "section.updated": ({ section_id }) => this.#readAnew(section_id),
    "section.completed": ({ section_id, tasks }) => this.#put(section_id, { status: "done", tasks }),
    ...Object.fromEntries(ENDS.map((type) => [type, () => this.#readAnew(null)])),
  };

  // What people do

  /** Have what is missing or doubtful written, or else all that a run has written. */
  generate(instructions = "") {
    return this.#page.api.post(`${this.path}generate/`, { instructions });
  }

  regenerate(/** @type {number} */ id, instructions = "") {
    return this.#page.api.post(`sections/${id}/regenerate/`, { instructions });
  }

  async cancel() {
    const since = this.manuscript.now;
    this.#take(await this.#page.api.post(`${this.path}cancel/`), since);
  }

  async makeOutline() {
    const since = this.manuscript.now;
    this.#take(await this.#page.api.post(`${this.path}outline/generate/`), since);
  }

  retitle(/** @type {string} */ title) {
    return this.#patch({ title });
  }

  remove() {
    return this.#page.api.delete(this.path);
  }

  /** Shows at once; taken back when the gateway will not have it. */
  async setLocked(/** @type {number} */ id, /** @type {boolean} */ locked) {
    const since = this.manuscript.now;
    this.#put(id, { locked });
    try {
      this.#takeSection(await this.#page.api.patch(`sections/${id}/`, { locked }), since);
    } catch (error) {
      this.#put(id, { locked: !locked });
      throw error;
    } finally {
      this.#page.update();
    }
  }

  /** A text written by hand, of the section that was read with `etag`. Shows at once; taken back when it is not stored. */
  async saveText(/** @type {number} */ id, /** @type {string} */ text, /** @type {string | undefined} */ etag) {
    const since = this.manuscript.now;
    this.saving.set(id, text);
    this.#page.update();
    try {
      this.#takeSection(await this.#page.api.patch(`sections/${id}/`, { text }, { ifMatch: etag }), since);
    } finally {
      this.saving.delete(id);
      this.#page.update();
    }
  }

  async adopt(/** @type {number} */ id, /** @type {number} */ number) {
    const since = this.manuscript.now;
    this.#takeSection(await this.#page.api.post(`sections/${id}/drafts/${number}/adopt/`), since);
    this.#page.update();
  }

  async #patch(change) {
    const since = this.manuscript.now;
    try {
      const document = await this.#page.api.patch(this.path, change, { ifMatch: etagOf(this.body) });
      this.#take(document, since);
      return document;
    } catch (error) {
      if (error.code === "stale_version") await this.#readAll(); // its `current` is without the ETag
      throw error;
    }
  }

  // What is read

  /** `since`: where the stream was when it was asked for, since what that has told meanwhile is newer. */
  #take(document, since) {
    if (Date.parse(document.updated_at) < Date.parse(this.body.updated_at)) return; // overtaken by a later answer
    this.body = document;
    this.manuscript.takeDocument(document, since);
    this.edits.take(document);
    if (!this.isWriting) this.history.run = null;
    this.#page.update();
  }

  #takeSection(section, since) {
    this.manuscript.takeSection(section, since);
    this.#put(section.id, section);
  }

  /** Other facts about a section; the body keeps its ETag, since they are no edit of the outline. */
  #put(id, facts) {
    const sections = this.body.sections.map((section) => (section.id === id ? { ...section, ...facts } : section));
    this.body.sections = sections;
  }

  #readAnew(...touched) {
    for (const what of touched) this.#touched.add(what);
    this.#readTouched().catch((error) => this.#page.fail(error));
  }

  async #read() {
    const touched = [...this.#touched];
    this.#touched.clear();
    if (this.isGone) return;
    try {
      await (touched.includes(null) || touched.length > FEW
        ? this.#readAll()
        : Promise.all(touched.map((id) => this.#readOne(id))));
    } catch (error) {
      for (const what of touched) this.#touched.add(what); // with the next frame that comes
      throw error;
    }
    this.#page.update();
  }

  async #readAll() {
    const since = this.manuscript.now;
    this.#take(await this.#page.api.get(this.path), since);
  }

  async #readOne(id) {
    const since = this.manuscript.now;
    const section = await this.#page.api.get(`sections/${id}/`).catch((error) => {
      if (error.status !== 404) throw error; // removed meanwhile, which the outline will tell
    });
    if (section) this.#takeSection(section, since);
  }

  #subscribe() {
    this.#subscription = this.#page.gateway.subscribe(`document:${this.id}`, {
      after: this.body.cursor,
      onEvent: (frame) => this.#hear(frame),
      onError: (error) => (error.cursor === undefined ? this.#end(error) : this.startAnew().catch((each) => this.#end(each))),
    });
  }

  #hear(frame) {
    this.manuscript.apply(frame);
    if (frame.type === "document_end" && this.isWriting) this.#readAnew(null);
    else if (this.#touched.size) this.#readAnew();
    this.#page.update();
  }

  #end(error) {
    if (!this.isGone) this.#page.fail(error);
  }
}

/** Facts are few and small; texts are told apart by themselves. */
const isSame = (one, other) => one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));

/** What the stream has told is newer than what REST has. A run that was cancelled leaves an old text doubtful. */
function statusNow(/** @type {import("./manuscript.js").Told} */ { status, draft }, known) {
  if (status === "cancelled") return draft ? "stale" : "empty";
  return status ?? known;
}

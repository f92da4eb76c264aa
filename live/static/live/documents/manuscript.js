// The text of a document as a page has it: what REST told, and what the stream has told since. Pure.

/**
 * A section's text. `draft`: its number, 0 where there is no text. `status`: what the stream has said since REST was asked;
 * `writing`: the text is growing now. `broken`: the draft that was given up last, where none has been begun since.
 * @typedef {"writing" | "done" | "failed" | "cancelled"} Status
 * @typedef {{text: string, draft: number, status?: Status, broken?: {draft: number, status: Status, length: number}}} Told
 */

const ABOUT_SECTIONS = ["section_start", "section_chunk", "section_end"];

/** Until the first word of a new draft has come, the text is the one before. */
function textOf(section) {
  const { status, text, draft, done } = section ?? {};
  if (status === "writing" && !text && done) return { text: done.text, draft: done.draft };
  return status === "writing" || status === "done" ? { text, draft } : { text: "", draft: 0 };
}

const bytes = (text) => new TextEncoder().encode(text).length;

/** Takes answers of REST and frames of the stream in whatever order they come, and lets the newer word win. */
export class Manuscript {
  #fold;
  #now = 0; // frames so far
  /** @type {Map<number, {at: number, status: Status}>} */ #heard = new Map(); // what the stream has told of a section last
  /** @type {Map<number, Told["broken"]>} */ #broken = new Map();

  /** @param {import("../../clients/document.js").DocumentText} fold */
  constructor(fold) {
    this.#fold = fold;
  }

  /** Ask before a request, and give it with the answer: what the stream tells meanwhile is newer than that. */
  get now() {
    return this.#now;
  }

  get summary() {
    return this.#fold.globalSummary;
  }

  /** The id of the section that is being written; undefined when none is. */
  get writing() {
    return [...this.#fold.byId.values()].find(({ status }) => status === "writing")?.id;
  }

  /** @returns {Told} */
  of(/** @type {number} */ id) {
    const section = this.#fold.byId.get(id);
    return { ...textOf(section), status: this.#heard.get(id)?.status, broken: this.#broken.get(id) };
  }

  /** A frame of the document's stream. */
  apply(frame) {
    this.#now += 1;
    const section = this.#fold.apply(frame);
    if (!ABOUT_SECTIONS.includes(frame.type)) return;
    const { section_id: id, draft, status = "writing", length } = frame;
    this.#heard.set(id, { at: this.#now, status });
    if (status === "failed" || status === "cancelled") this.#broken.set(id, { draft, status, length });
    else this.#broken.delete(id);
    return section;
  }

  /** A whole document as REST gave it, asked for at `since`. */
  takeDocument(document, since = this.#now) {
    for (const section of document.sections) this.takeSection(section, since);
    if (document.summary_revision >= this.#fold.revision) {
      Object.assign(this.#fold, { globalSummary: document.global_summary, revision: document.summary_revision });
    }
  }

  /** A section as REST gave it. What the stream has told since is newer; what is being written goes on. */
  takeSection({ id, idx, heading, current_draft: draft, content }, since = this.#now) {
    if (this.#heard.get(id)?.at > since) return;
    const known = this.#fold.byId.get(id);
    if (known?.status === "writing") {
      if (draft !== null) known.done = { draft, text: content, begins: 0 };
      return;
    }
    this.#heard.delete(id);
    if (draft === null) this.#fold.byId.delete(id);
    else this.#put({ section_id: id, draft, idx, heading }, content);
  }

  #put(about, text) {
    const length = bytes(text);
    this.#fold.apply({ ...about, type: "section_start", sections_total: 0 });
    this.#fold.apply({ ...about, type: "section_chunk", start: 0, end: length, text });
    this.#fold.apply({ ...about, type: "section_end", length, status: "done" });
  }
}

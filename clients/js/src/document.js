// A document's text as it grows. Pure: give it the frames of a section stream, in order. The page about it is docs/clients.md.

/**
 * A section as its newest draft has it. A draft that ends otherwise than done gives way to the last one that was done, if that
 * was seen. `begins`: the byte of its draft at which `text` begins; not 0 where a cursor led into its middle.
 * @typedef {{id: number, idx?: number, heading: string, draft: number, text: string, begins: number, length: number,
 *   status: "writing" | "done" | "failed" | "cancelled", done?: object}} Section
 */

const bytes = (text) => new TextEncoder().encode(text).length;

/** All sections by their ids, the summary, and how far the run has come. */
export class DocumentText {
  /** @type {Map<number, Section>} */ byId = new Map();
  globalSummary = "";
  revision = 0;
  sectionsTotal = 0;
  sectionsDone = 0;
  status = "writing";

  /** In the document's order; those whose place is not known come last. */
  get sections() {
    return [...this.byId.values()].sort((one, other) => (one.idx ?? Infinity) - (other.idx ?? Infinity) || one.draft - other.draft);
  }

  get text() {
    return this.sections.map(({ text }) => text).join("\n\n");
  }

  /** Take a frame, and give the section that it is about. Other frames than those of a section stream change nothing. */
  apply(frame) {
    return this.#changes[frame.type]?.(frame);
  }

  #changes = {
    section_start: (frame) => {
      this.sectionsTotal = frame.sections_total;
      return Object.assign(this.#begin(frame, 0), { idx: frame.idx, heading: frame.heading });
    },
    section_chunk: (frame) => {
      const section = this.#section(frame, frame.start);
      return Object.assign(section, { text: section.text + frame.text, length: frame.end });
    },
    section_end: (frame) => {
      const section = this.#section(frame, frame.length);
      const { draft, text, begins } = section;
      if (frame.status === "done") return Object.assign(section, { status: "done", done: { draft, text, begins } });
      if (!section.done) return Object.assign(section, { status: frame.status });
      return Object.assign(section, section.done, { status: "done", length: section.done.begins + bytes(section.done.text) });
    },
    summary_update: (frame) => {
      this.globalSummary = frame.global_summary;
      this.revision = frame.revision;
      this.sectionsDone = frame.sections_done;
      this.sectionsTotal = frame.sections_total;
    },
    document_end: (frame) => {
      this.status = frame.status;
      this.sectionsDone = frame.sections_done;
    },
  };

  /** The section, at the frame's draft. */
  #section(frame, begins) {
    const known = this.byId.get(frame.section_id);
    return known?.draft === frame.draft ? known : this.#begin(frame, begins);
  }

  #begin({ section_id: id, draft }, begins) {
    this.status = "writing";
    const section = this.byId.get(id) ?? { id, heading: "" };
    this.byId.set(id, Object.assign(section, { draft, text: "", status: "writing", begins, length: begins }));
    return section;
  }
}

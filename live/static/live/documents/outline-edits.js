// Edits of an outline that show at once and are stored one after the other. What the gateway refuses is taken back, and kept to
// be done again.

import { bodyOf, entriesOf } from "./outline.js";

/**
 * @typedef {import("./outline.js").Entry} Entry
 * @typedef {import("./outline.js").Edit} Edit
 * @typedef {{error: Error, edits: Edit[], wanted: Entry[]}} Refused  `wanted`: the outline as it would have been.
 */

export class OutlineEdits {
  /** @type {Entry[]} */ #stored = [];
  /** @type {Edit[]} */ #waiting = [];
  /** @type {Promise<void> | undefined} */ #sending;
  #arrived = null; // the document as it came while edits were being stored
  #fresh = 0;
  #send;
  #changed;
  /** @type {Refused | undefined} */ refused;

  /**
   * @param {(outline: object[]) => Promise<any>} send  Stores an outline, and gives the document as it is then. Before it throws
   *   because somebody else was faster, it has the document taken as it is.
   * @param {() => void} changed  Called whenever `entries` or `refused` are others.
   */
  constructor(send, changed) {
    this.#send = send;
    this.#changed = changed;
  }

  /** The outline with all that was done to it, stored or not. @returns {Entry[]} */
  get entries() {
    return this.#applied(this.#waiting);
  }

  /** Whether something has still to be stored. */
  get isBusy() {
    return this.#sending !== undefined;
  }

  /** The document as it is now. While edits are being stored, their answer says it. */
  take(document) {
    if (this.isBusy) this.#arrived = document;
    else this.#stored = this.#keyed(entriesOf(document));
  }

  /** A key for a new section. */
  newKey() {
    return `new-${(this.#fresh += 1)}`;
  }

  /** Do something to the outline, now for who looks at it, and soon for everybody. */
  do(/** @type {Edit} */ edit) {
    this.#waiting.push(edit);
    this.#sending ??= this.#sendAll();
    this.#changed();
    return this.#sending;
  }

  /** Try what was refused again, on the outline as it is now. */
  again() {
    const { edits = [] } = this.refused ?? {};
    this.refused = undefined;
    this.#waiting.push(...edits);
    this.#sending ??= this.#sendAll();
    this.#changed();
    return this.#sending;
  }

  dismiss() {
    this.refused = undefined;
    this.#changed();
  }

  async #sendAll() {
    while (this.#waiting.length) await this.#sendSome([...this.#waiting]);
    this.#sending = undefined;
    this.#changed();
  }

  async #sendSome(edits) {
    const wanted = this.#applied(edits);
    try {
      const document = await this.#send(bodyOf(wanted));
      this.#waiting.splice(0, edits.length);
      this.#stored = sameKeys(entriesOf(document), wanted);
    } catch (error) {
      this.refused = { error, edits: this.#waiting.splice(0), wanted };
      if (this.#arrived) this.#stored = this.#keyed(entriesOf(this.#arrived));
    }
    this.#arrived = null;
    this.#changed();
  }

  #applied(edits) {
    return edits.reduce((entries, edit) => edit(entries), this.#stored);
  }

  /** Entries with the keys under which they are known, so that what somebody is typing in stays where it is. */
  #keyed(entries) {
    const keys = new Map(this.#stored.map(({ id, key }) => [id, key]));
    return entries.map((entry) => ({ ...entry, key: keys.get(entry.id) ?? entry.key }));
  }
}

/** What was stored has the order of what was sent: a new section keeps the key that it had before its id. */
const sameKeys = (entries, sent) => entries.map((entry, at) => ({ ...entry, key: sent[at]?.key ?? entry.key }));

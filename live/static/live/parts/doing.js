// What a view has asked the gateway for and waits for: its buttons are disabled meanwhile, and what goes wrong is told.

export class Doing {
  #under = new Set();
  #page;

  constructor(/** @type {import("../page.js").Page} */ page) {
    this.#page = page;
  }

  has(/** @type {string} */ key) {
    return this.#under.has(key);
  }

  /** Do it, unless it is being done already. Whether it went well. */
  async run(/** @type {string} */ key, /** @type {() => Promise<any>} */ work) {
    if (this.#under.has(key)) return false;
    this.#under.add(key);
    this.#page.update();
    try {
      await work();
      return true;
    } catch (error) {
      this.#page.fail(error);
      return false;
    } finally {
      this.#under.delete(key);
      this.#page.update();
    }
  }
}

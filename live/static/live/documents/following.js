// Keeps the end of a growing text in sight of who reads there, and leaves everybody else where they are.

const SLACK = 64; // pixels below the window's edge that still count as in sight

/** Watches one element grow. `isFollowing`: its reader is at what is being written, and has not scrolled up from there. */
export class Following {
  isFollowing = false;
  #changed;
  /** @type {Element | null} */ #end = null;
  #top = 0; // where its upper edge was: it comes down when the reader scrolls up, and only then
  #grown = new ResizeObserver(() => this.#keepUp());
  #look = () => this.#judge();

  constructor(/** @type {() => void} */ changed) {
    this.#changed = changed;
    addEventListener("scroll", this.#look, { passive: true, capture: true });
  }

  /** The element whose lower edge is where text is being written; null when nothing is. */
  watch(/** @type {Element | null} */ end) {
    if (end === this.#end) return;
    const isFirst = this.#end === null;
    this.#grown.disconnect();
    this.#end = end;
    if (!end) return this.#follow(false);
    this.#grown.observe(end);
    this.#top = this.#box.top;
    if (isFirst) this.#follow(this.#isInSight);
    else this.#keepUp();
  }

  /** Go to what is being written, and stay there. */
  jump() {
    this.#follow(true);
    this.#keepUp();
  }

  close() {
    this.#grown.disconnect();
    removeEventListener("scroll", this.#look, { capture: true });
  }

  get #box() {
    return /** @type {Element} */ (this.#end).getBoundingClientRect();
  }

  get #isInSight() {
    const { bottom } = this.#box;
    return bottom > 0 && bottom <= innerHeight + SLACK;
  }

  #judge() {
    if (!this.#end) return;
    const before = this.#top;
    this.#top = this.#box.top;
    this.#follow(this.#top <= before && this.#isInSight);
  }

  #follow(isFollowing) {
    if (isFollowing === this.isFollowing) return;
    this.isFollowing = isFollowing;
    this.#changed();
  }

  #keepUp() {
    if (!this.isFollowing || !this.#end) return;
    this.#end.scrollIntoView({ block: "end", behavior: "instant" });
    this.#top = this.#box.top;
  }
}

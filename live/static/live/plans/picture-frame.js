// A picture that one moves about in: by dragging, scrolling and keys; closer and further by buttons, keys and the wheel.

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/graph.js";

const FACTOR = 1.25;
const LEAST = 0.1;
const LEGIBLE = 0.4; // what would be smaller to fit is not fitted until somebody asks
const BEGINNING = 0.6;
const MOST = 4;
const ZOOM_KEYS = { "+": "closer", "=": "closer", "-": "further", 0: "fit", 1: "original" };

export class PictureFrame {
  /** Null: as wide as the frame. @type {number | null} */ scale = null;
  hasFailed = false;
  #natural = { width: 0, height: 0 };
  #frame = null;

  constructor(/** @type {() => void} */ changed) {
    this.changed = changed;
  }

  // Zooming

  /** How big it is shown now, against its own size. */
  get shownScale() {
    return this.scale ?? Math.min(this.#fitting, 1);
  }

  get #fitting() {
    return this.#frame && this.#natural.width ? this.#frame.clientWidth / this.#natural.width : 1;
  }

  closer(at) {
    this.zoom(this.shownScale * FACTOR, at);
  }

  further(at) {
    this.zoom(this.shownScale / FACTOR, at);
  }

  fit() {
    this.scale = null;
    this.changed();
  }

  original() {
    this.zoom(1);
  }

  /** What is at a point of the frame stays there; without one, what is in its middle. */
  zoom(scale, at = this.#middle) {
    const before = this.shownScale;
    this.scale = Math.min(Math.max(scale, LEAST), MOST);
    const factor = this.scale / before;
    const frame = this.#frame;
    const [left, top] = [(frame.scrollLeft + at.x) * factor - at.x, (frame.scrollTop + at.y) * factor - at.y];
    this.changed();
    requestAnimationFrame(() => frame.scrollTo(left, top));
  }

  get #middle() {
    const { clientWidth = 0, clientHeight = 0 } = this.#frame ?? {};
    return { x: clientWidth / 2, y: clientHeight / 2 };
  }

  key(event) {
    const does = ZOOM_KEYS[event.key];
    if (!does || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this[does]();
  }

  wheel(event) {
    if (!event.ctrlKey) return; // without it, it scrolls
    event.preventDefault();
    const { left, top } = this.#frame.getBoundingClientRect();
    const at = { x: event.clientX - left, y: event.clientY - top };
    if (event.deltaY < 0) this.closer(at);
    else this.further(at);
  }

  /** A finger scrolls by itself; a mouse drags. */
  drag(event) {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    event.preventDefault();
    const frame = this.#frame;
    frame.focus({ preventScroll: true });
    frame.setPointerCapture(event.pointerId);
    const { scrollLeft, scrollTop } = frame;
    const move = ({ clientX, clientY }) =>
      frame.scrollTo(scrollLeft - clientX + event.clientX, scrollTop - clientY + event.clientY);
    const end = () => frame.removeEventListener("pointermove", move);
    frame.addEventListener("pointermove", move);
    frame.addEventListener("lostpointercapture", end, { once: true });
  }

  // Drawing

  #loaded({ target }) {
    this.hasFailed = false;
    const isFirst = this.#frame === null;
    this.#frame = target.closest(".frame");
    this.#natural = { width: target.naturalWidth, height: target.naturalHeight };
    if (isFirst && this.#fitting < LEGIBLE) this.scale = BEGINNING;
    this.changed();
  }

  #failed() {
    this.hasFailed = true;
    this.changed();
  }

  /** @param {string} src @param {string} alt @param {string} name */
  render(src, alt, name) {
    const width = this.#natural.width ? `${Math.round(this.#natural.width * this.shownScale)}px` : "";
    return html`<div class="row zoom">
        <button aria-label=${words.zoomOut} title=${words.zoomOut} @click=${() => this.further()}>−</button>
        <span class="number small percent">${words.percent(this.shownScale)}</span>
        <button aria-label=${words.zoomIn} title=${words.zoomIn} @click=${() => this.closer()}>+</button>
        <button @click=${() => this.fit()} aria-pressed=${this.scale === null}>${words.fit}</button>
        <button @click=${() => this.original()} aria-pressed=${this.scale === 1}>${words.original}</button>
        <span class="hint keys" id="picture-keys">${words.keys}</span>
      </div>
      ${this.hasFailed ? html`<p class="notice bad" role="alert">${words.failed}</p>` : nothing}
      <div class="frame" role="region" tabindex="0" aria-label=${words.frame(name)} aria-describedby="picture-keys"
        @keydown=${(event) => this.key(event)} @wheel=${{ handleEvent: (event) => this.wheel(event), passive: false }}
          @pointerdown=${(event) => this.drag(event)}>
        <img src=${src} alt=${alt} .style=${width ? `width: ${width}` : ""} draggable="false"
          @load=${(event) => this.#loaded(event)} @error=${() => this.#failed()} />
      </div>`;
  }
}

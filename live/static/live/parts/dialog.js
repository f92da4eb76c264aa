// A modal dialog: open as long as it is drawn. Escape and a click beside it close it; the focus goes back to where it was.

import { AsyncDirective } from "../vendor/lit-html/async-directive.js";
import { directive } from "../vendor/lit-html/directive.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words.js";

const FOCUSED = ["[autofocus]", ".dialog-body :is(input, textarea, select)", "h2"];

class Modal extends AsyncDirective {
  #element;
  #before;
  #code; // of the card that the focus was on: it may be in another column by then

  render() {
    return nothing;
  }

  update(part) {
    if (this.#element) return nothing;
    this.#element = part.element;
    this.#before = document.activeElement;
    this.#code = (this.#before?.closest("li") ?? this.#before)?.querySelector("[data-code]")?.dataset.code;
    queueMicrotask(() => this.isConnected && this.#show());
    return nothing;
  }

  /** The focus goes to what is to be filled in, else to the heading; not to the button that closes it. */
  #show() {
    this.#element.showModal();
    const [first] = FOCUSED.map((wanted) => this.#element.querySelector(wanted)).filter(Boolean);
    first.focus();
  }

  disconnected() {
    queueMicrotask(() => (this.#before?.isConnected ? this.#before : cardOf(this.#code))?.focus());
  }
}

const cardOf = (code) => code && document.querySelector(`[data-code="${CSS.escape(code)}"]`);
const modal = directive(Modal);

/**
 * `title` is its heading and its name, a string; `onClose` is called when it is to go: stop drawing it then. A form inside may hold `actions`.
 * @param {{title: string, onClose: () => void, isWide?: boolean, kicker?: unknown}} options
 */
export function dialog({ title, onClose, isWide = false, kicker = nothing }, body, actions = nothing) {
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  const beside = (event) => event.target === event.currentTarget && onClose();
  return html`<dialog class=${isWide ? "wide" : ""} aria-label=${title} ${modal()} @cancel=${cancel} @mousedown=${beside}>
    <div class="dialog">
      <header>
        <div>
          ${kicker}
          <h2 tabindex="-1">${title}</h2>
        </div>
        <button class="quiet" type="button" aria-label=${words.close} @click=${onClose}>×</button>
      </header>
      <div class="dialog-body">${body}</div>
      ${actions === nothing ? nothing : html`<footer>${actions}</footer>`}
    </div>
  </dialog>`;
}

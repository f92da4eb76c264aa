// The dialog in which somebody tells the writer what should be different.

import { dialog } from "../parts/dialog.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/documents.js";

const MOST_CHARACTERS = 20_000;

/**
 * `send` gets the instructions, and gives whether that went well.
 * @param {{title: string, text?: string, send: (instructions: string) => Promise<boolean>, close: () => void,
 *   isBusy: boolean}} options
 */
export function askingDialog({ title, text, send, close, isBusy }) {
  const submit = async (event) => {
    event.preventDefault();
    if (await send(new FormData(event.target).get("instructions").trim())) close();
  };
  const keys = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form.requestSubmit();
  const verb = html`<button class="primary" form="asking" ?disabled=${isBusy}>${words.askVerb}</button>`;
  const body = html`<form id="asking" class="form" @submit=${submit}>
    ${text ? html`<p>${text}</p>` : nothing}
    <label>
      ${words.instructions}
      <textarea
        name="instructions"
        rows="4"
        maxlength=${MOST_CHARACTERS}
        aria-describedby="asking-hint"
        autofocus
        @keydown=${keys}
      ></textarea>
      <span class="hint" id="asking-hint">${words.instructionsHint}</span>
    </label>
  </form>`;
  return dialog({ title, onClose: close }, body, verb);
}

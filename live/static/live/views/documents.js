// The documents of a project: their list, or one of them.

import { DocumentList } from "../documents/list.js";
import { DocumentScreen } from "../documents/screen.js";

/** What is written down about the game, as it is written. */
export class DocumentsView {
  constructor(page, /** @type {string[]} */ [id]) {
    this.screen = /^[1-9]\d*$/.test(id) ? new DocumentScreen(page, Number(id)) : new DocumentList(page);
  }

  enter() {
    return this.screen.enter();
  }

  render() {
    return this.screen.render();
  }

  onEvent(event) {
    this.screen.onEvent(event);
  }

  leave() {
    this.screen.leave();
  }
}

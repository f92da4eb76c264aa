// Dragging a row of a list by its handle: with mouse, pen or finger. Escape gives it up.

const EDGE = 48; // this near to the edge of what scrolls, it scrolls
const STEP = 14;

/**
 * @typedef {object} Listeners
 * @property {(onto: string, below: boolean) => void} over  The row it is over by its data-code, and on which half.
 * @property {(isDropped: boolean) => void} end
 */

/** Follow a pointer that was put down on a handle, until it is lifted. */
export function followPointer(/** @type {PointerEvent} */ event, /** @type {Listeners} */ { over, end }) {
  const handle = /** @type {HTMLElement} */ (event.currentTarget);
  if (event.button !== 0) return;
  handle.setPointerCapture(event.pointerId);
  const ending = new AbortController();
  const listen = (target, type, does) => target.addEventListener(type, does, { signal: ending.signal });
  const finish = (isDropped) => {
    ending.abort();
    end(isDropped);
  };
  listen(handle, "pointermove", (move) => {
    scrollNear(handle, move.clientY);
    const row = document.elementFromPoint(move.clientX, move.clientY)?.closest("[data-row]");
    if (row) over(row.dataset.row, isLowerHalf(row, move.clientY));
  });
  listen(handle, "pointerup", () => finish(true));
  listen(handle, "pointercancel", () => finish(false));
  listen(document, "keydown", (key) => key.key === "Escape" && finish(false));
}

function isLowerHalf(row, y) {
  const { top, height } = row.getBoundingClientRect();
  return y > top + height / 2;
}

function scrollNear(handle, y) {
  const scroller = handle.closest("main");
  const { top, bottom } = scroller.getBoundingClientRect();
  if (y < top + EDGE) scroller.scrollBy(0, -STEP);
  else if (y > bottom - EDGE) scroller.scrollBy(0, STEP);
}

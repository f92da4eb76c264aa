// The slider's track: how many tasks were completed when, and where plans were accepted. Only a picture; the chapters have buttons.

import { guard } from "../vendor/lit-html/directives/guard.js";
import { html, svg } from "../vendor/lit-html/lit-html.js";
import { histogram, placeOf } from "./marks.js";

const WIDTH = 1000;
const HEIGHT = 40;
const PARTS = 200;
const FLAG = 10; // the room above the bars, for the flags

/** @param {import("./marks.js").Marks} marks @param {number} first @param {number} head */
export function track(marks, first, head) {
  return guard([marks, first, head], () => {
    const bars = histogram(marks.done, first, head, PARTS);
    const most = Math.max(1, ...bars);
    return html`<svg class="track" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      <path class="bars" d=${bars.map((count, at) => bar(at, count / most)).join("")}></path>
      ${marks.chapters.map(({ seq }) => flag(placeOf(seq, first, head) * WIDTH))}
    </svg>`;
  });
}

function bar(at, share) {
  if (!share) return "";
  const width = WIDTH / PARTS;
  const height = 4 + share * (HEIGHT - FLAG - 4);
  return `M${at * width} ${HEIGHT}v${-height}h${width * 0.8}v${height}z`;
}

const flag = (x) => svg`<line class="flag" x1=${x} x2=${x} y1="0" y2=${HEIGHT} vector-effect="non-scaling-stroke"></line>`;

// Folds events as the page does: reads {state, events} from stdin, writes the state after each event.

import { text } from "node:stream/consumers";

import { fold } from "../../../live/static/live/board.js";

const { state, events } = JSON.parse(await text(process.stdin));
let now = state;
const states = events.map((event) => (now = fold(now, event)));
process.stdout.write(JSON.stringify(states));

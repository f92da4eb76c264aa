import assert from "node:assert/strict";
import test from "node:test";

import { guessed, nameOf, shownAs, sized } from "../../../live/static/live/artifacts/guess.js";

test("a file's name says what it probably is", () => {
  const kinds = ["hero.PNG", "jump.wav", "level.tscn", "Player.cs", "screenshot-3.png", "gdd.md", "unknown.bin"].map((name) => guessed(name));
  assert.deepEqual(kinds.map(({ type }) => type), ["sprite", "sound", "scene", "script", "screenshot", "document", "file"]);
  assert.deepEqual(kinds.map(({ category }) => category), ["asset", "asset", "asset", "code", "screenshot", "document", "asset"]);
});

test("only what the gateway has a file of is shown as a picture or a sound", () => {
  const file = "/api/v1/artifacts/7/file/";
  assert.equal(shownAs({ path: "art/hero.png", file, size_bytes: 5 }), "picture");
  assert.equal(shownAs({ path: "art/hero.png", file: null, size_bytes: 5 }), "picture");
  assert.equal(shownAs({ path: "art/hero.png", file: null, size_bytes: null }), null);
  assert.equal(shownAs({ path: "jump.ogg", file, size_bytes: 5 }), "sound");
  assert.equal(shownAs({ path: "hero.svg", file, size_bytes: 5 }), null);
});

test("names and sizes are short", () => {
  assert.equal(nameOf({ path: "art\\sprites/hero.png", uri: "", type: "sprite" }), "hero.png");
  assert.equal(nameOf({ path: "", uri: "https://x.example/", type: "sprite" }), "x.example");
  assert.equal(nameOf({ path: "", uri: "", type: "sprite" }), "sprite");
  assert.deepEqual([null, 0, 999, 1000, 12_345, 5_600_000, 7e12].map(sized), ["–", "0 B", "999 B", "1.0 kB", "12 kB", "5.6 MB", "7000 GB"]);
});

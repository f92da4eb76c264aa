// Which changes of a proposal are taken. A change comes with all that it needs. Plain data.

/** @typedef {{code: string, needs: Record<string, string>}} Change  As GET plans/{id}/changes/ tells it; needs: code → why. */

/**
 * What is taken when one more change is, with why each came along.
 * @returns {{taken: Set<string>, because: Map<string, string>}}
 */
export function takenWith(/** @type {Change[]} */ changes, /** @type {Set<string>} */ taken, /** @type {string} */ code) {
  const byCode = new Map(changes.map((change) => [change.code, change]));
  const all = new Set(taken).add(code);
  /** @type {Map<string, string>} */ const because = new Map();
  for (const each of all) {
    for (const [needed, why] of Object.entries(byCode.get(each)?.needs ?? {})) {
      if (all.has(needed)) continue;
      all.add(needed);
      because.set(needed, why);
    }
  }
  return { taken: all, because };
}

/** What is taken when one change is left, with why each had to go with it: no change stays without what it needs. */
export function takenWithout(/** @type {Change[]} */ changes, /** @type {Set<string>} */ taken, /** @type {string} */ code) {
  const left = new Set(taken);
  left.delete(code);
  /** @type {Map<string, string>} */ const because = new Map();
  for (let found = true; found;) {
    found = false;
    for (const change of changes) {
      const missing = left.has(change.code) && Object.keys(change.needs).find((needed) => !left.has(needed));
      if (!missing) continue;
      left.delete(change.code);
      because.set(change.code, change.needs[missing]);
      found = true;
    }
  }
  return { taken: left, because };
}

/**
 * Whether whoever asks may accept: all of a proposal, or what is taken of it. A part is not held up by a comment on what is left.
 * @param {any} consensus  As GET plans/{id}/consensus/. @param {any[]} comments @param {Set<string> | null} taken  Null: all.
 */
export function mayAccept(consensus, comments, taken) {
  if (!consensus || consensus.agreed || !taken) return Boolean(consensus?.agreed);
  const { missing } = consensus;
  const isElsewhere = (/** @type {number} */ id) => {
    const about = comments.find((comment) => comment.id === id)?.now.code;
    return Boolean(about) && !taken.has(about);
  };
  return !missing.approvals && !missing.change_requests.length && missing.comments.every(isElsewhere);
}

/** The other open proposals that touch the same tasks, with the codes of these. */
export function sharedWith(/** @type {{code: string, overlaps: any[]}[]} */ changes) {
  const byPlan = new Map();
  for (const { code, overlaps } of changes) {
    for (const { plan, version, author } of overlaps) {
      if (!byPlan.has(plan)) byPlan.set(plan, { plan, version, author, codes: [] });
      byPlan.get(plan).codes.push(code);
    }
  }
  return [...byPlan.values()];
}

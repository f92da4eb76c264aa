// The versions of a project's plan: which one to show, and what comes of what. Plain data.

/** @typedef {Record<string, any> & {id: number, version: number, status: string, base: number | null, continues: number | null}} Version */

/** The version to begin with: the one asked for, the newest open proposal, the accepted one, the newest. */
export function firstShown(/** @type {Version[]} */ versions, /** @type {number | undefined} */ asked) {
  const newestFirst = [...versions].sort((one, other) => other.version - one.version);
  return (
    newestFirst.find(({ id }) => id === asked) ??
    newestFirst.find(({ status }) => status === "proposed") ??
    newestFirst.find(({ status }) => status === "accepted") ??
    newestFirst[0]
  );
}

/** The version that goes on with a superseded one, if there is any. */
export function continuationOf(/** @type {Version[]} */ versions, /** @type {number} */ id) {
  return versions.find(({ continues }) => continues === id);
}

/** Comments with the answers to each, in the order in which they were said. */
export function threadsOf(/** @type {Record<string, any>[]} */ comments) {
  const ids = new Set(comments.map(({ id }) => id));
  const isFirst = (/** @type {Record<string, any>} */ comment) => !ids.has(comment.in_reply_to);
  const rootOf = new Map();
  for (const comment of comments) rootOf.set(comment.id, isFirst(comment) ? comment.id : rootOf.get(comment.in_reply_to));
  return comments
    .filter(isFirst)
    .map((comment) => ({ comment, replies: comments.filter((each) => each !== comment && rootOf.get(each.id) === comment.id) }));
}

/** Each person's newest review; the older ones count no more. */
export function newestReviews(/** @type {Record<string, any>[]} */ reviews) {
  return [...new Map(reviews.map((review) => [`${review.author.kind}:${review.author.id}`, review])).values()];
}

/** The two sides of a text's difference: what went is on the left, what came on the right. */
export function sidesOf(/** @type {{kind: string, text: string}[]} */ words) {
  return { before: words.filter(({ kind }) => kind !== "new"), after: words.filter(({ kind }) => kind !== "gone") };
}

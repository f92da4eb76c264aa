// Reading something anew whenever an event says that it has changed, however many events come.

/**
 * `read` as a function that may be called at any time: never twice at once, and once more at the end where it was called meanwhile.
 * Its promise is over when nothing waits any more.
 * @param {() => Promise<void>} read
 * @returns {() => Promise<void>}
 */
export function coalesced(read) {
  let running = null;
  let isAskedAgain = false;
  const run = async () => {
    try {
      do {
        isAskedAgain = false;
        await read();
      } while (isAskedAgain);
    } finally {
      running = null;
    }
  };
  return () => {
    isAskedAgain = true;
    return (running ??= run());
  };
}

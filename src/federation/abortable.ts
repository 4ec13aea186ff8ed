/**
 * The outcome of a promise, unless the signal aborts first: what it comes to then is nobody's concern any more.
 * Promise.race would leave something behind on a long-lived signal at each call; this does not.
 *
 * @throws the signal's reason.
 */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    const settle = () => signal.removeEventListener('abort', abort);
    promise.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
  });
}

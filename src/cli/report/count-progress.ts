/** Milliseconds between two lines. */
const EVERY = 2000;

/**
 * Lines that tell how far something is whose end is not known before it comes, and how quick: one every two seconds.
 * @param now milliseconds, for tests
 */
export function createCountProgress(
  write: (text: string) => void,
  now: () => number = () => performance.now(),
): { report(count: number, text: string): void } {
  const began = now();
  let toldAt = began;
  return {
    report(count, text) {
      const at = now();
      if (at - toldAt < EVERY) return;
      toldAt = at;
      write(`keyturn: ${text}, ${Math.round((1000 * count) / (at - began)).toLocaleString('en')} a second\n`);
    },
  };
}

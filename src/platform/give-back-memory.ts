/** Milliseconds: the first answers are out by then, and nobody waits for more than the one that falls into it. */
const AFTER = 3000;

/**
 * Gives memory back to the machine soon, once, that a start took and nobody needs any more: the program's own text as it was read, code
 * that ran once, room in the heap between what stays. V8 looks for such only when its heap grows, which that of an idle node does not.
 * It stops everything for some hundred milliseconds.
 *
 * Does nothing unless Node.js was started with `--expose-gc`, as the service unit and the image start it.
 */
export function giveBackMemorySoon(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  // `last-resort` also drops what can be made again, and closes gaps (V8, src/extensions/gc-extension.cc).
  setTimeout(() => void gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }), AFTER).unref();
}

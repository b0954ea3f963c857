import { performance } from 'node:perf_hooks';

/** Milliseconds: the first answers are out by then. */
const AFTER = 3000;
/** So long, in milliseconds, a process has done next to nothing before it is stopped for it. */
const IDLE_FOR = 1000;
/** Share of that time in which it did something all the same. */
const NEXT_TO_NOTHING = 0.05;

/**
 * Gives memory back to the machine, once, that a start took and nobody needs any more: the program's own text as it was read, code that ran
 * once, room in the heap between what stays. V8 looks for such only when its heap grows, which that of an idle node does not. It stops
 * everything for some hundred milliseconds, so it waits until nobody asks for anything: a node that is busy has use for its heap.
 *
 * Does nothing unless Node.js was started with `--expose-gc`, as the service unit and the image start it.
 */
export function giveBackMemoryWhenIdle(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  let before = performance.eventLoopUtilization();
  const look = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    // `last-resort` also drops what can be made again, and closes gaps (V8, src/extensions/gc-extension.cc).
    if (utilization < NEXT_TO_NOTHING) void gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    else setTimeout(look, IDLE_FOR).unref();
  };
  setTimeout(() => {
    before = performance.eventLoopUtilization();
    setTimeout(look, IDLE_FOR).unref();
  }, AFTER - IDLE_FOR).unref();
}

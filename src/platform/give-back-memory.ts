import { performance } from 'node:perf_hooks';

/** Milliseconds from the start: the first answers are out by then. */
const AFTER = 3000;
/** How often, in milliseconds, a process is looked at after that. */
const AGAIN_AFTER = 15_000;
/** So long, in milliseconds, a process has done next to nothing before it is stopped for it. */
const IDLE_FOR = 1000;
/** Share of that time in which it did something all the same. */
const NEXT_TO_NOTHING = 0.05;
/** Bytes by which a process has grown since memory was given back: what a few people use for a moment is not worth a stop. */
const WORTH_IT = 16 * 1024 * 1024;

/**
 * Gives memory back to the machine that nobody needs any more: after the start the program's own text as it was read and code that ran
 * once, after many people the room in the heap between what stays. V8 looks for such only when its heap grows, which that of an idle node
 * does not. It stops everything for some hundred milliseconds, so it waits until nobody asks for anything: a node that is busy has use for
 * its heap.
 *
 * Does nothing unless Node.js was started with `--expose-gc`, as the service unit and the image start it.
 * @param options.againAfter milliseconds between two looks at how much it has grown; 15,000 unless told
 */
export function giveBackMemoryWhenIdle({ againAfter = AGAIN_AFTER } = {}): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  let left = 0;
  const lookIn = (milliseconds: number) => void setTimeout(look, milliseconds).unref();
  const look = () => {
    if (process.memoryUsage.rss() < left + WORTH_IT) return lookIn(againAfter);
    const before = performance.eventLoopUtilization();
    setTimeout(() => {
      if (performance.eventLoopUtilization(before).utilization >= NEXT_TO_NOTHING) return lookIn(0);
      // `last-resort` also drops what can be made again, and closes gaps (V8, src/extensions/gc-extension.cc).
      void gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
      left = process.memoryUsage.rss();
      lookIn(againAfter);
    }, IDLE_FOR).unref();
  };
  lookIn(AFTER - IDLE_FOR);
}

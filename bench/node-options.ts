/** How the service unit runs Node.js, and so the benchmarks: a small young space of the heap, and memory given back when nobody asks for anything. */
export const NODE_OPTIONS = ['--max-semi-space-size=4', '--expose-gc'];
/**
 * One arena of the C library's allocator (mallopt(3), M_ARENA_MAX): else each thread of Node.js has its own, which keep what they do not
 * need. What is asked for at the same time is small.
 */
export const ALLOCATOR = { MALLOC_ARENA_MAX: '1' };

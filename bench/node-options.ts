/** How the service unit runs Node.js, and so the benchmarks. */
export const NODE_OPTIONS = ['--max-semi-space-size=4'];

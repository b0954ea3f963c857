/**
 * Milliseconds: a time that is further ahead than this was noted by a clock that was wrong then and is right now. Wider than clocks of
 * nodes are ever apart, so that nobody gets a second limit by going from one node to another.
 */
export const WRONG_CLOCK = 24 * 60 * 60_000;

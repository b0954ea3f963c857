const plenty = { count: 1_000_000, windowSeconds: 86_400 };
const plentyAtOnce = { ...plenty, countWithWork: 1_000_000 };

/** Limits that no test reaches: for tests that walk many journeys from one address and are about something else. */
export const GENEROUS_LIMITS = {
  startsPerAddress: plenty,
  startsPerNetwork: plenty,
  startsPerAccount: plenty,
  startsPerAccountOverall: plenty,
  startsOverall: plenty,
  messagesPerAccount: plentyAtOnce,
  messagesPerAccountOverall: plentyAtOnce,
  answersPerJourney: plenty,
  strayRequestsPerAddress: plenty,
  searchesPerSession: plenty,
  searchesPerAgent: plenty,
};

/**
 * Binary fuse filters with three positions a key, after Graf and Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor
 * Filters", ACM JEA 27 (2022), https://doi.org/10.1145/3510449.
 *
 * A key is in the filter when the XOR of the fingerprints at its three positions is its own fingerprint. Whatever was
 * put in is always found; of everything else 1 in 2^bits is found too.
 */

/** Where the fingerprints of one filter are. `arrayLength` of them in all. */
export interface FuseShape {
  /** A power of two. The three positions of a key are in three neighbouring segments. */
  readonly segmentLength: number;
  /** Segments that a first position can be in; two more follow. */
  readonly segmentCount: number;
}

export interface FuseFilter extends FuseShape {
  readonly seed: number;
  readonly fingerprints: Uint8Array | Uint16Array;
}

/** Keys as pairs of words, the lower half first: `keys[2 * i]` and `keys[2 * i + 1]`. */
export type Keys = Uint32Array;

/** Where a key is looked up, and what is expected there. Filled anew by each {@link locate}. */
export interface Location {
  first: number;
  second: number;
  third: number;
  fingerprint: number;
}

/** Seeds that are tried before there is made more room, and how often that is done. */
const [SEEDS, ENLARGEMENTS] = [8, 8];
const WORD = 2 ** 32;

export function arrayLength({ segmentLength, segmentCount }: FuseShape): number {
  return (segmentCount + 2) * segmentLength;
}

/** The shape for so many keys: sizes by the formulas that the paper found by experiment for three positions. */
export function shapeFor(keyCount: number): FuseShape {
  const size = Math.max(2, keyCount);
  const segmentLength = 2 ** Math.min(18, Math.max(2, Math.floor(Math.log(size) / Math.log(3.33) + 2.25)));
  const spare = Math.max(1.125, 0.875 + (0.25 * Math.log(1_000_000)) / Math.log(size));
  return { segmentLength, segmentCount: Math.max(1, Math.ceil((size * spare) / segmentLength) - 2) };
}

/** Spreads the bits of a word over all of it (the finaliser of MurmurHash3). */
function spread(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * The positions and the fingerprint of a key. The key is turned, one to one, into two other words: the upper gives the
 * first segment and the place in it, the lower the places in the next two; the fingerprint comes from both.
 */
export function locate(low: number, high: number, seed: number, shape: FuseShape, bits: number, location: Location): void {
  const upper = spread(high ^ spread(low ^ seed));
  const lower = spread(low ^ Math.imul(upper, 0x9e3779b1) ^ (seed >>> 7));
  const { segmentLength, segmentCount } = shape;
  const mask = segmentLength - 1;
  const first = Math.floor(((upper >>> 0) * segmentCount * segmentLength) / WORD);
  location.first = first;
  location.second = (first + segmentLength) ^ ((lower >>> 14) & mask);
  location.third = (first + 2 * segmentLength) ^ (lower & mask);
  location.fingerprint = spread(Math.imul(upper, 0x27d4eb2f) ^ ((lower << 11) | (lower >>> 21))) >>> (32 - bits);
}

/** Builds filters one after the other, all in the same memory. */
export interface FuseBuilder {
  /**
   * A filter of `bits` (8 or 16) bits a fingerprint over keys of which none occurs twice. The same keys give the same filter.
   * Its fingerprints are good until the next one is built.
   * @param firstSeed any number; others are derived from it until one fits
   * @throws RangeError when a key occurs twice, or there are more than `mostKeys`
   */
  build(keys: Keys, bits: 8 | 16, firstSeed: number): FuseFilter;
}

/** What is written on while a filter is built: room for the largest one, beginning with what each smaller one needs. */
interface Desk {
  /** How many keys are at a position, and the XOR of all of them: with one left, it is that key. */
  readonly counts: Uint32Array;
  readonly lows: Uint32Array;
  readonly highs: Uint32Array;
  /** Positions with one key. */
  readonly queue: Uint32Array;
  /** Keys in the order in which each was alone at one of its positions, and at which of the three. */
  readonly order: Keys;
  readonly alone: Uint8Array;
  readonly fingerprints: Uint16Array;
}

/** Takes 30 bytes for each of `mostKeys`, once: arrays that each filter had for itself would be given back late. */
export function createFuseBuilder(mostKeys: number): FuseBuilder {
  const positions = mostPositions(mostKeys);
  const desk: Desk = {
    counts: new Uint32Array(positions),
    lows: new Uint32Array(positions),
    highs: new Uint32Array(positions),
    queue: new Uint32Array(positions),
    order: new Uint32Array(2 * mostKeys),
    alone: new Uint8Array(mostKeys),
    fingerprints: new Uint16Array(positions),
  };
  return {
    build(keys, bits, firstSeed) {
      const keyCount = keys.length / 2;
      if (keyCount > mostKeys) throw new RangeError(`${keyCount} keys where there is room for ${mostKeys}`);
      // With few segments there are key counts for which the sizes of the paper fit next to no seed (tried: 11,500 to 11,521, and 12,370).
      const { segmentLength, segmentCount } = shapeFor(keyCount);
      for (let attempt = 0; attempt < SEEDS * ENLARGEMENTS; attempt += 1) {
        const seed = spread(firstSeed + Math.imul(attempt, 0x9e3779b1)) >>> 0;
        const shape = { segmentLength, segmentCount: segmentCount + Math.floor(attempt / SEEDS) };
        if (peel(desk, keys, seed, shape, bits)) return { ...shape, seed, fingerprints: assign(desk, keyCount, seed, shape, bits) };
      }
      throw new RangeError('no seed fits: a key occurs twice');
    },
  };
}

/**
 * At least the `arrayLength` of every shape for up to `mostKeys`: {@link shapeFor} rounds up by less than one segment, and has three or more;
 * what is enlarged has fewer segments more than {@link ENLARGEMENTS}.
 */
function mostPositions(mostKeys: number): number {
  const shape = shapeFor(mostKeys);
  return arrayLength(shape) + (3 + ENLARGEMENTS) * shape.segmentLength;
}

/**
 * Takes keys away that are alone at one of their positions until none is left (the "peeling" of the paper); false when
 * some keys hold each other.
 */
function peel({ counts, lows, highs, queue, order, alone }: Desk, keys: Keys, seed: number, shape: FuseShape, bits: number): boolean {
  const keyCount = keys.length / 2;
  const length = arrayLength(shape);
  for (const array of [counts, lows, highs]) array.fill(0, 0, length);
  const location: Location = { first: 0, second: 0, third: 0, fingerprint: 0 };
  const toggle = (position: number, low: number, high: number, change: 1 | -1): number => {
    lows[position] = (lows[position] ?? 0) ^ low;
    highs[position] = (highs[position] ?? 0) ^ high;
    const count = (counts[position] ?? 0) + change;
    counts[position] = count;
    return count;
  };
  for (let index = 0; index < keys.length; index += 2) {
    const low = keys[index] ?? 0;
    const high = keys[index + 1] ?? 0;
    locate(low, high, seed, shape, bits, location);
    toggle(location.first, low, high, 1);
    toggle(location.second, low, high, 1);
    toggle(location.third, low, high, 1);
  }
  let waiting = 0;
  for (let position = 0; position < length; position += 1) if (counts[position] === 1) queue[waiting++] = position;
  let done = 0;
  while (waiting > 0) {
    const position = queue[--waiting] ?? 0;
    if (counts[position] !== 1) continue;
    const low = lows[position] ?? 0;
    const high = highs[position] ?? 0;
    locate(low, high, seed, shape, bits, location);
    order[2 * done] = low;
    order[2 * done + 1] = high;
    alone[done] = position === location.first ? 0 : position === location.second ? 1 : 2;
    done += 1;
    if (toggle(location.first, low, high, -1) === 1) queue[waiting++] = location.first;
    if (toggle(location.second, low, high, -1) === 1) queue[waiting++] = location.second;
    if (toggle(location.third, low, high, -1) === 1) queue[waiting++] = location.third;
  }
  return done === keyCount;
}

/** In reverse order, each key sets the position at which it was alone: no later one touches it again. */
function assign({ order, alone, fingerprints: room }: Desk, keyCount: number, seed: number, shape: FuseShape, bits: 8 | 16) {
  const length = arrayLength(shape);
  const fingerprints = bits === 8 ? new Uint8Array(room.buffer, 0, length) : room.subarray(0, length);
  fingerprints.fill(0);
  const location: Location = { first: 0, second: 0, third: 0, fingerprint: 0 };
  for (let index = keyCount - 1; index >= 0; index -= 1) {
    locate(order[2 * index] ?? 0, order[2 * index + 1] ?? 0, seed, shape, bits, location);
    const { first, second, third, fingerprint } = location;
    const target = alone[index] === 0 ? first : alone[index] === 1 ? second : third;
    fingerprints[target] = 0;
    fingerprints[target] = fingerprint ^ (fingerprints[first] ?? 0) ^ (fingerprints[second] ?? 0) ^ (fingerprints[third] ?? 0);
  }
  return fingerprints;
}

/** Whether a key may be in the filter: true for each that is. */
export function fuseContains(filter: FuseFilter, bits: number, low: number, high: number): boolean {
  const location: Location = { first: 0, second: 0, third: 0, fingerprint: 0 };
  locate(low, high, filter.seed, filter, bits, location);
  const { fingerprints } = filter;
  const found = (fingerprints[location.first] ?? 0) ^ (fingerprints[location.second] ?? 0) ^ (fingerprints[location.third] ?? 0);
  return found === location.fingerprint;
}

/** Words without case and accents (`foldWord`), each of at least as many letters as configured. */
export interface WordList {
  has(word: string): boolean;
  /** Length of the longest, in UTF-16 units. */
  readonly longest: number;
  /** The characters that words are made of, of many the most frequent sixty. */
  readonly alphabet: readonly string[];
}

/** The words of the files that the configuration names. */
export interface WordDictionary {
  /** Null: the files cannot be read, so nothing is known. Never throws. */
  words(): Promise<WordList | null>;
  /** What `doctor` tells of it. `problem` is absent when it can be asked. */
  health(): Promise<{ facts: string; problem?: string }>;
}

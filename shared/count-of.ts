/** A number of things in an English sentence for operators: `1 token`, `3 tokens`. */
export function countOf(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

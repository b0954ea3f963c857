/** Where a page of a list begins. */
export interface PlaceInList {
  /** So many entries stand before it. */
  readonly skip: number;
  /** The time that the list is about, milliseconds since 1970; null: it is about none. */
  readonly at: number | null;
}

/** Without a cursor, and by one that is none, the beginning. */
export function readPlace(cursor: string | undefined): PlaceInList {
  const [, skip = '0', at] = /^(\d{1,9})(?:@(\d{1,15}))?$/.exec(cursor ?? '') ?? [];
  return { skip: Number(skip), at: at === undefined ? null : Number(at) };
}

export function newPlace({ skip, at }: PlaceInList): string {
  return at === null ? String(skip) : `${skip}@${Math.trunc(at)}`;
}

/** Places and groups that the configuration names, as it spells them: DNs, or common names of groups. */
export interface NamedScopes {
  readonly places: readonly string[];
  readonly groups: readonly string[];
}

/**
 * For each name whether an account is at or below the place, or in the group, nested memberships included. null: it cannot be told,
 * also where there is no such place or group, or it is hidden: that somebody is not in it is not known then.
 */
export interface Membership {
  readonly places: Readonly<Record<string, boolean | null>>;
  readonly groups: Readonly<Record<string, boolean | null>>;
}

/** A place or group of the configuration that a directory is to be asked for. */
export interface WantedName {
  readonly kind: 'place' | 'group';
  /** As the configuration spells it. */
  readonly value: string;
  /** Where it stands: `roles[0].heldBy.groups[0]`. */
  readonly setting: string;
}

/** What a configured name is that puts accounts out of reach, and what is written before it. */
const NAMED = { group: 'group ', login: 'login ', location: 'location ', privileged: 'privileged: ' } as const;

/** What an account is itself that does, with how it is written. */
const OWN = {
  'admin-count': 'adminCount',
  delegation: 'privileged: trusted for delegation',
  'service-account': 'service account of Keyturn',
  'no-own-change': 'may not change its password',
} as const;

type Named = keyof typeof NAMED;
type Own = keyof typeof OWN;

/** What puts an account out of reach. `name`: of the group, the sign-in name, the place; null where there is none to tell. */
export type ProtectedBy = { readonly by: Named; readonly name: string } | { readonly by: Own; readonly name: null };

/** The same, or a configured name that cannot be found: nobody is known to be outside of it, and everybody is protected. */
export type ToldProtectedBy = ProtectedBy | { readonly by: 'missing'; readonly name: string };

/** Every `by`. */
export const PROTECTED_BY: readonly string[] = [...Object.keys(NAMED), ...Object.keys(OWN), 'missing'];

/** As it is written for operators, for programs and into the audit log. */
export function protectedByText(because: ProtectedBy): string {
  return because.name === null ? OWN[because.by] : `${NAMED[because.by]}${because.name}`;
}

/** As `protectedByText`, of a name that cannot be found. @param text why not */
export function missingNameText({ setting, value, text }: { setting: string; value: string; text: string }): string {
  return `${setting} ${value}: ${text}`;
}

/** Reads what `protectedByText` or `missingNameText` has written; null: neither has. */
export function readProtectedBy(text: string): ToldProtectedBy | null {
  for (const [by, written] of Object.entries(OWN)) if (text === written) return { by: by as Own, name: null };
  for (const [by, before] of Object.entries(NAMED))
    if (text.startsWith(before)) return { by: by as Named, name: text.slice(before.length) };
  const missing = /^(?:baseDn|groupBaseDn|protected\.\w+\[\d+\]) (.+?): /.exec(text)?.[1];
  return missing === undefined ? null : { by: 'missing', name: missing };
}

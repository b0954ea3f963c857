/** Where the people of `keyturn demo` can live. */
export const DEMO_DIRECTORIES = ['embedded', 'openldap', 'samba'] as const;
export type DemoDirectoryKind = (typeof DEMO_DIRECTORIES)[number];

/** A part of the security core: the files whose changes must be noticed, and the quick tests beside them that must notice. */
interface MutatedPart {
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

const folder = (path: string): MutatedPart => ({ files: [`${path}/*.ts`], tests: [`${path}/*.test.ts`] });
const modules = (path: string, ...names: string[]): MutatedPart => ({
  files: names.map((name) => `${path}/${name}.ts`),
  tests: names.map((name) => `${path}/${name}.test.ts`),
});

/** Each is judged by its own tests alone: what is noticed only by the test of something else that happens to use it is not held. */
export const MUTATED_PARTS = {
  audit: folder('src/core/audit'),
  guard: folder('src/core/guard'),
  proof: folder('src/core/proof'),
  factors: folder('src/core/factors'),
  writes: folder('src/core/writes'),
  access: {
    ...modules('src/core/access', 'can', 'read-access-facts', 'manage', 'held-roles', 'helped', 'caller', 'emergency'),
    tests: ['src/core/access/*.test.ts'],
  },
  receipts: modules('src/core/helpdesk', 'receipt'),
  helpdesk: modules(
    'src/core/helpdesk',
    ...['acts-with-second', 'approvals', 'changed-contact', 'has-vouched', 'knows-answers', 'mask-contact', 'removable'],
    ...['risks-of', 'second-agent', 'warrant'],
  ),
  journey: modules('src/core/journey', 'step-after-writes', 'guard-targets', 'what-counts', 'hold'),
  people: modules('src/core/people', 'is-same-person', 'own-password'),
  lockOut: modules('src/core/accounts', 'below-lock-out'),
  threat: modules('src/core/threat', 'tighten'),
  change: folder('src/core/change'),
  firstReset: folder('src/core/set-up/first-reset'),
} as const satisfies Record<string, MutatedPart>;

/** The part that a run is about, as KEYTURN_MUTATED names it; all of them at once where it is not set. @throws Error where it names none */
export function mutatedPart(name = process.env.KEYTURN_MUTATED): MutatedPart & { readonly name: string } {
  const all: MutatedPart[] = Object.values(MUTATED_PARTS);
  if (name === undefined) return { name: 'all', files: all.flatMap(({ files }) => files), tests: all.flatMap(({ tests }) => tests) };
  const part = (MUTATED_PARTS as Record<string, MutatedPart>)[name];
  if (part === undefined) throw new Error(`Set KEYTURN_MUTATED to one of ${Object.keys(MUTATED_PARTS).join(', ')}; it is "${name}".`);
  return { name, ...part };
}

/** Rules of proof to begin with; `core/set-up/templates.ts` has what each means. */
export const RULE_TEMPLATES = ['small-company', 'school', 'bank', 'windows-only'] as const;
export type RuleTemplate = (typeof RULE_TEMPLATES)[number];

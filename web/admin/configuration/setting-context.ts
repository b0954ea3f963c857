import { type ComponentType, createContext, type ReactNode, useContext } from 'react';
import type { ShownProblem } from '../../../shared/api/configuration.ts';
import type { Json, SettingSchema } from './setting-schema.ts';

export interface SettingProps {
  /** In the language of the schema. */
  label: string;
  schema: SettingSchema;
  /** undefined: it is not in the document, and its default counts. */
  value: Json | undefined;
  path: string;
  /** The document needs it. */
  required: boolean;
  onChange: (value: Json | undefined) => void;
}

/** Of a setting that has parts: what asks for each of them. */
export interface ComposedProps extends SettingProps {
  Part: ComponentType<SettingProps>;
}

/** The schema of the whole document. */
export const SchemaContext = createContext<SettingSchema>({});

/** What was found wrong, to be shown where it can be mended. */
export const ProblemsContext = createContext<readonly ShownProblem[]>([]);

/** What is told beside a group of settings while it is changed, by its path; null: nothing. */
export const BesideContext = createContext<(path: string) => ReactNode>(() => null);

/** Texts of the schema are in one language: they are those of the reference, and of what the check says. */
export const SCHEMA_LANGUAGE = 'en';

/** What is wrong with exactly this setting. */
export function useProblemAt(path: string): string | undefined {
  return useContext(ProblemsContext).find((problem) => problem.path === path)?.message;
}

/** The first thing that is wrong with a setting or a part of it, where the parts have no field of their own. */
export function useProblemBelow(path: string): string | undefined {
  return useContext(ProblemsContext).find((problem) => problem.path === path || problem.path.startsWith(`${path}[`))?.message;
}

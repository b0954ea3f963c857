import type { ConfiguredName } from '../../core/ports/directory-health.ts';
import type { WantedName } from '../../core/ports/membership.ts';

/** Whether this directory has what the configuration names. Groups are not entries here: one is there as soon as somebody is put into it. */
export function lookUpName(directory: string, { kind, setting, value }: WantedName): ConfiguredName {
  const name = { setting, value };
  if (kind === 'group') return { ...name, ok: true, text: 'a group of this directory is there as soon as somebody is in it', fix: null };
  if (value.toLowerCase() === directory.toLowerCase()) return { ...name, ok: true, text: 'found', fix: null };
  return { ...name, ok: false, text: 'the one place here is the directory itself', fix: `Write ${directory} in ${setting}` };
}

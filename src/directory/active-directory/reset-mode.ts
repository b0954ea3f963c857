import { OID, type RootDse } from '../ldap/root-dse.ts';

/** How a reset honours the history on one server: by the server's own control, by a change in two steps, or not at all. */
export type ResetMode = 'policy-hints' | 'two-step' | 'not-enforced';

/**
 * What is in force on a server: its control wherever it offers it, because nothing can go wrong half-way; else what the configuration
 * falls back to. Read anew from every connection, since servers of one domain may differ.
 */
export function resetMode(configured: ResetMode, rootDse: RootDse): ResetMode {
  if (configured === 'not-enforced') return configured;
  if (rootDse.supportedControl.has(OID.policyHints)) return 'policy-hints';
  return configured === 'two-step' ? 'two-step' : 'not-enforced';
}

/** Samba as a domain controller: it names itself, Windows does not. */
export function isSamba(rootDse: RootDse): boolean {
  return /samba/i.test(rootDse.vendorName ?? '');
}

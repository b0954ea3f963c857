/**
 * Sections `passwordRules` that say what a standard asks for, to be put into the configuration document and changed there.
 * What a standard leaves to the directory (history, ages, lockout) or forbids is in the comments, with the clause.
 */
export interface PolicyTemplate {
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  /** YAML. */
  readonly text: string;
}

export const POLICY_TEMPLATES: readonly PolicyTemplate[] = [
  {
    name: 'nist-800-63b-4',
    title: 'NIST SP 800-63B-4 (August 2025), 3.1.1: length and a list of known passwords, no composition',
    text: `# NIST SP 800-63B-4, 3.1.1.2 (August 2025).
# The directory should ask for no composition and no periodic change, which 3.1.1.2 forbids.
passwordRules:
  # At least 15 for a password that is the only proof at a sign-in; 8 where a second one is always asked for.
  minimumLength: 15
  # No maximumLength: at least 64 are to be taken. No characterSets: composition rules are not to be imposed.
  # The whole password is compared with words that are expected here. Put in the names of your organisation and services.
  denyList:
    equals: [password, letmein]
  # ... and with passwords that are known from leaks. Make the file with: keyturn breached import
  breached:
    source: file
    file: /var/lib/keyturn/breached.filter
`,
  },
  {
    name: 'microsoft-ad-default',
    title: 'the default domain policy of Active Directory, for directories that have none',
    text: `# Microsoft, default domain policy: minimum password length 7, "must meet complexity requirements" (MS-SAMR 3.1.1.7.2).
# Left to the directory: 24 passwords remembered, minimum age 1 day, maximum age 42 days.
# Not needed where the directory is Active Directory: its own policy is read from it.
passwordRules:
  minimumLength: 7
  # Windows does not count a space, a currency sign or an emoji as special. Here they are.
  characterSets:
    required: 3
    of: [upper, lower, other-letter, digit, special]
  # Windows looks for the user name as a whole and for the parts of the display name, of three characters and more.
  names:
    parts: tokens
    minimumLength: 3
    disguised: false
`,
  },
  {
    name: 'pci-dss-4.0.1',
    title: 'PCI DSS 4.0.1, 8.3.6: twelve characters, letters and digits',
    text: `# PCI DSS 4.0.1, 8.3.6.
# Left to the directory: none of the last four passwords (8.3.7); a change every 90 days where the password is the only proof,
# or analysis of how accounts are used instead (8.3.9); ten failed attempts lock for 30 minutes at least (8.3.4).
passwordRules:
  minimumLength: 12
  # "Both numeric and alphabetic characters."
  characterSets:
    required: 2
    of: [letter, digit]
`,
  },
  {
    name: 'cis-password-policy-guide',
    title: 'CIS Password Policy Guide (2021): fourteen characters, one of them no letter, a deny list',
    text: `# CIS Password Policy Guide, version 21.12, 5.1.1 (length), 5.1.2 (composition), 5.1.4 (deny lists).
# Left to the directory: a change when there is a reason, and once a year (5.1.3); lockout (5.1.6).
# The CIS Benchmarks for Windows Server ask the directory itself for 14 characters, complexity and 24 passwords remembered.
passwordRules:
  # For accounts whose password is the only proof; 8 where a second one is always asked for.
  minimumLength: 14
  # At least one that is no letter.
  characterSets:
    required: 1
    of: [digit, special]
  # Make the file with: keyturn breached import
  breached:
    source: file
    file: /var/lib/keyturn/breached.filter
`,
  },
];

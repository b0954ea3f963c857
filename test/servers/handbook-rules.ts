import { readFileSync } from 'node:fs';

/*
 * The rights of the service account in the test servers are those that the handbook prints, read out of its pages: what an operator
 * is told is what is tested, and nothing more is granted.
 */

/** The tree of the handbook's examples. */
const handbookTree = 'dc=example,dc=com';

/** The code blocks of a page of the handbook, with the tree of the test servers in place of the example. */
export function handbookBlocks(page: string, language: string, tree: string): string[] {
  const text = readFileSync(new URL(`../../docs/handbook/directories/${page}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter((block) => block[1] === language);
  return blocks.map(([, , block = '']) => block.replaceAll(handbookTree, tree));
}

/** The access rules of openldap.md or ldap.md, as slapd.conf(5) has them. */
export function handbookSlapdAccess(page: 'openldap.md' | 'ldap.md', tree: string): string {
  const rules = handbookBlocks(page, '', tree).filter((block) => block.startsWith('access to '));
  const [rule] = rules;
  if (rule === undefined || rules.length !== 1) throw new Error(`${page} has ${rules.length} blocks of access rules`);
  return rule;
}

/** The access rules of 389ds.md: what is added to which entry. */
export function handbookAcis(tree: string): { readonly dn: string; readonly acis: readonly string[] }[] {
  const [ldif] = handbookBlocks('389ds.md', 'ldif', tree).filter((block) => block.includes('aci:'));
  if (ldif === undefined) throw new Error('389ds.md has no block of access rules');
  return ldif
    .trim()
    .split(/\n\n+/)
    .map((record) => {
      // RFC 2849: a line that begins with a space goes on with the one before.
      const lines = record.replace(/\n /g, '').split('\n');
      const dn = lines[0]?.replace(/^dn: /, '');
      const acis = lines.filter((line) => line.startsWith('aci: ')).map((line) => line.slice('aci: '.length));
      if (dn === undefined || acis.length === 0) throw new Error(`389ds.md: a record without rules: ${record}`);
      return { dn, acis };
    });
}

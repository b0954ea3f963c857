import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSettingsTable } from '../settings/settings-table.ts';
import { checkPolicyTemplate } from './admx-check.ts';

const table = readSettingsTable();
const path = (name: string) => fileURLToPath(new URL(`../generated/policy/${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');
const files = () => ({ admx: read('Keyturn.admx'), texts: { 'en-US': read('en-US/Keyturn.adml'), 'de-DE': read('de-DE/Keyturn.adml') } });

describe('policy template', () => {
  it('has no fault', () => {
    expect(checkPolicyTemplate(files(), table)).toEqual([]);
  });

  it.each(['Keyturn.admx', 'en-US/Keyturn.adml', 'de-DE/Keyturn.adml'])('%s is well-formed XML', (name) => {
    execFileSync('xmllint', ['--noout', path(name)]);
  });

  // Intune refuses keys below these, and area and category names with anything but letters, digits and underscores.
  it('can be taken in by Intune', () => {
    const { admx } = files();
    const keys = [...admx.matchAll(/ key="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(keys)).toEqual(new Set(['Software\\Policies\\Keyturn\\Logon']));
    for (const [, name] of admx.matchAll(/<(?:category|policy) name="([^"]*)"/g)) expect(name).toMatch(/^[A-Za-z0-9_]+$/);
    expect(admx).not.toContain('<using');
  });
});

describe('the checker finds', () => {
  type Part = 'admx' | 'en-US' | 'de-DE';
  const planted: [string, Part, string, string, RegExp][] = [
    ['a policy for users', 'admx', 'class="Machine"', 'class="User"', /class is not Machine/],
    ['another registry key', 'admx', 'key="Software\\Policies\\Keyturn\\Logon"', 'key="Software\\Keyturn\\Logon"', /writes to/],
    ['a value the client does not read', 'admx', 'valueName="LogLevel"', 'valueName="LogLevels"', /does not read LogLevels/],
    ['a policy that is gone', 'admx', 'valueName="Enabled"', 'valueName="ShowReset"', /Enabled: no policy writes it/],
    ['two policies of one name', 'admx', 'name="ShowUnlock"', 'name="ShowReset"', /ShowReset is there twice/],
    ['another minimum', 'admx', 'minValue="30"', 'minValue="10"', /IdleTimeoutSeconds: minimum is 10, not 30/],
    ['another maximum', 'admx', 'maxValue="3600"', 'maxValue="9999"', /IdleTimeoutSeconds: maximum/],
    ['a longer text', 'admx', 'maxLength="64"', 'maxLength="640"', /longest text is 640/],
    ['a choice the client refuses', 'admx', '<string>warning</string>', '<string>verbose</string>', /LogLevel: choices/],
    ['a switch turned round', 'admx', '<decimal value="1" />', '<decimal value="0" />', /enabled value is 0/],
    ['an unknown category', 'admx', '<parentCategory ref="Security" />', '<parentCategory ref="Safety" />', /no category Safety/],
    ['a policy without support', 'admx', '<supportedOn ref="SupportedWindows" />', '', /says not where it is supported/],
    [
      'an unknown support',
      'admx',
      '<supportedOn ref="SupportedWindows" />',
      '<supportedOn ref="Other" />',
      /says not where it is supported/,
    ],
    [
      'children out of order',
      'admx',
      '<parentCategory ref="Security" />\n      <supportedOn ref="SupportedWindows" />',
      '<supportedOn ref="SupportedWindows" />\n      <parentCategory ref="Security" />',
      /out of order/,
    ],
    ['the namespace of older files', 'admx', 'http://schemas', 'http://www', /namespace/],
    ['a text that is missing', 'de-DE', '<string id="PortalUrl">', '<string id="PortalAddress">', /de-DE: no text PortalUrl/],
    ['a text that nothing uses', 'en-US', '<string id="PortalUrl">', '<string id="Portal">', /en-US: text Portal is not used/],
    ['a text that is there twice', 'en-US', '<string id="ShowUnlock">', '<string id="ShowReset">', /ShowReset is there twice/],
    [
      'a presentation that is missing',
      'de-DE',
      '<presentation id="LogLevel">',
      '<presentation id="Log">',
      /de-DE: no presentation for LogLevel/,
    ],
    ['a control for nothing', 'en-US', 'refId="LogLevel"', 'refId="Level"', /LogLevel has no element Level/],
    ['the wrong control', 'en-US', '<textBox refId="PortalUrl">', '<dropdownList refId="PortalUrl">', /a dropdownList for a text/],
  ];
  it.each(planted)('%s', (_, part, before, after, fault) => {
    const { admx, texts } = files();
    const damage = (text: string) => {
      expect(text).toContain(before);
      const damaged = text.replace(before, after);
      // The end tag too, where a start tag has got another name.
      return before.startsWith('<textBox') ? damaged.replace('</textBox>', '</dropdownList>') : damaged;
    };
    const damaged = part === 'admx' ? { admx: damage(admx), texts } : { admx, texts: { ...texts, [part]: damage(texts[part]) } };
    expect(checkPolicyTemplate(damaged, table).join('\n')).toMatch(fault);
  });

  it.each(['<a><b></a></b>', '<a>', '<a x=1/>', '<a/><b/>', '<a>&nbsp;</a>'])('that %s is not XML it reads', (text) => {
    expect(() => checkPolicyTemplate({ admx: text, texts: {} }, table)).toThrow(Error);
  });
});

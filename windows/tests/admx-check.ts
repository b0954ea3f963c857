import type { Setting, SettingsTable } from '../settings/settings-table.ts';
import { longestTextOf } from '../settings/value-range.ts';
import { elementsBelow, readXml, type XmlElement } from './read-xml.ts';

const namespace = 'http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions';

/** Which control of a presentation can edit which element of a policy (MS-GPREG, presentation elements). */
const controls: Record<string, readonly string[]> = {
  decimal: ['decimalTextBox'],
  text: ['textBox', 'comboBox'],
  enum: ['dropdownList'],
  boolean: ['checkBox'],
};
const elementKinds = Object.keys(controls);
const controlKinds = [...new Set(Object.values(controls).flat())];

/** The order of children that the schema prescribes. */
const order: Record<string, readonly string[]> = {
  policyDefinitions: ['policyNamespaces', 'supersededAdm', 'resources', 'supportedOn', 'categories', 'policies'],
  policyDefinitionResources: ['displayName', 'description', 'annotation', 'resources'],
  resources: ['stringTable', 'presentationTable'],
  policy: [
    'parentCategory',
    'seeAlso',
    'keywords',
    'supportedOn',
    'enabledValue',
    'disabledValue',
    'enabledList',
    'disabledList',
    'elements',
  ],
};

function attribute(element: XmlElement, name: string): string {
  return element.attributes.get(name) ?? '';
}

function duplicates(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function checkOrder(file: string, element: XmlElement): string[] {
  const names = order[element.name];
  const faults = element.children.flatMap((child) => checkOrder(file, child));
  if (names === undefined || (element.name === 'resources' && element.attributes.size > 0)) return faults;
  const places = element.children.map((child) => names.indexOf(child.name));
  if (places.includes(-1) || places.some((place, index) => index > 0 && place <= (places[index - 1] ?? -1)))
    faults.push(`${file}: ${element.name} ${attribute(element, 'name')} has children that are unknown, twice or out of order`);
  return faults;
}

/** The setting of the table against the policy that sets it. */
function checkAgainstTable(policy: XmlElement, setting: Setting): string[] {
  const faults: string[] = [];
  const expect = (what: string, found: string, wanted: string) => {
    if (found !== wanted) faults.push(`${setting.name}: ${what} is ${found || 'missing'}, not ${wanted}`);
  };
  const [element] = elementsBelow(policy, ...elementKinds).filter((child) => child.attributes.has('id'));
  const kinds: Record<Setting['kind'], string> = {
    boolean: '',
    number: 'decimal',
    text: 'text',
    httpsUrl: 'text',
    pinList: 'text',
    choice: 'enum',
  };
  if (setting.kind === 'boolean') {
    const values = ['enabledValue', 'disabledValue'].map((name) =>
      elementsBelow(policy, name).flatMap((value) => elementsBelow(value, 'decimal')),
    );
    expect('enabled value', attribute(values[0]?.[0] ?? policy, 'value'), '1');
    expect('disabled value', attribute(values[1]?.[0] ?? policy, 'value'), '0');
    return faults;
  }
  expect('kind', element?.name ?? '', kinds[setting.kind]);
  if (element === undefined) return faults;
  if (setting.kind === 'number') {
    expect('minimum', attribute(element, 'minValue'), String(setting.minimum));
    expect('maximum', attribute(element, 'maxValue'), String(setting.maximum));
  } else if (setting.kind === 'choice') {
    const values = elementsBelow(element, 'string').map((value) => value.text);
    expect('choices', values.join('|'), setting.choices.map(({ value }) => value).join('|'));
  } else {
    expect('longest text', attribute(element, 'maxLength'), String(longestTextOf(setting)));
  }
  return faults;
}

function checkPolicies(admx: XmlElement, table: SettingsTable): string[] {
  const faults: string[] = [];
  const policies = elementsBelow(admx, 'policy');
  const categories = elementsBelow(admx, 'category').map((category) => attribute(category, 'name'));
  const definitions = elementsBelow(admx, 'definition').map((definition) => attribute(definition, 'name'));
  const ids = [...policies.map((policy) => attribute(policy, 'name')), ...categories, ...definitions];
  for (const id of duplicates(ids)) faults.push(`admx: ${id} is there twice`);
  for (const parent of elementsBelow(admx, 'parentCategory'))
    if (!categories.includes(attribute(parent, 'ref'))) faults.push(`admx: no category ${attribute(parent, 'ref')}`);

  const written = new Set<string>();
  for (const policy of policies) {
    const name = attribute(policy, 'name');
    if (attribute(policy, 'class') !== 'Machine') faults.push(`${name}: the class is not Machine`);
    if (attribute(policy, 'key').toLowerCase() !== table.policyKey.toLowerCase())
      faults.push(`${name}: writes to ${attribute(policy, 'key')}`);
    const [support] = policy.children.filter((child) => child.name === 'supportedOn');
    if (!definitions.includes(attribute(support ?? policy, 'ref'))) faults.push(`${name}: says not where it is supported`);
    if (!policy.children.some((child) => child.name === 'parentCategory')) faults.push(`${name}: is in no category`);
    const elements = elementsBelow(policy, ...elementKinds).filter((child) => child.attributes.has('id'));
    for (const id of duplicates(elements.map((element) => attribute(element, 'id')))) faults.push(`${name}: element ${id} is there twice`);
    for (const valueName of [policy, ...elements].map((element) => attribute(element, 'valueName')).filter((value) => value !== '')) {
      if (written.has(valueName)) faults.push(`${name}: ${valueName} is written by two policies`);
      written.add(valueName);
      const setting = table.settings.find((candidate) => candidate.name === valueName);
      if (setting === undefined) faults.push(`${name}: the client does not read ${valueName}`);
      else faults.push(...checkAgainstTable(policy, setting));
    }
  }
  for (const setting of table.settings) if (!written.has(setting.name)) faults.push(`${setting.name}: no policy writes it`);
  return faults;
}

function checkPresentations(admx: XmlElement, language: string, presentations: XmlElement[]): string[] {
  const faults: string[] = [];
  for (const policy of elementsBelow(admx, 'policy')) {
    const name = attribute(policy, 'name');
    const elements = elementsBelow(policy, ...elementKinds).filter((child) => child.attributes.has('id'));
    const id = /^\$\(presentation\.(.+)\)$/.exec(attribute(policy, 'presentation'))?.[1];
    const presentation = presentations.find((candidate) => attribute(candidate, 'id') === id);
    if (presentation === undefined) {
      if (elements.length > 0 || id !== undefined) faults.push(`${language}: no presentation for ${name}`);
      continue;
    }
    const shown = elementsBelow(presentation, ...controlKinds);
    for (const control of shown) {
      const element = elements.find((candidate) => attribute(candidate, 'id') === attribute(control, 'refId'));
      if (element === undefined) faults.push(`${language}: ${name} has no element ${attribute(control, 'refId')}`);
      else if (controls[element.name]?.includes(control.name) !== true)
        faults.push(`${language}: ${name}: a ${control.name} for a ${element.name}`);
    }
    for (const element of elements)
      if (!shown.some((control) => attribute(control, 'refId') === attribute(element, 'id')))
        faults.push(`${language}: ${name}: nothing edits ${attribute(element, 'id')}`);
  }
  return faults;
}

/**
 * What the schema of policy templates cannot see: ids, references, kinds, and that the template and the client agree. Answers the
 * faults, an empty list if there are none. `texts` has one .adml per language. Throws an `Error` if a file is not plain XML.
 */
export function checkPolicyTemplate(files: { admx: string; texts: Record<string, string> }, table: SettingsTable): string[] {
  const admx = readXml(files.admx);
  const faults = [...checkOrder('admx', admx), ...checkPolicies(admx, table)];
  if (admx.name !== 'policyDefinitions' || attribute(admx, 'xmlns') !== namespace) faults.push('admx: wrong root or namespace');
  const references = [...files.admx.matchAll(/"\$\(string\.([^)]+)\)"/g)].map((match) => match[1] ?? '');

  for (const [language, source] of Object.entries(files.texts)) {
    const adml = readXml(source);
    if (adml.name !== 'policyDefinitionResources' || attribute(adml, 'xmlns') !== namespace)
      faults.push(`${language}: wrong root or namespace`);
    faults.push(...checkOrder(language, adml));
    const strings = elementsBelow(adml, 'string');
    const ids = strings.map((element) => attribute(element, 'id'));
    const presentations = elementsBelow(adml, 'presentation');
    for (const id of duplicates([...ids, ...presentations.map((element) => `presentation ${attribute(element, 'id')}`)]))
      faults.push(`${language}: ${id} is there twice`);
    for (const id of new Set(references)) if (!ids.includes(id)) faults.push(`${language}: no text ${id}`);
    for (const id of ids) if (!references.includes(id)) faults.push(`${language}: text ${id} is not used`);
    for (const element of strings) if (element.text.trim() === '') faults.push(`${language}: text ${attribute(element, 'id')} is empty`);
    for (const presentation of presentations)
      if (!files.admx.includes(`"$(presentation.${attribute(presentation, 'id')})"`))
        faults.push(`${language}: presentation ${attribute(presentation, 'id')} is not used`);
    faults.push(...checkPresentations(admx, language, presentations));
  }
  return faults;
}

import { elementsBelow, readXml, type XmlElement } from './read-xml.ts';

/** One value as a policy writes it below HKEY_LOCAL_MACHINE. */
export interface PolicyValue {
  readonly key: string;
  readonly name: string;
  readonly value: number | string;
}

function answer(element: XmlElement, pick: 'least' | 'most'): number | string {
  const attribute = (name: string) => element.attributes.get(name) ?? '';
  switch (element.name) {
    case 'decimal':
      return Number(attribute(pick === 'least' ? 'minValue' : 'maxValue'));
    case 'enum':
      return elementsBelow(element, 'string').at(pick === 'least' ? 0 : -1)?.text ?? '';
    default:
      if (attribute('id') === 'PortalUrl')
        return `https://${pick}.example.test/`.padEnd(pick === 'most' ? Number(attribute('maxLength')) : 0, 'x');
      if (attribute('id') === 'CertificatePins')
        return Array.from({ length: pick === 'most' ? 8 : 1 }, (_, index) => `${String(index).repeat(42)}A=`).join('; ');
      return 'ä'.repeat(pick === 'most' ? Number(attribute('maxLength')) : 1);
  }
}

/**
 * What the policy editor writes when every policy of the template is enabled with the least or the most it allows, or switches
 * are disabled (`least`): the reading of MS-GPREG, done for the few kinds of elements this template has.
 */
export function policyValues(admx: string, pick: 'least' | 'most'): PolicyValue[] {
  return elementsBelow(readXml(admx), 'policy').flatMap((policy) => {
    const key = policy.attributes.get('key') ?? '';
    const name = policy.attributes.get('valueName');
    if (name !== undefined) {
      const [state] = elementsBelow(policy, pick === 'least' ? 'disabledValue' : 'enabledValue');
      const [decimal] = state === undefined ? [] : elementsBelow(state, 'decimal');
      return [{ key, name, value: Number(decimal?.attributes.get('value')) }];
    }
    return elementsBelow(policy, 'decimal', 'text', 'enum')
      .filter((element) => element.attributes.has('id'))
      .map((element) => ({ key, name: element.attributes.get('valueName') ?? '', value: answer(element, pick) }));
  });
}

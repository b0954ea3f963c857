import {
  AndFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  FilterParser,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';
import { AppError } from '../../../shared/errors.ts';

/*
 * Filters are built as objects and travel as BER (RFC 4511 section 4.5.1.7): values are never put into filter text, so nothing
 * a person types can become syntax.
 */

export function equals(attribute: string, value: string | Buffer): Filter {
  return new EqualityFilter({ attribute, value });
}

/** An identifier that a person typed; addresses in proxyAddresses have their kind in front (MS-ADA3 2.189). */
export function identifierEquals(attribute: string, value: string): Filter {
  return equals(attribute, /^proxyAddresses$/i.test(attribute) ? `smtp:${value}` : value);
}

export function present(attribute: string): Filter {
  return new PresenceFilter({ attribute });
}

export function contains(attribute: string, value: string): Filter {
  return new SubstringFilter({ attribute, any: [value] });
}

export function atLeast(attribute: string, value: string): Filter {
  return new GreaterThanEqualsFilter({ attribute, value });
}

export function atMost(attribute: string, value: string): Filter {
  return new LessThanEqualsFilter({ attribute, value });
}

/** All bits of `value` are set (LDAP_MATCHING_RULE_BIT_AND, MS-ADTS 3.1.1.3.4.4.1). */
export function hasBits(attribute: string, value: number): Filter {
  return new ExtensibleFilter({ matchType: attribute, rule: '1.2.840.113556.1.4.803', value: String(value) });
}

/** At least one part is needed: an empty "or" matches nothing on some servers and everything on others. */
export function anyOf(...filters: Filter[]): Filter {
  return filters.length === 1 && filters[0] !== undefined ? filters[0] : new OrFilter({ filters });
}

export function allOf(...filters: Filter[]): Filter {
  return filters.length === 1 && filters[0] !== undefined ? filters[0] : new AndFilter({ filters });
}

export function not(filter: Filter): Filter {
  return new NotFilter({ filter });
}

/**
 * A filter that an operator wrote into the configuration (RFC 4515). Escaped bytes that make up UTF-8 text are turned into that
 * text first, because the library would encode each of them once more.
 * @throws AppError `configuration.invalid`
 */
export function configuredFilter(text: string, setting: string): Filter {
  const invalid = (problem: string, cause?: unknown): AppError => new AppError('configuration.invalid', { setting, problem }, { cause });
  const prepared = text.replace(/(?:\\[89a-fA-F][0-9a-fA-F])+/g, (escaped) => {
    const bytes = Buffer.from(escaped.replaceAll('\\', ''), 'hex');
    const decoded = bytes.toString('utf8');
    if (!Buffer.from(decoded, 'utf8').equals(bytes)) throw invalid(`${escaped} is not UTF-8 text`);
    return decoded;
  });
  // The library closes for itself what was left open. Parentheses within values are escaped (RFC 4515 section 3).
  if (text.split('(').length !== text.split(')').length) throw invalid('not an LDAP filter (RFC 4515): a parenthesis is missing');
  try {
    return FilterParser.parseString(prepared.startsWith('(') ? prepared : `(${prepared})`);
  } catch (cause) {
    throw invalid('not an LDAP filter (RFC 4515)', cause);
  }
}

import type { FactorKind } from '../../../shared/api/journeys.ts';

/**
 * An address or a number as an agent may see it: enough for its owner to know which is meant, too little for somebody who listens. Of an
 * address the first sign of the name, the first of the domain and its end; of a number the country and the last two digits.
 */
export function maskContact(kind: FactorKind, label: string): string {
  if (kind === 'sms') return label.length < 7 ? '••••' : `${label.slice(0, 3)} ••• ${label.slice(-2)}`;
  if (kind !== 'email') return label;
  const at = label.lastIndexOf('@');
  if (at < 1) return '••••';
  const domain = label.slice(at + 1);
  const ending = domain.slice(domain.lastIndexOf('.'));
  return `${firstSign(label)}•••@${firstSign(domain)}•••${domain.includes('.') ? ending : ''}`;
}

function firstSign(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0x2022);
}

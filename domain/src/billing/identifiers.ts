/** La Poste's SIREN: its SIRETs are checked by the plain sum of digits, a multiple of five (INSEE). */
const LA_POSTE = '356000000';

/** Nine digits with the check digit of Luhn (INSEE). */
export function isSiren(text: string): boolean {
  return /^\d{9}$/.test(text) && luhn(text) % 10 === 0;
}

/** Fourteen digits: a SIREN and an establishment, with the check digit of Luhn. */
export function isSiret(text: string): boolean {
  if (!/^\d{14}$/.test(text) || !isSiren(text.slice(0, 9))) return false;
  if (text.startsWith(LA_POSTE) && [...text].reduce((sum, digit) => sum + Number(digit), 0) % 5 === 0) return true;
  return luhn(text) % 10 === 0;
}

function luhn(digits: string): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum;
}

/** `FR`, two characters of control, and the SIREN: the control is `(12 + 3 × SIREN mod 97) mod 97` where it is a number. */
export function isFrenchVatId(text: string): boolean {
  const parts = /^FR([0-9A-HJ-NP-Z]{2})(\d{9})$/.exec(text);
  if (parts === null) return false;
  const [, control, siren] = parts as unknown as [string, string, string];
  return !/^\d{2}$/.test(control) || control === vatControlOf(siren);
}

/** The VAT number that belongs to a SIREN. */
export function frenchVatIdOf(siren: string): string {
  return `FR${vatControlOf(siren)}${siren}`;
}

function vatControlOf(siren: string): string {
  return String((12 + 3 * (Number(siren) % 97)) % 97).padStart(2, '0');
}

/** ISO 13616: the letters and digits of an account, checked modulo 97. Spaces are not part of it. */
export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(text)) return false;
  let rest = 0;
  for (const sign of text.slice(4) + text.slice(0, 4)) {
    for (const digit of String(Number.parseInt(sign, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}

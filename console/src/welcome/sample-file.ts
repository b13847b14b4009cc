/** Customers of an invented bank, the same ones every time. Nobody in it exists; the addresses cannot receive mail. */

const FIRST_NAMES = [
  'Anna',
  'Ben',
  'Clara',
  'David',
  'Elif',
  'Felix',
  'Grace',
  'Hassan',
  'Ines',
  'Jonas',
  'Maja',
  'Zoë',
];
const LAST_NAMES = ['Adler', 'Brandt', 'Costa', 'Dubois', 'Engel', 'García', 'Ivanova', 'Müller', 'O’Neill', 'Rossi'];
const PRODUCTS = ['current account', 'savings account', 'credit card', 'mortgage'];
const TIERS = ['standard', 'standard', 'standard', 'plus', 'plus', 'private'];
const HEADER = 'customer_number,first_name,last_name,email,main_product,tier,tenure_years,email_consent';
const CUSTOMERS = 400;

/** Steps of a multiplicative sequence: spread evenly, and never by chance. */
const step = (index: number, factor: number, size: number) => (index * factor) % size;

function line(index: number): string {
  const first = FIRST_NAMES[step(index, 7, FIRST_NAMES.length)] ?? '';
  const last = LAST_NAMES[step(index, 3, LAST_NAMES.length)] ?? '';
  // Some have no address: what a message looks like then is worth seeing.
  const email = index % 37 === 0 ? '' : `customer${index}@example.com`;
  return [
    `C${String(10_000 + index)}`,
    index % 53 === 0 ? '' : first,
    last,
    email,
    PRODUCTS[step(index, 13, 10) % PRODUCTS.length],
    TIERS[step(index, 5, TIERS.length)],
    step(index, 11, 23),
    index % 9 === 0 ? 'no' : 'yes',
  ].join(',');
}

export function sampleFile(): File {
  const lines = Array.from({ length: CUSTOMERS }, (_, index) => line(index + 1));
  return new File([`${HEADER}\n${lines.join('\n')}\n`], 'Sample bank.csv', { type: 'text/csv', lastModified: 0 });
}

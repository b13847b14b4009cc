const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'Ae',
  ø: 'o',
  Ø: 'O',
  œ: 'oe',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
};

/** Accents off, ligatures taken apart: what is left of other scripts is dropped by whoever needs ASCII. */
export function plainLetters(header: string): string {
  return header
    .replace(/[ßæÆøØœłŁđĐ]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
}

/** Words apart: "customerID", "Customer-Id" and "CUSTOMER_ID" all have the words customer and id. */
export function spaced(header: string): string {
  return header.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
}

export function headerWords(header: string): string[] {
  return spaced(plainLetters(header))
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
const hasWord = (words: readonly string[], wanted: ReadonlySet<string>) => words.some((word) => wanted.has(word));
const hasPart = (words: readonly string[], part: RegExp) => words.some((word) => part.test(word));

const UNIQUE_WORDS = set('id uuid guid');
const NUMBER_WORDS = set('no nr num number nummer code key ref reference');
const CODE_WORDS = set('code key ref reference');
const OWNER = /^(customer|cust|client|member|user|person|account|contact|subscriber|kunde|konto|policy)/;
const OWNED_ID = /^(customer|cust|client|member|user|account)(id|uuid|guid)$/;
const NOT_OWN_NUMBER = /^(postal|post|zip|area|country|branch|sort|house|street|credit|card|tax)/;
const DIALLED =
  /^(tel|phone|mobile|cell|fax|handy|telefon|telephone|msisdn|whatsapp|cellphone|phonenumber|mobilenumber)$/;
const CODE = /^(zip|zipcode|postcode|postal|plz|iban|bic|card|ssn|nino|pan|sku|isbn|ean|vat|passport|licen[cs]e)$/;

/**
 * How much a header looks like the identifier of a customer: 0 not at all, the more the better. "customer_id" before "id"
 * before "customer_number" before "order_id"; 3 is left to email addresses; "reference" is better than nothing.
 */
export function identifierRank(words: readonly string[]): number {
  const last = words.at(-1) ?? '';
  const joined = words.join('');
  if (hasPart(words, DIALLED)) return 0;
  const isOwned = OWNER.test(joined);
  if (OWNED_ID.test(joined)) return 7;
  if (UNIQUE_WORDS.has(last)) return isOwned ? 7 : words.length === 1 ? 6 : 4;
  if (!NUMBER_WORDS.has(last) && !/(nr|nummer|number)$/.test(joined)) return 0;
  if (isOwned) return 5;
  return NOT_OWN_NUMBER.test(joined) ? 0 : 2;
}

/** True for columns whose digits are a name and no quantity: a sum of them means nothing, and zeros in front count. */
export function isCodeHeader(words: readonly string[]): boolean {
  if (isAttribute(words)) return false;
  return (
    hasPart(words, DIALLED) || hasPart(words, CODE) || CODE_WORDS.has(words.at(-1) ?? '') || identifierRank(words) > 0
  );
}

const NAMES = set('name names');
const PERSON_NAMES = set(
  'surname firstname lastname fullname forename username nachname vorname nickname customername',
);
const NAME_OWNERS = set(
  'first last middle full sur given family maiden nick user customer client contact person member holder',
);
const PERSONAL =
  /^(e?mails?|emailaddress|address|addr|adresse|addresses|street|strasse|city|town|ort|postcode|zip|zipcode|postal|plz|birth|birthday|birthdate|dob|geburtsdatum|born|iban|bic|card|passport|ssn|nino|tax|licen[cs]e|comments?|notes?|remarks?|salary|income|wages?|balance|latitude|lat|longitude|lon|lng|ip|contact)$/;
/** Special categories of personal data (GDPR article 9). */
const SPECIAL =
  /^(religio\w*|ethnic\w*|race|racial|health|disab\w*|disease|diagnos\w*|medical|medication|illness|pregnan\w*|sexual\w*|orientation|politic\w*|party|union|genetic|biometric|faith|allerg\w*)$/;
const ATTRIBUTES = set(
  'type status kind category class method preference level tier count segment band group score minutes usage calls charge charges plan service lines model',
);

/** True where a header speaks about something personal without holding it: "card_type", "num_emails", "has_phone". */
function isAttribute(words: readonly string[]): boolean {
  if (words.length < 2) return false;
  const [first = '', second = ''] = words;
  if (first === 'num' || first === 'count' || first === 'has' || first === 'is') return true;
  return (first === 'number' && second === 'of') || ATTRIBUTES.has(words.at(-1) ?? '');
}

/** A plan_name names a plan, a first_name names a person. */
function isPersonName(words: readonly string[]): boolean {
  if (hasWord(words, PERSON_NAMES)) return true;
  return hasWord(words, NAMES) && (words.length === 1 || hasWord(words, NAME_OWNERS));
}

export type HeaderMeaning = 'special' | 'personal' | 'plain';

/** What a header says about its column: a special category of personal data, something personal, or neither. */
export function headerMeaning(words: readonly string[]): HeaderMeaning {
  if (hasPart(words, SPECIAL)) return 'special';
  if (isAttribute(words)) return 'plain';
  return isPersonName(words) || hasPart(words, DIALLED) || hasPart(words, PERSONAL) ? 'personal' : 'plain';
}

const MILESTONES =
  set(`signup sign join joined start started end ended created registered registration since renewal renew
  expiry expires expiration contract purchase order ordered opened visit visited login activity active churn churned due
  updated subscribed enrolled member activated last first`);

/** True for dates of the relation with a customer, by which segments are made; another date may be a birthday. */
export function isMilestone(words: readonly string[]): boolean {
  return hasWord(words, MILESTONES) && headerMeaning(words) === 'plain';
}

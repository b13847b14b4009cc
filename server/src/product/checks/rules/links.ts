import type { Brief } from '../../campaigns/campaign.ts';

const LINK = /\b(?:[a-z][a-z0-9+.-]{0,30}:\/\/|www\.|javascript:|data:|mailto:|tel:|sms:)[^\s<>"']+/gi;
/** What has the shape of a domain or mail address with whatever path follows; a candidate begins where a word begins. */
const ADDRESS = /(?<![\p{L}\d@._%+-])([\p{L}\d._%+@-]*[\p{L}\d])\.(\p{L}{2,24})(?![\p{L}\d-])([/?#:][^\s<>"']*)?/giu;
/** Endings that phones and mail programs turn into a link even without a path. */
const ENDINGS = new Set(
  (
    'com net org info biz edu gov io co app dev ai me ly gl link click shop online site xyz top page web store tech ' +
    'club live icu vip pro mobi bank finance money loan credit support help zip mov example'
  ).split(' '),
);

/** Links with a scheme or "www.", without the punctuation of the sentence they stand in. */
export function linksIn(text: string): string[] {
  return (text.match(LINK) ?? []).map((link) => link.replace(/[.,;:!?)\]]+$/, ''));
}

/** "end.It" is a missing space and "e.g" an abbreviation; "bank.de", "bit.ly/x" and "help@bank.com" are addresses. */
function isAddress(name: string, ending: string, path: string | undefined): boolean {
  if (ENDINGS.has(ending.toLowerCase()) || path?.startsWith('/') === true || name.includes('@')) return true;
  return /^[a-z]{2}$/.test(ending) && /\p{L}{3}$/u.test(name);
}

/** Addresses that stand in a text without a scheme, in small letters: whoever reads the text can tap them all the same. */
export function bareAddressesIn(text: string): string[] {
  // Browsers take these for full stops, too.
  const plain = text.replace(LINK, ' ').replace(/[\u3002\uff0e\uff61]/g, '.');
  return [...plain.matchAll(ADDRESS)]
    .filter(([, name = '', ending = '', path]) => isAddress(name, ending, path))
    .map(([address]) => address.toLowerCase().replace(/[.,;:!?)\]/]+$/, ''));
}

const wordsOf = (brief: Brief) => [brief.link ?? '', brief.call_to_action, ...(brief.must_include ?? [])];

/** The links that a text may have: all that stand anywhere in what the brief wants to be said, longest first. */
export function briefLinks(brief: Brief): string[] {
  return [...new Set(wordsOf(brief).flatMap(linksIn))].sort((left, right) => right.length - left.length);
}

/** The links and addresses of a text that the brief does not have. A brief's link may be written without its scheme, or as its host. */
export function foreignLinks(text: string, brief: Brief): string[] {
  const links = briefLinks(brief);
  const known = new Set([
    ...bareAddressesIn([...wordsOf(brief), brief.product].join('\n')),
    ...links.flatMap((link) => {
      const plain = link
        .toLowerCase()
        .replace(/^[a-z][a-z0-9+.-]*:(\/\/)?/, '')
        .replace(/\/+$/, '');
      const host = plain.split(/[/?#]/)[0] ?? plain;
      return [plain, host, host.replace(/^www\./, '')];
    }),
  ]);
  return [
    ...linksIn(text).filter((link) => !links.includes(link)),
    ...bareAddressesIn(text).filter((address) => !known.has(address)),
  ];
}

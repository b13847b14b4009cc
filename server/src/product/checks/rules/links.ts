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

/** What a brief says of links, worked out once for all its texts. */
export type LinkPolicy = {
  links: string[];
  known: ReadonlySet<string>;
  allowed: readonly URL[];
  hosts: readonly string[];
};

function parsed(link: string): URL | null {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(link) ? link : `https://${link}`;
  return URL.canParse(address) ? new URL(address) : null;
}

/** A brief's own link may be written without its scheme, or as its host; what lies below an allowed link is allowed. */
export function linkPolicy(brief: Brief): LinkPolicy {
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
  const allowed = (brief.allowed_links ?? []).map(parsed).filter((link) => link !== null);
  const hosts = [...links.map(parsed), ...allowed].map((link) => link?.hostname ?? '').filter((host) => host !== '');
  return { links, known, allowed, hosts: [...new Set(hosts)] };
}

/** Scheme, host and port are compared exactly, as browsers read them; the path must lie below the allowed one. */
function isAllowed(link: string, allowed: readonly URL[]): boolean {
  const url = link.includes('\\') ? null : parsed(link);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return allowed.some(({ protocol, host, pathname }) => {
    const base = pathname.replace(/\/+$/, '');
    return (
      url.protocol === protocol && url.host === host && (url.pathname === base || url.pathname.startsWith(`${base}/`))
    );
  });
}

/** The links and addresses of a text that neither the brief nor its allowed links have. */
export function foreignLinks(text: string, policy: LinkPolicy): string[] {
  return [
    ...linksIn(text).filter((link) => !policy.links.includes(link)),
    ...bareAddressesIn(text).filter((address) => !policy.known.has(address)),
  ].filter((link) => !isAllowed(link, policy.allowed));
}

const LOOKS_LIKE: readonly (readonly [RegExp, string])[] = [
  [/0/g, 'o'],
  [/[1i|]/g, 'l'],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/[-_]/g, ''],
];
const skeleton = (host: string) => LOOKS_LIKE.reduce((rest, [from, to]) => rest.replace(from, to), host.toLowerCase());

/**
 * True for a link that is made to look like another: a user name before the host, letters beyond ASCII or punycode in
 * it, or a host that reads like, or begins with, one of the brief's (Unicode TR 36, section 2.2).
 */
export function isDeceptive(link: string, policy: LinkPolicy): boolean {
  const authority = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?([^/?#]*)/i.exec(link)?.[1] ?? '';
  const isMail = /^mailto:/i.test(link) || (!link.includes('://') && /^[^@/]+@[^@/]+$/.test(link));
  if (!isMail && authority.includes('@')) return true;
  const host = parsed(link)?.hostname ?? authority;
  if (/[^\u0000-\u007f]/.test(authority) || /(^|\.)xn--/.test(host)) return true;
  return policy.hosts.some((own) => host !== own && (host.startsWith(`${own}.`) || skeleton(host) === skeleton(own)));
}

/**
 * True for a text where a customer's value would become part of an address: whoever chooses the value would choose where
 * the link leads, and links carry values to web servers' logs.
 */
export function hasTagInLink(raw: string): boolean {
  for (let open = raw.indexOf('{{'); open !== -1; open = raw.indexOf('{{', open + 2)) {
    const close = raw.indexOf('}}', open);
    if (close === -1) return false;
    const before = /\S{0,200}$/.exec(raw.slice(Math.max(0, open - 200), open))?.[0] ?? '';
    if (/:\/\/|www\.|mailto:|tel:|sms:|@$|[\p{L}\d]\.$/iu.test(before)) return true;
    const after = raw.slice(close + 2, close + 60);
    if (/^(?::\/\/|@[\p{L}\d])/u.test(after)) return true;
    const ending = /^(?:[\w-]{1,30})?\.(\p{L}{2,24})(?![\p{L}\d-])(\/)?/u.exec(after);
    if (ending !== null && isAddress('tag', ending[1] ?? '', ending[2])) return true;
  }
  return false;
}

import { fallbackOf, parseTemplate } from '../../merge-tags/template.ts';

/** A text as its customers at least read it: tags replaced by their fallbacks. */
export function withFallbacks(text: string): string {
  return parseTemplate(text)
    .parts.map((part) => (typeof part === 'string' ? part : (fallbackOf(part) ?? '')))
    .join('');
}

/** Small letters and single spaces: phrases are compared without regard to either. */
export const plainly = (text: string) => text.toLowerCase().replace(/\s+/g, ' ');

/** A text in small letters and single spaces, without the brief's links: an address is no wording. */
export function plainWording(text: string, links: readonly string[]): string {
  return plainly(links.reduce((rest, link) => rest.replaceAll(link, ''), text));
}

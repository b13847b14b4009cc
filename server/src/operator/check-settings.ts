import type { Config } from '../config.ts';
import { readRange } from '../platform/outbound/addresses.ts';
import { bad, type Finding, good, note } from './finding.ts';

const LOCAL = new Set(['127.0.0.1', '::1', 'localhost']);

const isEverything = (range: string) => readRange(range)?.prefix === 0;

/** What the settings alone tell: mode, transport, who is trusted. */
export function checkSettings(config: Config): Finding[] {
  const findings: Finding[] = [];
  const isProduction = config.mode === 'production';
  findings.push(
    isProduction
      ? good('The mode is production.')
      : note('The mode is development.', 'Set NUDGESCRIBE_MODE=production where real customers are held.'),
  );
  if (config.publicUrl?.startsWith('https://')) findings.push(good(`Callers come through ${config.publicUrl}.`));
  else
    findings.push(
      (isProduction ? bad : note)(
        'No HTTPS address is set: tokens and customers would travel in clear.',
        'Let a proxy end TLS in front of the server, and set NUDGESCRIBE_PUBLIC_URL to its https:// address.',
      ),
    );
  if (!LOCAL.has(config.host) && config.publicUrl?.startsWith('https://') !== true)
    findings.push(
      bad(
        `The server listens on ${config.host} without TLS in front of it.`,
        'Listen on 127.0.0.1 behind a proxy (NUDGESCRIBE_HOST).',
      ),
    );
  if (config.publicUrl !== null && config.trustedProxies.length === 0)
    findings.push(
      note(
        'No proxy is trusted: every caller seems to come from the proxy, and shares its limit of sign-ins.',
        'Set NUDGESCRIBE_TRUSTED_PROXIES to the addresses of your proxy.',
      ),
    );
  if (config.trustedProxies.some(isEverything))
    findings.push(
      bad('Everybody is trusted as a proxy.', 'Name only your proxies in NUDGESCRIBE_TRUSTED_PROXIES: others can lie.'),
    );
  if (config.trustedProxies.length > 0)
    findings.push(
      note(
        `What ${config.trustedProxies.join(', ')} say of where a caller comes from is believed.`,
        'See to it that each such proxy adds to x-forwarded-for the address it is called from; one that does not must set x-ip itself, or take it out of what callers send.',
      ),
    );
  for (const origin of config.allowedOrigins)
    if (origin.startsWith('http://'))
      findings.push(note(`Pages of ${origin} may call the API, and come without TLS.`, 'Name https:// origins only.'));
  if (config.writers.some(({ outboundAllow }) => outboundAllow.some(isEverything)))
    findings.push(
      bad(
        'The server may call every address of your network.',
        'Name only the hosts of your language models in NUDGESCRIBE_OUTBOUND_ALLOW.',
      ),
    );
  for (const writer of config.writers)
    if (writer.baseUrl?.startsWith('http://') && writer.apiKey !== null)
      findings.push(
        note(
          `The key of the writer ${writer.name} travels in clear.`,
          'Use an https:// base_url, or a local one without a key.',
        ),
      );
  return findings;
}

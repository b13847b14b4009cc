import type { Manifest } from '@nudgescribe/sdk';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { saveBlob } from '../api/save.ts';
import { useCampaign } from '../campaigns/campaign-context.ts';
import { Button } from '../design/button.tsx';
import { formatBytes, formatNumber } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Notice } from '../design/states.tsx';
import { Table } from '../design/table.tsx';
import { useTell } from '../design/toasts.tsx';

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** crypto.subtle exists where the page came over TLS or from this machine. */
const canHash = globalThis.crypto?.subtle !== undefined;

/** The files with their sizes and hashes. What is downloaded is hashed again and compared. */
export function PartsTable({ manifest }: { manifest: Manifest }) {
  const { ids } = useCampaign();
  const tell = useTell();
  const [busy, setBusy] = useState<number | null>(null);
  const [checked, setChecked] = useState<ReadonlyMap<number, boolean>>(new Map());
  const [link, setLink] = useState<{ page: number; url: string; minutes: number } | null>(null);
  const attempt = async (page: number, work: () => Promise<void>) => {
    setBusy(page);
    try {
      await work();
    } catch (error) {
      tell(explain(error), { kind: 'bad' });
    }
    setBusy(null);
  };
  const read = async (page: number): Promise<ArrayBuffer> => {
    const stream = await client.publishing.fetchStream({
      ...ids,
      run_number: manifest.run_number,
      page,
      format: 'csv',
    });
    return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  };
  const compare = async (part: Manifest['parts'][number], bytes: ArrayBuffer) => {
    if (!canHash) return;
    const same = bytes.byteLength === part.bytes && (await sha256(bytes)) === part.sha256;
    setChecked((before) => new Map(before).set(part.page, same));
  };
  const makeLink = (page: number) =>
    attempt(page, async () => {
      const answer = await client.publishing.fetch({ ...ids, page, format: 'url' });
      if (typeof answer === 'object' && 'url' in answer)
        setLink({
          page,
          url: new URL(answer.url, window.location.origin).href,
          minutes: Math.round(answer.expires_in / 60),
        });
    });
  return (
    <Card title="Files" flush>
      <Table
        columns={['File', { heading: 'Rows', number: true }, { heading: 'Size', number: true }, 'SHA-256']}
        actions
      >
        {manifest.parts.map((part) => (
          <tr key={part.page}>
            <td>{part.file}</td>
            <td className="number">{formatNumber(part.rows)}</td>
            <td className="number">{formatBytes(part.bytes)}</td>
            <td>
              <span className="mono muted" title={part.sha256}>
                {part.sha256.slice(0, 16)}…
              </span>{' '}
              {checked.get(part.page) === true && <Badge tone="good">verified</Badge>}
              {checked.get(part.page) === false && <Badge tone="bad">differs</Badge>}
            </td>
            <td>
              <div className="row">
                <Button
                  small
                  look="primary"
                  aria-label={`Download ${part.file}`}
                  isDisabled={busy !== null}
                  onPress={() =>
                    void attempt(part.page, async () => {
                      const bytes = await read(part.page);
                      await compare(part, bytes);
                      saveBlob(new Blob([bytes], { type: 'text/csv' }), part.file);
                    })
                  }
                >
                  Download
                </Button>
                {canHash && (
                  <Button
                    small
                    aria-label={`Verify ${part.file}`}
                    isDisabled={busy !== null}
                    onPress={() => void attempt(part.page, async () => compare(part, await read(part.page)))}
                  >
                    Verify
                  </Button>
                )}
                <Button
                  small
                  aria-label={`Timed link to ${part.file}`}
                  isDisabled={busy !== null}
                  onPress={() => void makeLink(part.page)}
                >
                  Timed link
                </Button>
              </div>
            </td>
          </tr>
        ))}
      </Table>
      {link !== null && (
        <div style={{ padding: 12 }}>
          <Notice>
            <div className="stack-tight">
              <span>Whoever has this link gets the file, for {link.minutes} minutes.</span>
              <code style={{ overflowWrap: 'anywhere' }}>{link.url}</code>
              <div>
                <Button
                  small
                  onPress={() => {
                    void navigator.clipboard
                      .writeText(link.url)
                      .then(() => tell('The link is copied.'))
                      .catch(() =>
                        tell('The browser does not let this page copy. Mark the link and copy it.', { kind: 'bad' }),
                      );
                  }}
                >
                  Copy the link
                </Button>
              </div>
            </div>
          </Notice>
        </div>
      )}
    </Card>
  );
}

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { CheckInput } from '../design/fields.tsx';
import { count } from '../design/format.ts';
import { Badge } from '../design/page.tsx';
import type { Cluster } from './use-review-queue.ts';

const ROW_PX = 86;

/** The clusters in the order of their risk. Only those in view are in the page. */
export function QueueList(props: {
  clusters: readonly Cluster[];
  current: string | null;
  chosen: ReadonlySet<string>;
  onOpen(id: string): void;
  onChoose(id: string, on: boolean): void;
}) {
  const { clusters, current } = props;
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: clusters.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const at = clusters.findIndex(({ cluster_id }) => cluster_id === current);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at, rows]);
  return (
    <div ref={frame} className="queue-frame">
      <ul className="virtual-rows" aria-label="To review" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((place) => {
          const cluster = clusters[place.index];
          if (cluster === undefined) return null;
          const first = cluster.members[0]?.message;
          const title = first?.subject ?? first?.message ?? '';
          return (
            <li
              key={cluster.cluster_id}
              aria-setsize={clusters.length}
              aria-posinset={place.index + 1}
              className="queue-item"
              data-current={cluster.cluster_id === current ? true : undefined}
              style={{ transform: `translateY(${place.start}px)`, height: ROW_PX }}
            >
              <CheckInput
                label=""
                name={`Choose: ${title.slice(0, 60)}`}
                checked={props.chosen.has(cluster.cluster_id)}
                onChange={(on) => props.onChoose(cluster.cluster_id, on)}
              />
              <button
                type="button"
                className="queue-open"
                aria-current={cluster.cluster_id === current ? 'true' : undefined}
                onClick={() => props.onOpen(cluster.cluster_id)}
              >
                <span className="clip">
                  <b>{title}</b>
                </span>
                <span className="clip small muted">
                  {first?.segment.label} · {count(cluster.customers, 'customer')}
                </span>
                <span className="row" style={{ gap: 4 }}>
                  <Risk cluster={cluster} />
                  {cluster.messages > 1 && <Badge>{count(cluster.messages, 'alike', 'alike')}</Badge>}
                  {cluster.reused > 0 && <Badge tone="good">reused</Badge>}
                  {cluster.novelty.changed > 0 && <Badge tone="accent">changed</Badge>}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Risk({ cluster }: { cluster: Cluster }) {
  if (cluster.risk === 'error') return <Badge tone="bad">error</Badge>;
  if (cluster.risk === 'warning') return <Badge tone="warn">warning</Badge>;
  const { Pending, Rejected, Approved } = cluster.review_statuses;
  if (Rejected > 0) return <Badge tone="bad">rejected</Badge>;
  if (Pending > 0) return <Badge>open</Badge>;
  return Approved > 0 ? <Badge tone="good">approved</Badge> : <Badge>left out</Badge>;
}

import type { CampaignsSegmentsReply } from '@nudgescribe/sdk';
import { count, formatNumber } from '../design/format.ts';
import { VirtualList } from '../design/virtual-list.tsx';

const ROW_PX = 34;

/** Every segment with its size, however many there are. */
export function SegmentTable({ counted }: { counted: CampaignsSegmentsReply }) {
  const segments = counted.segments;
  return (
    <details open={segments.length <= 12}>
      <summary>{count(segments.length, 'segment')} as a list</summary>
      <VirtualList
        label="Segments"
        items={segments}
        rowPx={ROW_PX}
        maxPx={340}
        keyOf={(segment) => segment.label}
        row={(segment) => (
          <div className="row-spread segment-row">
            <span className="clip">{segment.label}</span>
            <span className="number muted">{formatNumber(segment.size)}</span>
          </div>
        )}
      />
      {counted.merged.length > 0 && (
        <p className="small muted">{count(counted.merged.length, 'small segment')} merged into broader ones.</p>
      )}
    </details>
  );
}

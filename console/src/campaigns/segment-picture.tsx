import type { CampaignsSegmentsReply } from '@nudgescribe/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { count, formatNumber } from '../design/format.ts';
import { Card, Stat } from '../design/page.tsx';
import { Failed, Loading, Notice } from '../design/states.tsx';
import { useSettled } from '../design/use-settled.ts';
import { useWorkspace } from '../shell/workspace.ts';
import type { Attribute, Draft } from './draft.ts';
import { SegmentTable } from './segment-table.tsx';
import { squarify } from './treemap.ts';

const SETTLE_MS = 350;
const WIDTH = 1000;
const HEIGHT = 380;
/** More rectangles than this are too small to be seen: the rest stands as one. */
const SHOWN = 300;

/** What the chosen attributes make of the group, counted anew while they change. */
export function SegmentPicture(props: {
  draft: Draft;
  fieldName(name: string): string;
  onAttributes(attributes: Attribute[]): void;
}) {
  const { draft } = props;
  const { workspaceId } = useWorkspace();
  const body = useSettled(
    useMemo(
      () => ({
        customer_group_id: draft.groupId,
        segment_by: draft.attributes,
        min_segment_size: draft.minSegmentSize,
        channels: draft.channels.map((channel) => ({ channel })),
        variants: draft.variants,
        writer: draft.writer,
      }),
      [draft.groupId, draft.attributes, draft.minSegmentSize, draft.channels, draft.variants, draft.writer],
    ),
    SETTLE_MS,
  );
  const counted = useQuery({
    queryKey: ['segments', workspaceId, body],
    queryFn: () => client.campaigns.segments({ workspace_id: workspaceId, ...body }),
    enabled: body.customer_group_id !== '' && body.channels.length > 0,
    placeholderData: keepPreviousData,
  });
  return (
    <Card title="Segments">
      {body.customer_group_id === '' && <p className="muted">Choose a group to see who would get what.</p>}
      {counted.isLoading && <Loading what="Counting" />}
      {counted.error !== null && <Failed error={counted.error} />}
      {counted.data !== undefined && counted.error === null && (
        <div className="stack" aria-busy={counted.isFetching}>
          <Estimate counted={counted.data} />
          <Explosion counted={counted.data} {...props} />
          <Treemap counted={counted.data} />
          <SegmentTable counted={counted.data} />
        </div>
      )}
    </Card>
  );
}

function Estimate({ counted }: { counted: CampaignsSegmentsReply }) {
  const { estimate } = counted;
  const cost = estimate.cost === null ? null : `${estimate.cost.toFixed(2)} ${estimate.currency ?? ''}`.trim();
  return (
    <div className="stats" role="status">
      <Stat value={formatNumber(counted.total_customers)} label="customers" />
      <Stat value={formatNumber(counted.segment_count)} label="segments" />
      <Stat value={formatNumber(estimate.messages)} label="messages to write" />
      <Stat
        value={estimate.minutes < 1 ? 'under 1 min' : `${formatNumber(Math.ceil(estimate.minutes))} min`}
        label="to write them"
      />
      <Stat value={estimate.model_calls === 0 ? 'none' : formatNumber(estimate.model_calls)} label="calls of a model" />
      {cost !== null && <Stat value={cost} label="estimated cost" />}
    </div>
  );
}

/** The attribute that makes the segments explode, and what the server proposes instead, one press away. */
function Explosion(props: {
  counted: CampaignsSegmentsReply;
  draft: Draft;
  fieldName(name: string): string;
  onAttributes(attributes: Attribute[]): void;
}) {
  const { exploding, suggestions } = props.counted;
  if (exploding === null && suggestions.length === 0) return null;
  const apply = (suggestion: CampaignsSegmentsReply['suggestions'][number]) =>
    props.onAttributes(
      props.draft.attributes.map((attribute) =>
        attribute.field_name !== suggestion.field_name
          ? attribute
          : {
              field_name: attribute.field_name,
              ...(suggestion.bands === null ? {} : { bands: suggestion.bands }),
              ...(suggestion.aliases === null ? {} : { aliases: suggestion.aliases }),
            },
      ),
    );
  return (
    <Notice kind="warn">
      <div className="stack-tight">
        {exploding !== null && (
          <p>
            <b>{props.fieldName(exploding.field_name)}</b> makes the segments explode: it has{' '}
            {count(exploding.distinct_values, 'value')}, and without it {Math.round(exploding.share * 100)} % of the
            combinations would be gone.
          </p>
        )}
        {suggestions.map((suggestion) => (
          <div key={suggestion.field_name} className="row-spread">
            <span>{suggestion.reason}</span>
            <Button small onPress={() => apply(suggestion)}>
              {`${suggestion.bands === null ? 'Join rare values of' : 'Make bands of'} ${props.fieldName(suggestion.field_name)}`}
            </Button>
          </div>
        ))}
      </div>
    </Notice>
  );
}

function Treemap({ counted }: { counted: CampaignsSegmentsReply }) {
  const [seen, setSeen] = useState<string | null>(null);
  const { boxes, shown } = useMemo(() => {
    const sorted = counted.segments.filter(({ size }) => size > 0).sort((a, b) => b.size - a.size);
    const shownOnes = sorted.slice(0, SHOWN).map(({ label, size }) => ({ label, size }));
    const others = sorted.slice(SHOWN).reduce((sum, { size }) => sum + size, 0);
    if (others > 0) shownOnes.push({ label: `${count(sorted.length - SHOWN, 'smaller segment')}`, size: others });
    const order = shownOnes.sort((a, b) => b.size - a.size);
    return {
      shown: order,
      boxes: squarify(
        order.map(({ size }) => size),
        WIDTH,
        HEIGHT,
      ),
    };
  }, [counted]);
  if (shown.length === 0) return <p className="muted">Nobody is in this group yet.</p>;
  const largest = shown[0]?.size ?? 1;
  return (
    <figure className="stack-tight">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="treemap"
        role="img"
        aria-label={`${count(counted.segment_count, 'segment')} as areas by their size; the table below has the numbers.`}
        onPointerLeave={() => setSeen(null)}
      >
        {boxes.map((box, index) => {
          const segment = shown[index];
          if (segment === undefined) return null;
          const characters = Math.floor(box.width / 7.4) - 2;
          const readable = characters >= 5 && box.height >= 22;
          return (
            <g
              key={segment.label}
              transform={`translate(${box.x} ${box.y})`}
              onPointerEnter={() => setSeen(`${segment.label}: ${count(segment.size, 'customer')}`)}
            >
              <rect
                width={Math.max(0, box.width - 2)}
                height={Math.max(0, box.height - 2)}
                rx="3"
                style={
                  { '--share': `${Math.round(18 + 62 * Math.sqrt(segment.size / largest))}%` } as React.CSSProperties
                }
              />
              {readable && (
                <text x="8" y="17">
                  {segment.label.length > characters ? `${segment.label.slice(0, characters - 1)}…` : segment.label}
                </text>
              )}
              {readable && box.height >= 40 && (
                <text x="8" y="34" className="treemap-size">
                  {formatNumber(segment.size)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <figcaption className="small muted">{seen ?? 'Each area is a segment; point at one to read it.'}</figcaption>
    </figure>
  );
}

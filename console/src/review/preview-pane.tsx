import type { Message } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { useCampaign } from '../campaigns/campaign-context.ts';
import { count } from '../design/format.ts';
import { Failed, Loading } from '../design/states.tsx';
import { ChannelForm } from './channel-form.tsx';

const REASONS = {
  longest: 'the longest text',
  shortest: 'the shortest text',
  missing_values: 'most values missing',
  next: 'another customer',
} as const;

/** The message as real customers would get it, those first whose texts tell most. */
export function PreviewPane({ message }: { message: Message }) {
  const { ids } = useCampaign();
  const previews = useQuery({
    queryKey: ['preview', ids.campaign_id, message.message_id, message.updated_at],
    queryFn: () => client.messages.preview({ ...ids, message_id: message.message_id, limit: 3 }),
    // Every look is audited with the customers it showed: one look a text is enough, and none outlives the page.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  if (previews.error !== null) return <Failed error={previews.error} />;
  if (previews.data === undefined) return <Loading what="Asking for customers" />;
  const { previews: shown, masked, unapplied_rules: unapplied } = previews.data;
  if (shown.length === 0) return <p className="muted">Nobody of this segment would get it now.</p>;
  return (
    <div className="stack-tight">
      {shown.map((preview) => (
        <figure key={preview.customer_id} className="stack-tight">
          <ChannelForm channel={message.channel} text={preview} />
          <figcaption className="small muted">
            {REASONS[preview.reason]} of {count(previews.data.compared, 'customer')} compared
          </figcaption>
        </figure>
      ))}
      {masked && <p className="small muted">Personal values are masked: your role may not read them.</p>}
      {unapplied.length > 0 && (
        <p className="small muted">
          Rules by {unapplied.join(', ')} are not applied here: your role may not read those values. Some of these
          customers may not get the message.
        </p>
      )}
    </div>
  );
}

import type { ReviewsQueueReply } from '@nudgescribe/sdk';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { useCampaign } from '../campaigns/campaign-context.ts';
import { Button } from '../design/button.tsx';
import { count, formatNumber } from '../design/format.ts';
import { Card } from '../design/page.tsx';
import { Notice } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';

/** How far the review is, and the approval of the whole once it can be given; until then, what it waits for. */
export function ReviewTotals({ queue }: { queue: ReviewsQueueReply }) {
  const { totals, approval } = queue;
  const { can, ids, refresh } = useCampaign();
  const tell = useTell();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const share = (value: number) => ({ width: `${totals.messages === 0 ? 0 : (value / totals.messages) * 100}%` });
  const waits: string[] = [];
  if (totals.Pending > 0) waits.push(`${count(totals.Pending, 'message')} undecided`);
  if (totals.Rejected > 0) waits.push(`${count(totals.Rejected, 'message')} rejected: edit, rewrite or leave out`);
  if (approval.two_person && approval.you_shaped_it) waits.push('somebody else: you shaped this campaign');
  const approve = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const after = await client.campaigns.approve({
        ...ids,
        ...(approval.digest === null ? {} : { digest: approval.digest }),
      });
      await refresh();
      tell(
        after.status === 'Ready to publish' ? 'Approved: the campaign is ready to publish.' : 'Your approval is given.',
      );
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  };
  return (
    <Card label="Progress of the review">
      <div className="row-spread">
        <div className="grow stack-tight" style={{ minWidth: 220 }}>
          <div className="meter" role="img" aria-label={`${totals.Approved} of ${totals.messages} messages approved`}>
            <span style={share(totals.Approved)} />
            <span style={share(totals.Rejected)} />
            <span style={share(totals.Excluded)} />
          </div>
          <p className="small muted number" role="status">
            {formatNumber(totals.Approved)} approved · {formatNumber(totals.Pending)} open ·{' '}
            {formatNumber(totals.Rejected)} rejected · {formatNumber(totals.Excluded)} left out ·{' '}
            {formatNumber(totals.with_errors)} with errors
          </p>
        </div>
        {can('approve') && (
          <Button look="primary" busy={busy} isDisabled={waits.length > 0} onPress={() => void approve()}>
            Approve the campaign
          </Button>
        )}
      </div>
      {can('approve') && waits.length > 0 && <p className="small muted">Approval waits for {waits.join('; ')}.</p>}
      {can('approve') && totals.with_errors > 0 && (
        <p className="small field-error">
          {count(totals.with_errors, 'message')} with errors: approval is refused until they are fixed or left out.
        </p>
      )}
      {approval.needed > 1 && (
        <p className="small muted">
          {approval.given} of {approval.needed} approvals are given for this content.
        </p>
      )}
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
    </Card>
  );
}

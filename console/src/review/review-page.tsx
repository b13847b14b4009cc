import './review.css';
import type { Finding } from '@nudgescribe/sdk';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { useCampaign } from '../campaigns/campaign-context.ts';
import { CHANNEL_LABELS } from '../campaigns/campaign-words.ts';
import { JobProgress } from '../campaigns/job-progress.tsx';
import { Button, buttonClass } from '../design/button.tsx';
import { CheckInput, SelectInput } from '../design/fields.tsx';
import { count } from '../design/format.ts';
import { Card } from '../design/page.tsx';
import { Empty, Loaded } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { decideClusters, decideOne, fixAll, fixed, takeBack, type Verdict } from './decisions.ts';
import { QueueList } from './queue-list.tsx';
import { ReadingPane } from './reading-pane.tsx';
import { EditDialog, RejectDialog, RewriteDialog } from './review-dialogs.tsx';
import { ReviewTotals } from './review-totals.tsx';
import { type QueueChoice, useReviewQueue } from './use-review-queue.ts';
import { useShortcuts, useShortcutsOn } from './use-shortcuts.ts';

type Window = 'reject' | 'edit' | 'rewrite';
const NONE: ReadonlySet<string> = new Set();
const DONE: Readonly<Record<Verdict, string>> = {
  Approved: 'approved',
  Rejected: 'rejected',
  Excluded: 'left out',
  Pending: 'open again',
};

export function ReviewPage() {
  const { campaign, can, ids, refresh, workspaceId, campaignId } = useCampaign();
  const { may } = useWorkspace();
  const tell = useTell();
  const [choice, setChoice] = useState<QueueChoice>({ channel: '', decided: false, page: 1 });
  const queue = useReviewQueue(choice);
  const [openId, setOpenId] = useState<string | null>(null);
  const [memberId, setMemberId] = useState<string | null>(null);
  const [onlyOne, setOnlyOne] = useState(false);
  const [chosen, setChosen] = useState(NONE);
  const [window_, setWindow] = useState<Window | null>(null);
  const [shortcutsOn, setShortcutsOn] = useShortcutsOn();

  const clusters = queue.data?.clusters ?? [];
  const found = clusters.findIndex(({ cluster_id }) => cluster_id === openId);
  const [place, setPlace] = useState(0);
  useEffect(() => {
    if (found >= 0) setPlace(found);
  }, [found]);
  // A decided cluster leaves the list: what stood behind it takes its place.
  const at = found >= 0 ? found : Math.min(place, clusters.length - 1);
  const cluster = clusters[at];
  const member =
    cluster?.members.find(({ message }) => message.message_id === memberId)?.message ?? cluster?.members[0]?.message;
  const one = onlyOne && cluster !== undefined && cluster.messages > 1;
  const bulk = clusters.filter(({ cluster_id }) => chosen.has(cluster_id));
  const targets = bulk.length > 0 ? bulk : cluster === undefined ? [] : [cluster];
  const messages = one && bulk.length === 0 ? 1 : targets.reduce((sum, { messages: some }) => sum + some, 0);
  const mayDecide = can('review');
  const mayEdit =
    may('messages.edit') &&
    campaign !== undefined &&
    ['Ready for review', 'Ready to publish'].includes(campaign.status);

  const step = (by: number) => {
    const next = clusters[Math.min(clusters.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    setOpenId(next.cluster_id);
    setMemberId(null);
  };
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      tell(explain(error), { kind: 'bad' });
    }
    await refresh();
  };
  const decide = async (verdict: Verdict, note?: string) => {
    const decisions =
      one && bulk.length === 0 && member !== undefined
        ? await decideOne(ids, member, verdict, note)
        : await decideClusters(ids, targets, verdict, note);
    setChosen(NONE);
    setMemberId(null);
    tell(`${count(messages, 'message')} ${DONE[verdict]}.`, {
      action: { label: 'Undo', run: () => void attempt(() => takeBack(ids, decisions)) },
    });
    await refresh();
  };
  const change = (text: { message?: string; subject?: string; preheader?: string }) => async () => {
    if (member !== undefined) await client.messages.change({ ...ids, message_ids: [member.message_id], ...text });
  };
  const fix = (finding: Finding) => {
    const text = member === undefined ? null : fixed(member, finding);
    if (text !== null) void attempt(change(text));
  };

  useShortcuts(shortcutsOn, {
    j: () => step(1),
    k: () => step(-1),
    a: () => {
      if (mayDecide && targets.length > 0) void attempt(() => decide('Approved'));
    },
    r: () => {
      if (mayDecide && targets.length > 0) setWindow('reject');
    },
    x: () => {
      if (mayDecide && targets.length > 0) void attempt(() => decide('Excluded'));
    },
    e: () => {
      if (mayEdit && member !== undefined) setWindow('edit');
    },
    w: () => {
      if (mayEdit && member !== undefined) setWindow('rewrite');
    },
    u: () => {
      if (mayDecide) void attempt(async () => void (await client.reviews.undo(ids)));
    },
  });

  if (campaign === undefined) return null;
  if (campaign.status === 'Draft')
    return (
      <Card>
        <Empty title="Nothing to review yet">The messages are written first, on the page of the campaign.</Empty>
      </Card>
    );
  return (
    <div className="stack">
      {campaign.active_job_id !== null && (
        <JobProgress
          jobId={campaign.active_job_id}
          label={campaign.status === 'Generating' ? 'Writing the messages' : 'Rewriting messages'}
          onOver={refresh}
        />
      )}
      <Loaded query={queue} what="Loading the queue">
        {(data) => (
          <>
            <ReviewTotals queue={data} />
            <div className="review">
              <section className="queue" aria-label="Queue">
                <div className="queue-head">
                  <span className="small muted">{count(data.totals.open_clusters, 'group')} to decide</span>
                  <Button
                    small
                    look="quiet"
                    isDisabled={clusters.length === 0}
                    onPress={() =>
                      setChosen(
                        chosen.size > 0
                          ? NONE
                          : new Set(
                              clusters.filter(({ risk }) => risk !== 'error').map(({ cluster_id }) => cluster_id),
                            ),
                      )
                    }
                  >
                    {chosen.size > 0 ? 'Choose none' : 'Choose all without errors'}
                  </Button>
                </div>
                <div className="queue-head">
                  {campaign.channels.length > 1 && (
                    <SelectInput
                      label="Channel"
                      labelHidden
                      value={choice.channel}
                      choices={[
                        { value: '', label: 'All channels' },
                        ...campaign.channels.map(({ channel }) => ({ value: channel, label: CHANNEL_LABELS[channel] })),
                      ]}
                      onChange={(channel) => setChoice({ ...choice, channel, page: 1 })}
                    />
                  )}
                  <CheckInput
                    label={<span className="small">Show decided ones</span>}
                    checked={choice.decided}
                    onChange={(decided) => setChoice({ ...choice, decided, page: 1 })}
                  />
                </div>
                {clusters.length === 0 ? (
                  <div className="state">
                    <h2>Everything is decided</h2>
                    {(campaign.status === 'Ready to publish' || campaign.status === 'Published') && (
                      <Link
                        to="/w/$workspaceId/campaigns/$campaignId/files"
                        params={{ workspaceId, campaignId }}
                        className={buttonClass('primary')}
                      >
                        {campaign.status === 'Published' ? 'See the files' : 'Publish'}
                      </Link>
                    )}
                  </div>
                ) : (
                  <QueueList
                    clusters={clusters}
                    current={cluster?.cluster_id ?? null}
                    chosen={chosen}
                    onOpen={(id) => {
                      setOpenId(id);
                      setMemberId(null);
                    }}
                    onChoose={(id, on) => {
                      const next = new Set(chosen);
                      if (on) next.add(id);
                      else next.delete(id);
                      setChosen(next);
                    }}
                  />
                )}
                {data.pages > 1 && (
                  <div className="queue-head">
                    <Button
                      small
                      isDisabled={choice.page <= 1}
                      onPress={() => setChoice({ ...choice, page: choice.page - 1 })}
                    >
                      Previous
                    </Button>
                    <span className="small number">
                      {choice.page} of {data.pages}
                    </span>
                    <Button
                      small
                      isDisabled={choice.page >= data.pages}
                      onPress={() => setChoice({ ...choice, page: choice.page + 1 })}
                    >
                      Next
                    </Button>
                  </div>
                )}
              </section>
              {cluster !== undefined && member !== undefined && (
                <div className="stack">
                  <div className="decide" role="toolbar" aria-label="Decide">
                    {mayDecide && (
                      <>
                        <Button look="primary" onPress={() => void attempt(() => decide('Approved'))}>
                          {`Approve ${count(messages, 'message')}`}
                        </Button>
                        <Button look="danger" onPress={() => setWindow('reject')}>
                          Reject
                        </Button>
                        <Button onPress={() => void attempt(() => decide('Excluded'))}>Leave out</Button>
                      </>
                    )}
                    {mayEdit && (
                      <>
                        <Button onPress={() => setWindow('edit')}>Edit</Button>
                        <Button onPress={() => setWindow('rewrite')}>Rewrite</Button>
                      </>
                    )}
                    {cluster.messages > 1 && bulk.length === 0 && (
                      <CheckInput label="Only the one shown" checked={onlyOne} onChange={setOnlyOne} />
                    )}
                  </div>
                  <ReadingPane
                    cluster={cluster}
                    memberId={member.message_id}
                    mayPreview={may('messages.preview')}
                    mayFix={mayEdit}
                    onMember={setMemberId}
                    onFix={fix}
                    onFixAll={(code) =>
                      void attempt(async () => tell(`${count(await fixAll(ids, cluster, code), 'message')} fixed.`))
                    }
                  />
                  <div className="row-spread small muted">
                    <span>
                      <kbd>j</kbd> next <kbd>k</kbd> previous <kbd>a</kbd> approve <kbd>r</kbd> reject <kbd>x</kbd>{' '}
                      leave out <kbd>e</kbd> edit <kbd>w</kbd> rewrite <kbd>u</kbd> undo
                    </span>
                    <CheckInput label="Single-key shortcuts" checked={shortcutsOn} onChange={setShortcutsOn} />
                  </div>
                </div>
              )}
            </div>
          </>
        )}
      </Loaded>
      {window_ === 'reject' && (
        <RejectDialog
          messages={messages}
          onReject={(note) => decide('Rejected', note)}
          onClose={() => setWindow(null)}
        />
      )}
      {window_ === 'edit' && member !== undefined && (
        <EditDialog
          message={member}
          maxLength={campaign.channels.find(({ channel }) => channel === member.channel)?.max_length ?? 2_000}
          onSave={async (text) => {
            await change(text)();
            await refresh();
          }}
          onClose={() => setWindow(null)}
        />
      )}
      {window_ === 'rewrite' && cluster !== undefined && member !== undefined && (
        <RewriteDialog
          messages={messages}
          onRewrite={async (guidance) => {
            await client.messages.regenerate({
              ...ids,
              message_ids:
                one && bulk.length === 0 ? [member.message_id] : targets.flatMap(({ message_ids }) => message_ids),
              ...(guidance.trim() === '' ? {} : { guidance }),
            });
            setChosen(NONE);
            await refresh();
          }}
          onClose={() => setWindow(null)}
        />
      )}
    </div>
  );
}

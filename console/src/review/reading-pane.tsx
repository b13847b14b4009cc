import type { Finding } from '@nudgescribe/sdk';
import { CHANNEL_LABELS, type Channel } from '../campaigns/campaign-words.ts';
import { Button } from '../design/button.tsx';
import { SelectInput } from '../design/fields.tsx';
import { count, formatNumber } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { MessageText } from './message-text.tsx';
import { PreviewPane } from './preview-pane.tsx';
import type { Cluster } from './use-review-queue.ts';
import { wordDiff } from './word-diff.ts';

/** One cluster: the text with what was found in it, what it was last time, and how it arrives. */
export function ReadingPane(props: {
  cluster: Cluster;
  memberId: string;
  mayPreview: boolean;
  mayFix: boolean;
  onMember(id: string): void;
  onFix(finding: Finding): void;
  onFixAll(code: string): void;
}) {
  const { cluster } = props;
  const member = cluster.members.find(({ message }) => message.message_id === props.memberId) ?? cluster.members[0];
  if (member === undefined) return null;
  const { message, previous } = member;
  const parts = [
    ...(message.subject === null ? [] : [{ part: 'subject' as const, label: 'Subject', text: message.subject }]),
    ...(message.preheader === null
      ? []
      : [{ part: 'preheader' as const, label: 'Preheader', text: message.preheader }]),
    { part: 'message' as const, label: 'Message', text: message.message },
  ];
  return (
    <div className="reading">
      <div className="stack">
        <Card label="Text">
          <div className="row-spread">
            <div className="row">
              <Badge>{CHANNEL_LABELS[message.channel as Channel] ?? message.channel}</Badge>
              <Badge tone="accent">{message.technique}</Badge>
              {message.variant > 1 && <Badge>{`variant ${message.variant}`}</Badge>}
              {message.review_status !== 'Pending' && <Badge tone="good">{message.review_status}</Badge>}
            </div>
            <span className="muted small">{message.written_by}</span>
          </div>
          {cluster.messages > 1 && (
            <SelectInput
              label={`${formatNumber(cluster.messages)} messages alike; shown is`}
              value={message.message_id}
              choices={cluster.members.map(({ message: one }) => ({
                value: one.message_id,
                label: `${one.segment.label} (${formatNumber(one.segment.size)})`,
              }))}
              onChange={props.onMember}
              {...(cluster.members.length < cluster.messages
                ? { hint: `The ${cluster.members.length} with most customers can be read here.` }
                : {})}
            />
          )}
          <p className="muted small">
            {message.segment.label} · {count(message.segment.size, 'customer')}
          </p>
          {message.written_by === 'erased' && <p>Removed, as everybody it was for was erased.</p>}
          {parts.map(({ part, label, text }) => (
            <div key={part} className="text-part">
              <span>{label}</span>
              <div className="text-body">
                <MessageText text={text} part={part} findings={message.findings} />
              </div>
            </div>
          ))}
          {message.note !== null && (
            <p className="small">
              <b>Note:</b> {message.note}
            </p>
          )}
        </Card>
        {message.findings.length > 0 && (
          <Card title="Findings">
            {message.findings.map((finding) => (
              <div
                key={`${finding.code} ${finding.message} ${finding.edit?.part} ${finding.edit?.from}`}
                className="row-spread"
              >
                <div className="grow">
                  <Badge tone={finding.severity === 'error' ? 'bad' : 'warn'}>{finding.severity}</Badge>{' '}
                  {finding.message}
                  {finding.fix !== null && <p className="small muted">{finding.fix}</p>}
                </div>
                {props.mayFix && finding.edit !== null && (
                  <div className="row">
                    <Button small onPress={() => props.onFix(finding)} aria-label={`Fix it: ${finding.message}`}>
                      Fix it
                    </Button>
                    {cluster.members.length > 1 && (
                      <Button small onPress={() => props.onFixAll(finding.code)}>
                        {`Fix in all ${cluster.members.length}`}
                      </Button>
                    )}
                  </div>
                )}
              </div>
            ))}
          </Card>
        )}
        {previous !== null && previous.message !== message.message && (
          <Card title="Since the last run">
            <div className="text-body">
              {wordDiff(previous.message, message.message).map(({ kind, text }, index) =>
                kind === 'gone' ? (
                  <del key={index.toString()} className="diff-gone">
                    {text}
                  </del>
                ) : kind === 'new' ? (
                  <ins key={index.toString()} className="diff-new">
                    {text}
                  </ins>
                ) : (
                  text
                ),
              )}
            </div>
          </Card>
        )}
      </div>
      <Card title="As customers get it">
        {props.mayPreview ? (
          <PreviewPane message={message} />
        ) : (
          <p className="muted">Your role does not show messages with customers’ values.</p>
        )}
      </Card>
    </div>
  );
}

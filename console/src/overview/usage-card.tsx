import type { Usage } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { formatMoment, formatNumber } from '../design/format.ts';
import { Card } from '../design/page.tsx';
import { Progress } from '../design/progress.tsx';
import { Loaded } from '../design/states.tsx';

const WORDS: Readonly<Record<Usage['usage'][number]['kind'], string>> = {
  imports: 'Imports',
  imported_rows: 'Imported rows',
  written_messages: 'Messages written',
  exports: 'Exports',
  exported_rows: 'Exported rows',
};

/** What the account has used this month, against what it may use. */
export function UsageCard() {
  const usage = useQuery({ queryKey: ['usage'], queryFn: () => client.usage.get() });
  return (
    <Loaded query={usage} what="Loading usage">
      {({ usage: kinds, resets_at }) => (
        <Card
          title="Used this month"
          aside={<span className="muted small">by the whole account; begins anew {formatMoment(resets_at)}</span>}
        >
          {kinds.map(({ kind, used, quota }) =>
            quota === null ? (
              <div key={kind} className="row-spread">
                <span>{WORDS[kind]}</span>
                <span className="muted">{formatNumber(used)}, no limit</span>
              </div>
            ) : (
              <Progress
                key={kind}
                label={WORDS[kind]}
                done={Math.min(used, quota)}
                total={Math.max(quota, 1)}
                text={`${formatNumber(used)} of ${formatNumber(quota)}`}
              />
            ),
          )}
        </Card>
      )}
    </Loaded>
  );
}

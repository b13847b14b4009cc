import type { Import } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { saveStream } from '../api/save.ts';
import { Button, buttonClass } from '../design/button.tsx';
import { ConfirmDialog } from '../design/dialog.tsx';
import { count, formatMoment } from '../design/format.ts';
import { Card, PageHead } from '../design/page.tsx';
import { Progress } from '../design/progress.tsx';
import { Loaded, Notice } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { ImportCounts, ImportErrors, ImportStatus, isOver } from './import-result.tsx';

const LOOK_MS = 700;

/** One import as the server knows it: a reload, another tab or another person sees the same. */
export function ImportPage() {
  const { workspaceId, may } = useWorkspace();
  const { importId } = useParams({ from: '/w/$workspaceId/imports/$importId' });
  const tell = useTell();
  const [asks, setAsks] = useState(false);
  const [saving, setSaving] = useState(false);
  const query = useQuery({
    queryKey: ['import', workspaceId, importId],
    queryFn: async () => (await client.imports.get({ workspace_id: workspaceId, import_id: importId })) as Import,
    refetchInterval: ({ state }) => (state.data !== undefined && isOver(state.data.status) ? false : LOOK_MS),
  });
  const saveRepairFile = async () => {
    setSaving(true);
    try {
      await saveStream(
        await client.imports.getStream({ workspace_id: workspaceId, import_id: importId, format: 'csv' }),
        `repair-${importId.slice(-8)}.csv`,
        'text/csv',
      );
    } catch (error) {
      tell(explain(error), { kind: 'bad' });
    }
    setSaving(false);
  };
  return (
    <Loaded query={query} what="Loading the import">
      {(result) => (
        <>
          <PageHead
            title="Import"
            lead={
              <>
                <ImportStatus status={result.status} /> begun {formatMoment(result.created_at)}
                {result.completed_at !== null && `, ended ${formatMoment(result.completed_at)}`}
              </>
            }
            actions={
              <>
                {!isOver(result.status) && may('customers.write') && (
                  <Button look="danger" onPress={() => setAsks(true)}>
                    Stop
                  </Button>
                )}
                {isOver(result.status) && (
                  <Link to="/w/$workspaceId/groups" params={{ workspaceId }} className={buttonClass('primary')}>
                    See the groups
                  </Link>
                )}
              </>
            }
          />
          <div className="stack">
            {!isOver(result.status) && (
              <Card label="Progress">
                <Progress label="Reading and storing" done={result.progress.done} total={result.progress.total} />
                <p className="muted small">You can close this page; the import goes on.</p>
              </Card>
            )}
            {result.status === 'rejected' && (
              <Notice kind="bad">The file was refused, and nothing of it was stored.</Notice>
            )}
            {result.status === 'failed' && (
              <Notice kind="bad">
                The import failed on the server’s side. What it had stored stays; send the file again.
              </Notice>
            )}
            {result.same_file_as !== null && (
              <Notice>
                The very same file was{' '}
                <Link to="/w/$workspaceId/imports/$importId" params={{ workspaceId, importId: result.same_file_as }}>
                  imported before
                </Link>
                .
              </Notice>
            )}
            <Card title="Rows">
              <ImportCounts result={result} />
            </Card>
            {Object.keys(result.error_counts).length > 0 && (
              <Card
                title="Mistakes by cause"
                flush
                aside={
                  isOver(result.status) && (
                    <Button small busy={saving} onPress={() => void saveRepairFile()}>
                      Download the repair file
                    </Button>
                  )
                }
              >
                <ImportErrors result={result} />
              </Card>
            )}
          </div>
          {asks && (
            <ConfirmDialog
              title="Stop this import?"
              action="Stop it"
              danger
              onClose={() => setAsks(false)}
              onConfirm={async () => {
                await client.imports.cancel({ workspace_id: workspaceId, import_id: importId });
                await query.refetch();
              }}
            >
              <p>
                {count(result.created + result.updated, 'customer')} stored so far would stay. The same file can be sent
                again later.
              </p>
            </ConfirmDialog>
          )}
        </>
      )}
    </Loaded>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { formatBytes } from '../design/format.ts';
import { Card, PageHead } from '../design/page.tsx';
import { Failed, Loading, NoPermission } from '../design/states.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { ChooseFile } from './choose-file.tsx';
import { type Column, columnsFrom, readSample } from './column.ts';
import { ImportPlan } from './import-plan.tsx';
import { setPendingFile, usePendingFile } from './pending-file.ts';

/** From a file to its columns: what the server makes of the beginning of it. */
export function NewImportPage() {
  const { workspaceId, may } = useWorkspace();
  const { group } = useSearch({ from: '/w/$workspaceId/imports/new' });
  const file = usePendingFile();
  const [columns, setColumns] = useState<Column[] | null>(null);
  const read = useQuery({
    queryKey: ['inferred', workspaceId, file?.name, file?.size, file?.lastModified],
    enabled: file !== null,
    // The sample holds customers' values: it does not outlive the page.
    gcTime: 0,
    queryFn: async () => {
      const sample = file === null ? '' : await readSample(file);
      const [inferred, fields] = await Promise.all([
        client.fields.infer({ workspace_id: workspaceId, sample }),
        client.fields.list({ workspace_id: workspaceId }),
      ]);
      return { inferred, fields };
    },
  });
  useEffect(() => {
    setColumns(read.data === undefined ? null : columnsFrom(read.data.inferred, read.data.fields));
  }, [read.data]);
  // Leaving the page forgets the file.
  useEffect(() => () => setPendingFile(null), []);

  if (!may('customers.write')) return <NoPermission what="import customers here" />;
  return (
    <>
      <PageHead
        title="Import customers"
        lead="Nothing is stored before you have seen what it would come to."
        actions={file !== null && <Button onPress={() => setPendingFile(null)}>Choose another file</Button>}
      />
      {file === null && <ChooseFile />}
      {file !== null && (
        <div className="stack">
          <Card label="File">
            <div className="row-spread">
              <b>{file.name}</b>
              <span className="muted number">{formatBytes(file.size)}</span>
            </div>
          </Card>
          {read.error !== null && <Failed error={read.error} retry={() => void read.refetch()} />}
          {read.isFetching && <Loading what="Reading the file" />}
          {read.data !== undefined && columns !== null && (
            <ImportPlan
              key={`${file.name}-${file.lastModified}`}
              file={file}
              inferred={read.data.inferred}
              fields={read.data.fields}
              columns={columns}
              onColumns={setColumns}
              groupId={group}
            />
          )}
        </div>
      )}
    </>
  );
}

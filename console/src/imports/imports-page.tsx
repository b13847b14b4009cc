import type { Import } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { client } from '../api/client.ts';
import { buttonClass } from '../design/button.tsx';
import { formatMoment, formatNumber } from '../design/format.ts';
import { Badge, Card, PageHead } from '../design/page.tsx';
import { Empty, Loaded } from '../design/states.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { ImportStatus, isOver } from './import-result.tsx';

const LOOK_MS = 2_000;

export function ImportsPage() {
  const { workspaceId, may } = useWorkspace();
  const imports = useQuery({
    queryKey: ['imports', workspaceId],
    queryFn: async () => (await client.imports.get({ workspace_id: workspaceId, page_size: 100 })) as Import[],
    refetchInterval: ({ state }) => (state.data?.some((one) => !isOver(one.status)) ? LOOK_MS : false),
  });
  const action = may('customers.write') && (
    <Link to="/w/$workspaceId/imports/new" params={{ workspaceId }} className={buttonClass('primary')}>
      Import customers
    </Link>
  );
  return (
    <>
      <PageHead
        title="Imports"
        lead="Every file that came, what it did, and what was wrong with it."
        actions={action}
      />
      <Loaded query={imports} what="Loading imports">
        {(list) => (
          <Card flush label="Imports">
            {list.length === 0 ? (
              <Empty title="No imports yet">Drop a CSV file anywhere in this window.</Empty>
            ) : (
              <div className="table-frame">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">Begun</th>
                      <th scope="col">State</th>
                      {['Rows', 'Created', 'Updated', 'Unchanged', 'Failed'].map((label) => (
                        <th key={label} scope="col" className="number">
                          {label}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {list.map((one) => (
                      <tr key={one.import_id}>
                        <td>
                          <Link
                            to="/w/$workspaceId/imports/$importId"
                            params={{ workspaceId, importId: one.import_id }}
                          >
                            {formatMoment(one.created_at)}
                          </Link>
                        </td>
                        <td>
                          <ImportStatus status={one.status} /> {one.validate_only && <Badge>dry run</Badge>}
                        </td>
                        {[one.total_rows, one.created, one.updated, one.unchanged, one.failed + one.duplicates].map(
                          (value, index) => (
                            <td key={index.toString()} className="number">
                              {formatNumber(value)}
                            </td>
                          ),
                        )}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Card>
        )}
      </Loaded>
    </>
  );
}

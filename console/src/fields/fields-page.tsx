import type { CustomerProfileField } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { Badge, Card, PageHead } from '../design/page.tsx';
import { Empty, Loaded } from '../design/states.tsx';
import { Table } from '../design/table.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { DeleteFieldDialog } from './delete-field-dialog.tsx';
import { FieldDialog } from './field-dialog.tsx';
import { TYPE_LABELS } from './field-words.ts';

type Open = { kind: 'edit'; field: CustomerProfileField | null } | { kind: 'delete'; field: CustomerProfileField };

export function FieldsPage() {
  const { workspaceId, may } = useWorkspace();
  const [open, setOpen] = useState<Open | null>(null);
  const fields = useQuery({
    queryKey: ['fields', workspaceId],
    queryFn: () => client.fields.list({ workspace_id: workspaceId }),
  });
  const mayWrite = may('fields.write');
  const add = mayWrite && (
    <Button look="primary" onPress={() => setOpen({ kind: 'edit', field: null })}>
      New field
    </Button>
  );
  return (
    <>
      <PageHead
        title="Fields"
        lead="What is known of a customer. Personal fields are sealed and never make segments or reach a writer."
        actions={add}
      />
      <Loaded query={fields} what="Loading fields">
        {(list) => (
          <Card flush label="Fields">
            {list.length === 0 ? (
              <Empty title="No fields yet">
                Importing a file makes them from its columns. You can also make them here.
              </Empty>
            ) : (
              <Table columns={['Field', 'Kind', 'Kept', 'Needed']} actions>
                {list.map((field) => (
                  <tr key={field.customer_profile_field_id}>
                    <td>
                      <b>{field.display_name}</b> <span className="mono muted">{field.field_name}</span>
                    </td>
                    <td>
                      {TYPE_LABELS[field.field_type]} <span className="muted">{detail(field)}</span>
                    </td>
                    <td>
                      <Kept field={field} />
                    </td>
                    <td>{field.is_required ? 'always' : <span className="muted">no</span>}</td>
                    <td>
                      {mayWrite && (
                        <div className="row">
                          <Button
                            look="quiet"
                            small
                            aria-label={`Edit ${field.display_name}`}
                            onPress={() => setOpen({ kind: 'edit', field })}
                          >
                            Edit
                          </Button>
                          <Button
                            look="quiet"
                            small
                            aria-label={`Delete ${field.display_name}`}
                            onPress={() => setOpen({ kind: 'delete', field })}
                          >
                            Delete
                          </Button>
                        </div>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
          </Card>
        )}
      </Loaded>
      {open?.kind === 'edit' && (
        <FieldDialog workspaceId={workspaceId} field={open.field} onClose={() => setOpen(null)} />
      )}
      {open?.kind === 'delete' && (
        <DeleteFieldDialog workspaceId={workspaceId} field={open.field} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

function Kept({ field }: { field: CustomerProfileField }) {
  if (field.is_unique) return <Badge tone="accent">identifier</Badge>;
  return field.is_sensitive ? <Badge>sealed</Badge> : <Badge tone="good">open for segments</Badge>;
}

function detail(field: CustomerProfileField): string {
  if (field.field_format !== null) return field.field_format;
  if (field.options !== null) return field.options.slice(0, 4).join(', ') + (field.options.length > 4 ? ' …' : '');
  return field.validation_rules?.format ?? '';
}

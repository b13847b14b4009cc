import type { Campaign, CustomerGroup } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { ConfirmDialog } from '../design/dialog.tsx';
import { CheckInput } from '../design/fields.tsx';
import { count } from '../design/format.ts';
import { useTell } from '../design/toasts.tsx';

/** Says what deleting the group would touch before it is deleted. */
export function DeleteGroupDialog(props: { workspaceId: string; group: CustomerGroup; onClose(): void }) {
  const { workspaceId, group } = props;
  const queries = useQueryClient();
  const tell = useTell();
  const [withCustomers, setWithCustomers] = useState(false);
  const touched = useQuery({
    queryKey: ['group-touched', workspaceId, group.customer_group_id],
    queryFn: async () => {
      const [size, campaigns] = await Promise.all([
        client.customers.pages({ workspace_id: workspaceId, customer_group_id: group.customer_group_id }),
        client.campaigns.get({ workspace_id: workspaceId }),
      ]);
      const using = (campaigns as Campaign[]).filter((one) => one.customer_group_id === group.customer_group_id);
      return { members: size.total_customers, using };
    },
  });
  const unpublished = touched.data?.using.filter((one) => one.status !== 'Published') ?? [];
  return (
    <ConfirmDialog
      title={`Delete ${group.group_name}?`}
      action="Delete the group"
      danger
      disabled={touched.data === undefined}
      onClose={props.onClose}
      onConfirm={async () => {
        const gone = await client.groups.delete({
          workspace_id: workspaceId,
          customer_group_id: group.customer_group_id,
          delete_customers: withCustomers,
        });
        await queries.invalidateQueries({ queryKey: ['groups', workspaceId] });
        tell(
          gone.customers_removed > 0
            ? `The group is deleted, with ${count(gone.customers_removed, 'customer')}.`
            : 'The group is deleted.',
        );
      }}
    >
      {touched.data === undefined ? (
        <p>Looking at what it would touch …</p>
      ) : (
        <>
          <p>
            {count(touched.data.members, 'customer')} would leave this group
            {withCustomers ? '; those in no other group would be erased for good.' : '. Nobody is erased.'}
          </p>
          {touched.data.using.length > 0 && (
            <p>
              Campaigns on it: {touched.data.using.map((one) => one.campaign_name).join(', ')}. Their history keeps its
              name.
            </p>
          )}
          {unpublished.length > 0 && (
            <p>
              Not published yet: {unpublished.map((one) => one.campaign_name).join(', ')}. While they are not, the
              server refuses to delete the group.
            </p>
          )}
          <CheckInput
            label="Also erase customers who are in no other group"
            checked={withCustomers}
            onChange={setWithCustomers}
          />
        </>
      )}
    </ConfirmDialog>
  );
}

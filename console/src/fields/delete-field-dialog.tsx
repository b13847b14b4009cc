import type { Campaign, CustomerProfileField } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { ConfirmDialog } from '../design/dialog.tsx';
import { useTell } from '../design/toasts.tsx';

/** Whether a campaign says anything with this field: segments, eligibility, columns of its files. */
function uses(campaign: Campaign, name: string): boolean {
  return (
    campaign.segment_by.some(({ field_name }) => field_name === name) ||
    campaign.eligible_when.some(({ field_name }) => field_name === name) ||
    campaign.export_fields.includes(name)
  );
}

export function DeleteFieldDialog(props: { workspaceId: string; field: CustomerProfileField; onClose(): void }) {
  const { workspaceId, field } = props;
  const queries = useQueryClient();
  const tell = useTell();
  const campaigns = useQuery({
    queryKey: ['campaigns', workspaceId],
    queryFn: async () => (await client.campaigns.get({ workspace_id: workspaceId })) as Campaign[],
  });
  const using = (campaigns.data ?? []).filter((one) => uses(one, field.field_name));
  return (
    <ConfirmDialog
      title={`Delete the field ${field.display_name}?`}
      action="Delete the field"
      danger
      disabled={campaigns.data === undefined}
      onClose={props.onClose}
      onConfirm={async () => {
        await client.fields.delete({
          workspace_id: workspaceId,
          customer_profile_field_id: field.customer_profile_field_id,
        });
        await queries.invalidateQueries({ queryKey: ['fields', workspaceId] });
        tell('The field is deleted; its stored values are being removed.');
      }}
    >
      <p>
        Its value is removed from every customer of this workspace, for good.
        {field.is_unique && ' Customers can no longer be matched by it when a file comes again.'}
      </p>
      {using.length > 0 && (
        <p>
          Campaigns that use it: {using.map((one) => `${one.campaign_name} (${one.status})`).join(', ')}. While one of
          them is not published, the server refuses.
        </p>
      )}
      {using.length === 0 && campaigns.data !== undefined && <p>No campaign uses it in segments, rules or files.</p>}
    </ConfirmDialog>
  );
}

import type { CustomerProfileField, GroupMember } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { Button, buttonClass } from '../design/button.tsx';
import { count, formatMoment, formatNumber } from '../design/format.ts';
import { Card, PageHead } from '../design/page.tsx';
import { Empty, Loaded } from '../design/states.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { groupsKey } from './groups-page.tsx';

const PAGE_SIZE = 50;

/** The members of a group, page by page. Values are not even asked for until somebody wants to read them. */
export function GroupPage() {
  const { workspaceId, may } = useWorkspace();
  const { groupId } = useParams({ from: '/w/$workspaceId/groups/$groupId' });
  const [page, setPage] = useState(1);
  const [open, setOpen] = useState(false);
  const group = useQuery({
    queryKey: groupsKey(workspaceId),
    queryFn: () => client.groups.list({ workspace_id: workspaceId }),
    select: (all) => all.find((one) => one.customer_group_id === groupId) ?? null,
  });
  const size = useQuery({
    queryKey: ['group-size', workspaceId, groupId],
    queryFn: () =>
      client.customers.pages({ workspace_id: workspaceId, customer_group_id: groupId, page_size: PAGE_SIZE }),
  });
  const fields = useQuery({
    queryKey: ['fields', workspaceId],
    queryFn: () => client.fields.list({ workspace_id: workspaceId }),
  });
  const members = useQuery({
    queryKey: ['members', workspaceId, groupId, page, open],
    queryFn: () =>
      client.customers.list({
        workspace_id: workspaceId,
        customer_group_id: groupId,
        page,
        page_size: PAGE_SIZE,
        decrypt: open,
      }),
    // What was read in clear does not stay behind when the page is left.
    gcTime: 0,
    placeholderData: (before) => (open ? undefined : before),
  });
  if (group.data === null)
    return <Empty title="There is no such group">It was deleted, or it belongs to another workspace.</Empty>;
  const pages = size.data?.pages ?? 0;
  return (
    <>
      <PageHead
        title={group.data?.group_name ?? 'Group'}
        lead={size.data === undefined ? undefined : count(size.data.total_customers, 'customer')}
        actions={
          <>
            {may('customers.decrypt') && pages > 0 && (
              <Button onPress={() => setOpen(!open)}>{open ? 'Hide values' : 'Show values'}</Button>
            )}
            {may('customers.write') && (
              <Link
                to="/w/$workspaceId/imports/new"
                params={{ workspaceId }}
                search={{ group: groupId }}
                className={buttonClass('primary')}
              >
                Import into this group
              </Link>
            )}
          </>
        }
      />
      <p className="muted small" style={{ marginBottom: 12 }}>
        {open
          ? 'You are reading personal data. This page view is in the audit log.'
          : 'Personal data is sealed. Showing it is written to the audit log.'}
      </p>
      <Loaded query={members} what="Loading customers">
        {(list) =>
          pages === 0 ? (
            <Card>
              <Empty title="Nobody is in this group yet">Import a file into it, and its customers join.</Empty>
            </Card>
          ) : (
            <Card flush label="Customers">
              <MemberTable members={list} fields={fields.data ?? []} open={open} />
            </Card>
          )
        }
      </Loaded>
      {pages > 1 && (
        <nav className="row" aria-label="Pages" style={{ marginTop: 12 }}>
          <Button small isDisabled={page <= 1} onPress={() => setPage(1)}>
            First
          </Button>
          <Button small isDisabled={page <= 1} onPress={() => setPage(page - 1)}>
            Previous
          </Button>
          <span className="number small">
            Page {formatNumber(page)} of {formatNumber(pages)}
          </span>
          <Button small isDisabled={page >= pages} onPress={() => setPage(page + 1)}>
            Next
          </Button>
          <Button small isDisabled={page >= pages} onPress={() => setPage(pages)}>
            Last
          </Button>
        </nav>
      )}
    </>
  );
}

function MemberTable(props: { members: GroupMember[]; fields: CustomerProfileField[]; open: boolean }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Customer</th>
            {props.fields.map((field) => (
              <th scope="col" key={field.customer_profile_field_id}>
                {field.display_name}
              </th>
            ))}
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {props.members.map((member) => (
            <tr key={member.customer_id}>
              <td className="mono" title={member.customer_id}>
                {member.customer_id.slice(-8)}
              </td>
              {props.fields.map((field) => (
                <td key={field.customer_profile_field_id}>
                  {props.open ? shown(member.profile?.[field.field_name]) : <span className="muted">••••••</span>}
                </td>
              ))}
              <td className="muted">{formatMoment(member.updated_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shown(value: string | boolean | null | undefined) {
  if (value === null || value === undefined || value === '') return <span className="muted">–</span>;
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
}

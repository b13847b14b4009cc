import type { AuditListBody } from '@nudgescribe/sdk';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { SelectInput, TextInput } from '../design/fields.tsx';
import { formatMoment } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Empty, Failed, Loading } from '../design/states.tsx';
import { Table } from '../design/table.tsx';
import { useSettled } from '../design/use-settled.ts';
import { useMay } from '../session/session-context.tsx';
import { allUsers, USERS_KEY } from './all-users.ts';
import { TrailCard } from './trail-card.tsx';

const PAGE_SIZE = 50;
const SETTLE_MS = 400;

/** The audit log, newest first. It names who did what to which ids, and nobody's data. */
export function Audit() {
  const may = useMay();
  const [action, setAction] = useState('');
  const [outcome, setOutcome] = useState('');
  const [actor, setActor] = useState('');
  const [object, setObject] = useState('');
  const [since, setSince] = useState('');
  const filter = useSettled(
    useMemo<AuditListBody>(
      () => ({
        ...(action.trim() === '' ? {} : { action: action.trim() }),
        ...(outcome === '' ? {} : { outcome: outcome as 'done' }),
        ...(actor === '' ? {} : { actor }),
        ...(object.trim() === '' ? {} : { object: object.trim() }),
        ...(since === '' ? {} : { since: new Date(since).toISOString() }),
      }),
      [action, outcome, actor, object, since],
    ),
    SETTLE_MS,
  );
  const users = useQuery({ queryKey: USERS_KEY, queryFn: allUsers, enabled: may('users.read') });
  const events = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      client.audit.list({ ...filter, page_size: PAGE_SIZE, ...(pageParam === null ? {} : { before: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? null : (page.at(-1)?.event_id ?? null)),
  });
  const nameOf = (userId: string | null) =>
    userId === null ? 'nobody known' : (users.data?.find((one) => one.user_id === userId)?.display_name ?? userId);
  const list = events.data?.pages.flat() ?? [];
  return (
    <div className="stack">
      <Card label="Search">
        <div className="columns-2">
          <TextInput
            label="Action"
            value={action}
            onChange={setAction}
            placeholder="campaign.approved"
            hint="End it with a dot for everything of one kind: campaign."
          />
          <SelectInput
            label="Outcome"
            value={outcome}
            choices={[
              { value: '', label: 'Any' },
              { value: 'done', label: 'Done' },
              { value: 'refused', label: 'Refused' },
            ]}
            onChange={setOutcome}
          />
          <SelectInput
            label="By"
            value={actor}
            choices={[
              { value: '', label: 'Anybody' },
              ...(users.data ?? []).map((user) => ({ value: user.user_id, label: user.display_name })),
            ]}
            onChange={setActor}
          />
          <TextInput label="About the id" value={object} onChange={setObject} />
          <TextInput label="Since" type="datetime-local" value={since} onChange={setSince} />
        </div>
      </Card>
      {events.error !== null && <Failed error={events.error} />}
      {events.isLoading && <Loading what="Searching" />}
      {events.data !== undefined && (
        <Card flush label="Events">
          {list.length === 0 ? (
            <Empty title="Nothing found">No event fits everything named above.</Empty>
          ) : (
            <Table columns={['When', 'What', 'Who', 'About', 'From']}>
              {list.map((event) => (
                <tr key={event.event_id}>
                  <td className="muted">{formatMoment(event.happened_at)}</td>
                  <td>
                    {event.action} {event.outcome === 'refused' && <Badge tone="bad">refused</Badge>}
                  </td>
                  <td>{nameOf(event.actor_user_id)}</td>
                  <td className="mono small audit-about">{aboutOf(event.object_ids)}</td>
                  <td className="muted small">{event.address ?? '–'}</td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
      )}
      {events.hasNextPage && (
        <div>
          <Button busy={events.isFetchingNextPage} onPress={() => void events.fetchNextPage()}>
            Earlier ones
          </Button>
        </div>
      )}
      <TrailCard />
    </div>
  );
}

const aboutOf = (ids: Record<string, unknown>) =>
  Object.entries(ids)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.length : String(value)}`)
    .join(', ');

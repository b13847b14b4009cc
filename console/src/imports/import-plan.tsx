import type { CustomerProfileField, FieldsInferReply, Import } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { SelectInput, TextInput } from '../design/fields.tsx';
import { count } from '../design/format.ts';
import { Card } from '../design/page.tsx';
import { Progress } from '../design/progress.tsx';
import { Notice } from '../design/states.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { type Column, doubledTargets } from './column.ts';
import { ImportCounts, ImportErrors } from './import-result.tsx';
import { MappingTable } from './mapping-table.tsx';
import { type Plan, prepare, sendFile } from './store-file.ts';

const NEW_GROUP = 'new';

/** Mapping, dry run, and then the import itself. A change after the dry run asks for another one. */
export function ImportPlan(props: {
  file: File;
  inferred: FieldsInferReply;
  fields: readonly CustomerProfileField[];
  columns: readonly Column[];
  onColumns(columns: Column[]): void;
  groupId: string | undefined;
}) {
  const { file, inferred, columns } = props;
  const { workspaceId, may } = useWorkspace();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const groups = useQuery({
    queryKey: ['groups', workspaceId],
    queryFn: () => client.groups.list({ workspace_id: workspaceId }),
  });
  const [chosen, setChosen] = useState<string | null>(props.groupId ?? null);
  const group = chosen ?? NEW_GROUP;
  const [name, setName] = useState(file.name.replace(/\.[^.]*$/, '').slice(0, 100));
  const [doing, setDoing] = useState<'checking' | 'storing' | null>(null);
  const [progress, setProgress] = useState({ done: 0, total: 0 });
  const [checked, setChecked] = useState<Import | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const doubled = doubledTargets(columns);
  const plan: Plan = {
    workspaceId,
    file,
    columns,
    inferred,
    group: group === NEW_GROUP ? { name } : { id: group },
  };

  const attempt = async (kind: 'checking' | 'storing', work: () => Promise<void>) => {
    setDoing(kind);
    setProblem(null);
    setProgress({ done: 0, total: 0 });
    try {
      await work();
    } catch (error) {
      setProblem(explain(error));
    }
    setDoing(null);
  };
  const check = () =>
    attempt('checking', async () => {
      setChecked(null);
      const groupId = await prepare(plan);
      await queries.invalidateQueries({ queryKey: ['groups', workspaceId] });
      await queries.invalidateQueries({ queryKey: ['fields', workspaceId] });
      const begun = await sendFile(plan, groupId, { validate_only: true, on_error: 'skip' });
      setChecked(await client.waitForImport(workspaceId, begun.import_id, { onProgress: setProgress }));
    });
  const store = () =>
    attempt('storing', async () => {
      const groupId = await prepare(plan);
      const begun = await sendFile(plan, groupId, { on_error: 'skip' });
      await navigate({
        to: '/w/$workspaceId/imports/$importId',
        params: { workspaceId, importId: begun.import_id },
        replace: true,
      });
    });
  const change = (work: () => void) => {
    setChecked(null);
    work();
  };
  const storable = checked === null ? 0 : checked.created + checked.updated + checked.unchanged;

  return (
    <>
      <Card title="Group">
        <div className="columns-2">
          <SelectInput
            label="Customers join"
            value={group}
            choices={[
              { value: NEW_GROUP, label: 'A new group' },
              ...(groups.data ?? []).map((one) => ({ value: one.customer_group_id, label: one.group_name })),
            ]}
            onChange={(value) => change(() => setChosen(value))}
          />
          {group === NEW_GROUP && (
            <TextInput
              label="Name of the new group"
              value={name}
              onChange={(value) => change(() => setName(value))}
              required
            />
          )}
        </div>
      </Card>
      <Card
        title="Columns"
        flush
        aside={<span className="muted small">Guessed from the file; change what is wrong.</span>}
      >
        <MappingTable
          columns={columns}
          fields={props.fields}
          mayMakeFields={may('fields.write')}
          onChange={(next) => change(() => props.onColumns(next))}
        />
      </Card>
      {doubled.length > 0 && (
        <Notice kind="warn">Two columns go into one field: {doubled.join(', ')}. Leave one of them out.</Notice>
      )}
      {!columns.some(({ proposed, target }) =>
        target === 'new'
          ? proposed.is_unique
          : (props.fields.find(({ field_name }) => field_name === target)?.is_unique ?? false),
      ) && (
        <Notice kind="warn">
          No column identifies a customer, so every row makes a new one, also when the file comes again.
        </Notice>
      )}
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
      {doing !== null && (
        <Card label="Progress">
          <Progress
            label={doing === 'checking' ? 'Checking every row' : 'Sending the file'}
            done={progress.done}
            total={progress.total}
          />
        </Card>
      )}
      {checked !== null && (
        <Card title="Dry run: nothing is stored yet">
          <ImportCounts result={checked} dry />
          <ImportErrors result={checked} />
          {checked.failed > 0 && storable > 0 && (
            <Notice kind="warn">
              {count(checked.failed, 'row')} would be left out. After the import you can download them with their
              reasons, mend them and send them again.
            </Notice>
          )}
          {checked.duplicates > 0 && (
            <Notice>
              {count(checked.duplicates, 'row')} would be left out because the same customer stands earlier in the file.
            </Notice>
          )}
        </Card>
      )}
      <div className="row">
        <Button
          look={checked === null ? 'primary' : 'plain'}
          busy={doing === 'checking'}
          isDisabled={doing !== null || doubled.length > 0}
          onPress={() => void check()}
        >
          {checked === null ? 'Check the file' : 'Check again'}
        </Button>
        {checked !== null && storable > 0 && (
          <Button look="primary" busy={doing === 'storing'} isDisabled={doing !== null} onPress={() => void store()}>
            {`Import ${count(storable, 'customer')}`}
          </Button>
        )}
      </div>
      {checked === null && doing === null && (
        <p className="muted small">Checking makes the new fields and the group, and stores no customer.</p>
      )}
    </>
  );
}

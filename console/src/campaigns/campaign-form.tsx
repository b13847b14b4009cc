import './campaigns.css';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { client } from '../api/client.ts';
import { Loaded } from '../design/states.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { AudienceForm } from './audience-form.tsx';
import { BriefForm } from './brief-form.tsx';
import type { Draft } from './draft.ts';
import { SegmentPicture } from './segment-picture.tsx';

/** Brief and audience with the picture of what they come to; `footer` holds what can be done with it. */
export function CampaignForm(props: { draft: Draft; onChange(part: Partial<Draft>): void; footer: ReactNode }) {
  const { workspaceId } = useWorkspace();
  const groups = useQuery({
    queryKey: ['groups', workspaceId],
    queryFn: () => client.groups.list({ workspace_id: workspaceId }),
  });
  const fields = useQuery({
    queryKey: ['fields', workspaceId],
    queryFn: () => client.fields.list({ workspace_id: workspaceId }),
  });
  return (
    <Loaded query={groups}>
      {(groupList) => (
        <Loaded query={fields}>
          {(fieldList) => (
            <div className="stack">
              <BriefForm draft={props.draft} groups={groupList} onChange={props.onChange} />
              <AudienceForm draft={props.draft} fields={fieldList} onChange={props.onChange} />
              <SegmentPicture
                draft={props.draft}
                fieldName={(name) => fieldList.find(({ field_name }) => field_name === name)?.display_name ?? name}
                onAttributes={(attributes) => props.onChange({ attributes })}
              />
              {props.footer}
            </div>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

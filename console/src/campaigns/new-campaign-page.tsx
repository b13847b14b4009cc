import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { PageHead } from '../design/page.tsx';
import { NoPermission, Notice } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { CampaignForm } from './campaign-form.tsx';
import { bodyOf, type Draft, emptyDraft } from './draft.ts';

export function NewCampaignPage() {
  const { workspaceId, may } = useWorkspace();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const tell = useTell();
  const [draft, setDraft] = useState<Draft>(emptyDraft(''));
  const [busy, setBusy] = useState<'save' | 'generate' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const groups = useQuery({
    queryKey: ['groups', workspaceId],
    queryFn: () => client.groups.list({ workspace_id: workspaceId }),
  });
  const onlyGroup = groups.data?.length === 1 ? groups.data[0]?.customer_group_id : undefined;
  useEffect(() => {
    if (onlyGroup !== undefined) setDraft((now) => (now.groupId === '' ? { ...now, groupId: onlyGroup } : now));
  }, [onlyGroup]);
  if (!may('campaigns.write')) return <NoPermission what="make campaigns here" />;

  const save = async (then: 'save' | 'generate') => {
    setBusy(then);
    setProblem(null);
    try {
      const made = await client.campaigns.create({ workspace_id: workspaceId, ...bodyOf(draft, null) });
      await queries.invalidateQueries({ queryKey: ['campaigns', workspaceId] });
      const ids = { workspace_id: workspaceId, campaign_id: made.campaign_id };
      // The draft is kept whatever comes of the writing: its own page then says what is wrong.
      const refused = then === 'generate' ? await client.campaigns.generate(ids).then(() => null, explain) : null;
      await navigate({
        to: '/w/$workspaceId/campaigns/$campaignId',
        params: { workspaceId, campaignId: made.campaign_id },
        replace: true,
      });
      if (refused !== null) tell(refused, { kind: 'bad' });
    } catch (error) {
      setProblem(explain(error));
      setBusy(null);
    }
  };
  return (
    <>
      <PageHead title="New campaign" lead="Say what it is about and to whom; see what would be written before it is." />
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void save('save');
        }}
      >
        <CampaignForm
          draft={draft}
          onChange={(part) => setDraft((now) => ({ ...now, ...part }))}
          footer={
            <>
              {problem !== null && <Notice kind="bad">{problem}</Notice>}
              <div className="row">
                <Button type="submit" busy={busy === 'save'} isDisabled={busy !== null}>
                  Save as a draft
                </Button>
                {may('campaigns.generate') && (
                  <Button
                    look="primary"
                    busy={busy === 'generate'}
                    isDisabled={busy !== null}
                    onPress={() => void save('generate')}
                  >
                    Write the messages
                  </Button>
                )}
              </div>
            </>
          }
        />
      </form>
    </>
  );
}

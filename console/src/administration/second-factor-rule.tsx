import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { ConfirmDialog } from '../design/dialog.tsx';
import { count } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Loaded } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { useMay } from '../session/session-context.tsx';

const KEY = ['account'] as const;
const STANDING_KEY = ['second-factor'] as const;

/** Whether everybody must have a second factor, and how many have none yet. */
export function SecondFactorRule() {
  const may = useMay()('account.configure');
  const queries = useQueryClient();
  const tell = useTell();
  const [asked, setAsked] = useState(false);
  const account = useQuery({ queryKey: KEY, queryFn: () => client.account.get() });
  const own = useQuery({ queryKey: STANDING_KEY, queryFn: () => client.secondFactor.get(), enabled: may });
  return (
    <Loaded query={account}>
      {({ second_factor_required: isRequired, people, people_without_second_factor: without }) => (
        <Card
          title="Second factor"
          aside={
            may && (
              <Button small isDisabled={!isRequired && own.data?.is_on !== true} onPress={() => setAsked(true)}>
                {isRequired ? 'Demand it no more' : 'Demand it of everybody'}
              </Button>
            )
          }
        >
          <p>
            <Badge tone={isRequired ? 'good' : 'plain'}>{isRequired ? 'demanded' : 'offered'}</Badge>{' '}
            {without === 0
              ? `All ${count(people, 'person', 'people')} have one.`
              : `${count(without, 'person', 'people')} of ${people} ${without === 1 ? 'has' : 'have'} none yet${isRequired ? ', and must set one up before anything else' : ''}.`}
          </p>
          {may && !isRequired && own.data?.is_on === false && (
            <p className="small muted">
              To demand it, <Link to="/account">set up your own</Link> first.
            </p>
          )}
          {asked && (
            <ConfirmDialog
              title={isRequired ? 'Demand a second factor no more?' : 'Demand a second factor of everybody?'}
              action={isRequired ? 'Demand it no more' : 'Demand it'}
              danger={isRequired}
              onClose={() => setAsked(false)}
              onConfirm={async () => {
                await client.account.change({ second_factor_required: !isRequired });
                await Promise.all([KEY, STANDING_KEY].map((queryKey) => queries.invalidateQueries({ queryKey })));
                tell(isRequired ? 'Everybody may turn theirs off.' : 'Everybody must have one from now on.');
              }}
            >
              <p>
                {isRequired
                  ? 'A password alone will be enough for whoever turns theirs off.'
                  : `${count(without, 'person', 'people')} without one can do nothing but set it up, beginning with their next click. Programs of service users go on as before.`}
              </p>
            </ConfirmDialog>
          )}
        </Card>
      )}
    </Loaded>
  );
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextInput } from '../design/fields.tsx';
import { Badge, Card } from '../design/page.tsx';
import { Loaded, Notice } from '../design/states.tsx';
import { useSubmit } from '../design/use-submit.ts';
import { useSession } from '../session/session-context.tsx';

const KEY = ['second-factor'] as const;
const QR_PIXELS = 176;

type Open = 'set up' | 'turn off' | 'new codes' | null;

export function SecondFactorCard() {
  const [open, setOpen] = useState<Open>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const queries = useQueryClient();
  const { session, reload } = useSession();
  const standing = useQuery({ queryKey: KEY, queryFn: () => client.secondFactor.get() });
  const close = () => {
    setOpen(null);
    void queries.invalidateQueries();
  };
  const show = (made: string[]) => {
    setCodes(made);
    close();
  };
  return (
    <Card title="Second factor">
      <Loaded query={standing}>
        {({ is_on, is_required, recovery_codes_left }) =>
          is_on ? (
            <>
              <p>
                <Badge tone="good">on</Badge> Signing in takes a code of your authenticator app too.
              </p>
              <p className={recovery_codes_left < 3 ? undefined : 'muted'}>
                {recovery_codes_left} of your recovery codes are left.
              </p>
              <div className="row">
                <Button onPress={() => setOpen('new codes')}>New recovery codes</Button>
                {!is_required && (
                  <Button look="danger" onPress={() => setOpen('turn off')}>
                    Turn off
                  </Button>
                )}
              </div>
              {is_required && <p className="small muted">This account asks everybody for one: it stays on.</p>}
            </>
          ) : (
            <>
              <p>
                <Badge>off</Badge> With a code of an app on your phone, a stolen password is not enough to sign in.
              </p>
              <div>
                <Button look="primary" onPress={() => setOpen('set up')}>
                  Set up
                </Button>
              </div>
            </>
          )
        }
      </Loaded>
      {open === 'set up' && <SetUpDialog onClose={close} onDone={show} />}
      {open === 'new codes' && (
        <ProofDialog
          title="New recovery codes"
          action="Make new codes"
          lead="The codes you have now are good no more."
          onClose={close}
          onProven={async (proof) => show((await client.secondFactor.renewRecoveryCodes(proof)).recovery_codes)}
        />
      )}
      {open === 'turn off' && (
        <ProofDialog
          title="Turn the second factor off?"
          action="Turn it off"
          lead="Your password alone will be enough to sign in."
          danger
          onClose={close}
          onProven={async (proof) => {
            await client.secondFactor.turnOff(proof);
            close();
          }}
        />
      )}
      {codes !== null && (
        <CodesDialog
          codes={codes}
          onClose={() => {
            setCodes(null);
            // Where it was demanded, the rest of the console opens now.
            if (session.needs_second_factor) void reload();
          }}
        />
      )}
    </Card>
  );
}

function SetUpDialog(props: { onClose(): void; onDone(codes: string[]): void }) {
  const [password, setPassword] = useState('');
  const [begun, setBegun] = useState<{ secret: string; otpauth_uri: string } | null>(null);
  const [code, setCode] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    if (begun === null) setBegun(await client.secondFactor.begin({ password }));
    else props.onDone((await client.secondFactor.confirm({ otp: code })).recovery_codes);
  });
  return (
    <Dialog title="Set up a second factor" onClose={props.onClose}>
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        {begun === null ? (
          <TextInput
            label="Your password"
            type="password"
            value={password}
            onChange={setPassword}
            autoComplete="current-password"
            required
            autoFocus
          />
        ) : (
          <>
            <p>Scan this with your authenticator app, or type the secret into it.</p>
            <QRCodeSVG value={begun.otpauth_uri} size={QR_PIXELS} marginSize={3} title="The secret as a QR code" />
            <code>{begun.secret.match(/.{1,4}/g)?.join(' ')}</code>
            <TextInput
              label="Code that the app shows"
              value={code}
              onChange={setCode}
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              autoFocus
            />
          </>
        )}
        <div className="modal-actions">
          <Button onPress={props.onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            {begun === null ? 'Next' : 'Turn it on'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ProofDialog(props: {
  title: string;
  lead: string;
  action: string;
  danger?: boolean;
  onClose(): void;
  onProven(proof: { password: string; otp: string }): Promise<void>;
}) {
  const [password, setPassword] = useState('');
  const [otp, setOtp] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    await props.onProven({ password, otp });
  });
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form className="stack" onSubmit={submit}>
        <p>{props.lead}</p>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        <TextInput
          label="Your password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          required
          autoFocus
        />
        <TextInput
          label="Code"
          value={otp}
          onChange={setOtp}
          autoComplete="one-time-code"
          required
          hint="Of the app, or a recovery code."
        />
        <div className="modal-actions">
          <Button onPress={props.onClose}>Cancel</Button>
          <Button type="submit" look={props.danger === true ? 'danger' : 'primary'} busy={busy}>
            {props.action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Shown once, here, and kept nowhere in clear. */
function CodesDialog({ codes, onClose }: { codes: string[]; onClose(): void }) {
  return (
    <Dialog title="Your recovery codes" onClose={onClose} urgent>
      <Notice kind="warn">
        Each is good once, when your phone is not at hand. This is the only time they are shown: keep them where you
        keep passwords.
      </Notice>
      <ul className="plain-list mono">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="modal-actions">
        <Button onPress={() => void navigator.clipboard?.writeText(codes.join('\n'))}>Copy</Button>
        <Button look="primary" onPress={onClose}>
          I have kept them
        </Button>
      </div>
    </Dialog>
  );
}

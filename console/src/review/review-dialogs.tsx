import type { Message } from '@nudgescribe/sdk';
import { useState } from 'react';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextInput } from '../design/fields.tsx';
import { count } from '../design/format.ts';
import { Notice } from '../design/states.tsx';
import { useSubmit } from '../design/use-submit.ts';

/** A window with one form: what is sent when it is confirmed, and what the server says against it. */
function FormDialog(props: {
  title: string;
  action: string;
  wide?: boolean;
  onSend(): Promise<void>;
  onClose(): void;
  children: React.ReactNode;
}) {
  const { busy, problem, submit } = useSubmit(async () => {
    await props.onSend();
    props.onClose();
  });
  return (
    <Dialog title={props.title} onClose={props.onClose} wide={props.wide === true}>
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        {props.children}
        <div className="modal-actions">
          <Button onPress={props.onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            {props.action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export type Edited = { message: string; subject?: string; preheader?: string };

export function EditDialog(props: {
  message: Message;
  maxLength: number;
  onSave(text: Edited): Promise<void>;
  onClose(): void;
}) {
  const { message } = props;
  const [subject, setSubject] = useState(message.subject ?? '');
  const [preheader, setPreheader] = useState(message.preheader ?? '');
  const [text, setText] = useState(message.message);
  const isEmail = message.channel === 'email';
  const save = () => {
    const edited: Edited = { message: text };
    if (message.subject !== null && subject !== message.subject) edited.subject = subject;
    if (isEmail && preheader !== (message.preheader ?? '')) edited.preheader = preheader;
    return props.onSave(edited);
  };
  return (
    <FormDialog
      title={`Edit: ${message.segment.label}`}
      action="Save the text"
      wide
      onSend={save}
      onClose={props.onClose}
    >
      {message.subject !== null && <TextInput label="Subject" value={subject} onChange={setSubject} required />}
      {isEmail && <TextInput label="Preheader" value={preheader} onChange={setPreheader} />}
      <TextInput
        label="Message"
        rows={9}
        value={text}
        onChange={setText}
        required
        autoFocus
        hint={`${text.length} of ${props.maxLength} characters before the tags are filled. Tags stand in double braces: {{first_name | fallback: "there"}}.`}
      />
      <p className="muted small">An edited text is checked again and has to be approved again.</p>
    </FormDialog>
  );
}

export function RejectDialog(props: { messages: number; onReject(note: string): Promise<void>; onClose(): void }) {
  const [note, setNote] = useState('');
  return (
    <FormDialog
      title={`Reject ${count(props.messages, 'message')}`}
      action="Reject"
      onSend={() => props.onReject(note)}
      onClose={props.onClose}
    >
      <TextInput
        label="Reason"
        rows={3}
        value={note}
        onChange={setNote}
        autoFocus
        hint="What should be different. Everybody who reviews reads it; no personal data."
        maxLength={1_000}
      />
    </FormDialog>
  );
}

const WISHES = ['shorter', 'friendlier', 'more formal', 'without greeting', 'try social proof', 'try fresh start'];

export function RewriteDialog(props: {
  messages: number;
  onRewrite(guidance: string): Promise<void>;
  onClose(): void;
}) {
  const [guidance, setGuidance] = useState('');
  return (
    <FormDialog
      title={`Have ${count(props.messages, 'message')} written anew`}
      action="Rewrite"
      onSend={() => props.onRewrite(guidance)}
      onClose={props.onClose}
    >
      <TextInput
        label="Guidance"
        rows={3}
        value={guidance}
        onChange={setGuidance}
        autoFocus
        hint="What the writer should heed."
      />
      <div className="row">
        {WISHES.map((wish) => (
          <Button
            key={wish}
            small
            onPress={() => setGuidance((now) => (now.trim() === '' ? wish : `${now.trim()}, ${wish}`))}
          >
            {wish}
          </Button>
        ))}
      </div>
    </FormDialog>
  );
}

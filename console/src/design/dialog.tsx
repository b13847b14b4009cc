import { type ReactNode, useState } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { explain } from '../api/explain.ts';
import { Button } from './button.tsx';
import { Notice } from './states.tsx';

/** A window over the page; Escape and a press outside close it, and the focus goes back to where it was. */
export function Dialog(props: {
  title: string;
  onClose(): void;
  wide?: boolean;
  urgent?: boolean;
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={props.urgent !== true}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <Modal className={props.wide === true ? 'modal modal-wide' : 'modal'}>
        <AriaDialog role={props.urgent === true ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" level={2}>
            {props.title}
          </Heading>
          {props.children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Asks before something that cannot be taken back, and shows what the server says if it refuses. */
export function ConfirmDialog(props: {
  title: string;
  action: string;
  danger?: boolean;
  disabled?: boolean;
  onConfirm(): Promise<unknown>;
  onClose(): void;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const confirm = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await props.onConfirm();
      props.onClose();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={props.title} onClose={props.onClose} urgent>
      <div className="stack-tight">{props.children}</div>
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
      <div className="modal-actions">
        <Button onPress={props.onClose}>Cancel</Button>
        <Button
          look={props.danger === true ? 'danger' : 'primary'}
          busy={busy}
          isDisabled={props.disabled === true}
          onPress={confirm}
        >
          {props.action}
        </Button>
      </div>
    </Dialog>
  );
}

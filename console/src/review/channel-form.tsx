type Text = { subject: string | null; preheader: string | null; message: string };

/** A text in the form in which it arrives: a mailbox for email, a phone for the rest. */
export function ChannelForm({ channel, text }: { channel: string; text: Text }) {
  if (channel === 'email')
    return (
      <div className="mail">
        <div className="mail-row">
          <span className="mail-face" aria-hidden="true" />
          <div className="grow">
            <div className="row-spread small">
              <b>Your organisation</b>
              <span className="muted">now</span>
            </div>
            <p className="clip">
              <b>{text.subject}</b>
            </p>
            {text.preheader !== null && text.preheader !== '' && <p className="clip muted small">{text.preheader}</p>}
          </div>
        </div>
        <div className="mail-body">{text.message}</div>
      </div>
    );
  if (channel === 'push')
    return (
      <Phone label="Lock screen">
        <div className="push">
          <div className="row-spread small muted">
            <span>Your app</span>
            <span>now</span>
          </div>
          {text.subject !== null && <b>{text.subject}</b>}
          <p>{text.message}</p>
        </div>
      </Phone>
    );
  if (channel === 'in_app')
    return (
      <Phone label="In the app">
        <div className="in-app">
          {text.subject !== null && <b>{text.subject}</b>}
          <p>{text.message}</p>
        </div>
      </Phone>
    );
  return (
    <Phone label={channel === 'whatsapp' ? 'WhatsApp' : 'Messages'}>
      <div className={channel === 'whatsapp' ? 'bubble bubble-chat' : 'bubble'}>{text.message}</div>
    </Phone>
  );
}

function Phone({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="phone">
      <div className="phone-head small muted">{label}</div>
      {children}
    </div>
  );
}

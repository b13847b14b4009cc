import { Label } from 'react-aria-components/Label';
import { ProgressBar } from 'react-aria-components/ProgressBar';

/** How far long work is. Before its size is known the bar moves without a value. */
export function Progress(props: { label: string; done: number; total: number; text?: string }) {
  const unknown = props.total <= 0;
  const percent = unknown ? 0 : Math.min(100, (props.done / props.total) * 100);
  return (
    <ProgressBar className="progress" value={percent} isIndeterminate={unknown}>
      <div className="row-spread small">
        <Label>{props.label}</Label>
        <span className="muted number">{props.text ?? (unknown ? '' : `${Math.floor(percent)} %`)}</span>
      </div>
      <div className="progress-track">
        {unknown ? (
          <div className="progress-bar" data-waiting />
        ) : (
          <div className="progress-bar" style={{ width: `${percent}%` }} />
        )}
      </div>
    </ProgressBar>
  );
}

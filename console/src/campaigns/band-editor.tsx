import { type PointerEvent, useId, useRef, useState } from 'react';
import { Button } from '../design/button.tsx';
import { RowButton } from '../design/table.tsx';

type Limit = number | string;

const toNumber = (limit: Limit, isDate: boolean) => (isDate ? Date.parse(String(limit)) : Number(limit));
const fromNumber = (value: number, isDate: boolean): Limit =>
  isDate ? new Date(value).toISOString().slice(0, 10) : value;

/** A step that reads well: a hundredth of the range, rounded to 1, 2 or 5 of its power of ten. */
function stepFor(range: number): number {
  const rough = range / 100;
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

const DAY_MS = 86_400_000;

/**
 * Limits between bands on a line: dragged with the pointer, moved with the arrow keys (each is a slider of its own),
 * added and removed. Bands are half-open, so a limit belongs to the band above it.
 */
export function BandEditor(props: {
  name: string;
  isDate: boolean;
  bands: readonly Limit[];
  onChange(bands: Limit[]): void;
}) {
  const { isDate, bands, onChange } = props;
  const id = useId();
  const line = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const values = bands.map((limit) => toNumber(limit, isDate));
  const low = Math.min(...values);
  const high = Math.max(...values);
  const spread = values.length > 1 ? high - low : Math.abs(high) || 10;
  const [held, setHeld] = useState<{ index: number; from: number; to: number } | null>(null);
  const from = held?.from ?? (low >= 0 && !isDate ? Math.max(0, low - spread * 0.4) : low - spread * 0.4);
  const to = held?.to ?? high + spread * 0.4;
  // Whole numbers stay whole where there is room for them.
  const whole = values.every(Number.isInteger) && to - from >= 10;
  const step = isDate ? DAY_MS : whole ? Math.max(1, stepFor(to - from)) : stepFor(to - from);
  const move = (index: number, value: number) => {
    const before = values[index - 1];
    const after = values[index + 1];
    let next = Math.round(value / step) * step;
    if (before !== undefined) next = Math.max(next, before + step);
    if (after !== undefined) next = Math.min(next, after - step);
    next = Number(next.toPrecision(12));
    onChange(values.map((one, at) => fromNumber(at === index ? next : one, isDate)));
  };
  const drag = (event: PointerEvent) => {
    const box = line.current?.getBoundingClientRect();
    if (held === null || box === undefined) return;
    move(held.index, from + ((event.clientX - box.left) / box.width) * (to - from));
  };
  const add = () => {
    const value = isDate ? Date.parse(text) : Number(text);
    setText('');
    if (text.trim() === '' || !Number.isFinite(value) || values.includes(value)) return;
    onChange([...values, value].sort((a, b) => a - b).map((one) => fromNumber(one, isDate)));
  };
  return (
    <div className="stack-tight">
      {values.length > 0 && (
        <div
          className="bands"
          ref={line}
          onPointerMove={drag}
          onPointerUp={() => setHeld(null)}
          onPointerCancel={() => setHeld(null)}
        >
          {values.map((value, index) => (
            <div
              key={index.toString()}
              className="band-limit"
              role="slider"
              tabIndex={0}
              aria-label={`${props.name}, limit ${index + 1}`}
              aria-valuemin={values[index - 1] ?? from}
              aria-valuemax={values[index + 1] ?? to}
              aria-valuenow={value}
              aria-valuetext={String(fromNumber(value, isDate))}
              style={{ left: `${((value - from) / (to - from || 1)) * 100}%` }}
              onPointerDown={(event) => {
                event.currentTarget.focus();
                line.current?.setPointerCapture(event.pointerId);
                // The line keeps its scale while a limit is held; otherwise it would run away under the pointer.
                setHeld({ index, from, to });
              }}
              onKeyDown={(event) => {
                const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[
                  event.key
                ];
                if (by !== undefined) {
                  event.preventDefault();
                  move(index, value + by * step);
                } else if (event.key === 'Delete' || event.key === 'Backspace')
                  onChange(bands.filter((_, at) => at !== index));
              }}
            >
              <span>{String(fromNumber(value, isDate))}</span>
            </div>
          ))}
        </div>
      )}
      <div className="row">
        <div className="field" style={{ width: 150 }}>
          <label htmlFor={id} className="visually-hidden">
            {`New limit for ${props.name}`}
          </label>
          <input
            id={id}
            type={isDate ? 'date' : 'number'}
            step="any"
            value={text}
            placeholder="Limit"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              add();
            }}
          />
        </div>
        <Button small onPress={add} aria-label={`Add a limit for ${props.name}`}>
          Add a limit
        </Button>
        {values.length > 0 && (
          <RowButton label={`No bands for ${props.name}`} onPress={() => onChange([])}>
            No bands
          </RowButton>
        )}
        <span className="small muted">
          {values.length === 0
            ? 'Without limits every value is a segment of its own.'
            : 'Drag a limit, or move it with the arrow keys.'}
        </span>
      </div>
    </div>
  );
}

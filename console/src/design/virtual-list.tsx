import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';

/** A list of any length of which only the rows in view are in the page. Every row says its place in the whole. */
export function VirtualList<T>(props: {
  label: string;
  items: readonly T[];
  rowPx: number;
  maxPx: number;
  keyOf(item: T): string;
  row(item: T, index: number): ReactNode;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: props.items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => props.rowPx,
    overscan: 8,
  });
  return (
    <div
      ref={frame}
      className="virtual"
      style={{ maxHeight: props.maxPx }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
      tabIndex={0}
    >
      <ul className="virtual-rows" aria-label={props.label} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((place) => {
          const item = props.items[place.index];
          if (item === undefined) return null;
          return (
            <li
              key={`${place.index}-${props.keyOf(item)}`}
              aria-setsize={props.items.length}
              aria-posinset={place.index + 1}
              className="virtual-row"
              style={{ transform: `translateY(${place.start}px)`, height: props.rowPx }}
            >
              {props.row(item, place.index)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

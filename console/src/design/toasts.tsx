import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { Button } from './button.tsx';

type Toast = { id: number; text: string; kind: 'good' | 'bad'; action?: { label: string; run(): void } | undefined };
type Tell = (text: string, options?: { kind?: 'good' | 'bad'; action?: { label: string; run(): void } }) => void;

const SHOWN_MS = 7_000;
const ToastContext = createContext<Tell>(() => undefined);

/** Short news of what was done, read out politely, with a way back where there is one. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const nextId = useRef(1);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const tell = useCallback<Tell>(
    (text, options = {}) => {
      const id = nextId.current++;
      setToasts((all) => [...all.slice(-2), { id, text, kind: options.kind ?? 'good', action: options.action }]);
      setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  const value = useMemo(() => tell, [tell]);
  return (
    <ToastContext value={value}>
      {children}
      <div className="toasts" role="log" aria-live="polite" aria-label="News">
        {toasts.map((toast) => (
          <div key={toast.id} className={`notice notice-${toast.kind} row-spread`}>
            <span>{toast.text}</span>
            {toast.action !== undefined && (
              <Button
                small
                onPress={() => {
                  toast.action?.run();
                  drop(toast.id);
                }}
              >
                {toast.action.label}
              </Button>
            )}
          </div>
        ))}
      </div>
    </ToastContext>
  );
}

export function useTell(): Tell {
  return useContext(ToastContext);
}

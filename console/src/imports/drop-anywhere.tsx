import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMay } from '../session/session-context.tsx';
import { setPendingFile } from './pending-file.ts';

/** Takes a file that is dropped anywhere in the window and opens the import with it. */
export function DropAnywhere({ workspaceId }: { workspaceId: string }) {
  const may = useMay()('customers.write', workspaceId);
  const navigate = useNavigate();
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!may) return;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      // Without this the browser would open the file instead of the page.
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      setPendingFile(file);
      void navigate({ to: '/w/$workspaceId/imports/new', params: { workspaceId } });
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [may, workspaceId, navigate]);
  return over ? <div className="drop-veil">Drop the file to import its customers</div> : null;
}

import { useId, useRef } from 'react';
import { Button } from '../design/button.tsx';
import { Card } from '../design/page.tsx';
import { sampleFile } from '../welcome/sample-file.ts';
import { setPendingFile } from './pending-file.ts';

export function ChooseFile() {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <Card label="File">
      <div className="state">
        <h2>Drop a CSV file here</h2>
        <p>The first line names the columns. Comma, semicolon, tab or bar between them; UTF-8.</p>
        <div className="row">
          <label className="visually-hidden" htmlFor={id}>
            CSV file
          </label>
          <input
            id={id}
            ref={input}
            type="file"
            accept=".csv,.txt,.tsv,text/csv"
            className="visually-hidden"
            tabIndex={-1}
            onChange={(event) => setPendingFile(event.target.files?.[0] ?? null)}
          />
          <Button look="primary" onPress={() => input.current?.click()}>
            Choose a file
          </Button>
          <Button onPress={() => setPendingFile(sampleFile())}>Use sample customers</Button>
        </div>
      </div>
    </Card>
  );
}

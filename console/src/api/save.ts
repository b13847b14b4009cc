/** Hands bytes to the browser as a file. They pass through memory only and stand in no address. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export async function saveStream(stream: ReadableStream<Uint8Array>, name: string, type: string): Promise<void> {
  const bytes = await new Response(stream as unknown as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  saveBlob(new Blob([bytes], { type }), name);
}

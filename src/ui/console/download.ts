/** Hands a file to the person: the browser keeps it where it keeps downloads. */

/** @param data one byte a character */
export function download(name: string, data: string): void {
  const bytes = Uint8Array.from(data, (char) => char.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read by then; for ever it would keep the bytes.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

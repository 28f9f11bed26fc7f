/** A file that somebody gave, to start a cluster from: what is in it, or why it is refused. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Bytes, Result } from '../../base/index.ts';
import { loadSnapshotReader, type SavedStore, type SnapshotFileError } from '../../workers/index.ts';

/** Why a file is refused: by what is in it, or because it could not be had. */
export type Refusal = SnapshotFileError | { readonly code: 'unreadable'; readonly message: string };

export interface GivenFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly outcome: Result<SavedStore, Refusal>;
}

export interface Restoring {
  /** Undefined: nothing is asked. */
  readonly given: GivenFile | undefined;
  /** Reads a file; ends when it has been read or refused. Of several that are given at once the last counts. */
  take(file: File): Promise<void>;
  dismiss(): void;
}

export type RestoringStore = StoreApi<Restoring>;

/** So much of a file shows whether it is worth reading the rest: what is dropped on a page may be a film. */
const HEAD_SIZE = 64;

/** No file. */
export function createRestoring(): RestoringStore {
  let takes = 0;
  return createStore<Restoring>()((set) => ({
    given: undefined,
    take: async (file) => {
      const take = ++takes;
      const outcome = await read(file);
      if (take === takes) set({ given: { name: file.name, size: file.size, outcome } });
    },
    dismiss: () => {
      takes++;
      set({ given: undefined });
    },
  }));
}

async function read(file: Blob): Promise<GivenFile['outcome']> {
  try {
    const { readSnapshot } = await loadSnapshotReader();
    const head = readSnapshot(await bytesOf(file.slice(0, HEAD_SIZE)));
    if (!head.ok && head.error.code === 'foreign') return head;
    return readSnapshot(await bytesOf(file));
  } catch (error) {
    // A folder, a file that has gone meanwhile, a chunk that cannot be had.
    return { ok: false, error: { code: 'unreadable', message: error instanceof Error ? error.message : String(error) } };
  }
}

async function bytesOf(file: Blob): Promise<Bytes> {
  const data = new Uint8Array(await file.arrayBuffer());
  const parts: string[] = [];
  const size = 0x8000; // as many arguments as every engine takes
  for (let at = 0; at < data.length; at += size) parts.push(String.fromCharCode(...data.subarray(at, at + size)));
  return parts.join('');
}

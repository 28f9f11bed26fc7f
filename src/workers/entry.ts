/**
 * The one worker entry. Its name says its role; the role's code is loaded on demand, so every worker shares these chunks.
 * Listening begins at once: what comes before the role is there waits for it.
 */
import type { Greeting, WorkerRole } from './protocol.ts';

const scope = self as unknown as DedicatedWorkerScope; // the DOM library types `self` as a window

/** What a dedicated worker has of a global scope, as far as roles need it. */
export interface DedicatedWorkerScope {
  readonly name: string;
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

const early: MessageEvent<unknown>[] = [];
const keep = (event: MessageEvent<unknown>) => void early.push(event);
scope.addEventListener('message', keep);

void begin(scope.name as WorkerRole); // only roles are given as names

async function begin(role: WorkerRole): Promise<void> {
  const listen = await loadRole(role);
  scope.removeEventListener('message', keep);
  for (const event of early) listen(event.data);
  scope.addEventListener('message', (event) => listen(event.data));
}

async function loadRole(role: WorkerRole): Promise<(message: unknown) => void> {
  if (role === 'bus') {
    const { startBus } = await import('./bus.ts');
    return (message) => startBus(message as Greeting, startWorker); // the page greets a bus first
  }
  if (role === 'historian') {
    const { startHistorian } = await import('./historian.ts');
    return (message) => startHistorian(message as Greeting); // the page greets a historian first
  }
  const { startMember } = await import('./member.ts');
  return startMember((message) => scope.postMessage(message));
}

/** A worker from inside a worker: built, the URL is this very file's. */
function startWorker(role: WorkerRole): Worker {
  return new Worker(new URL('./entry.ts', import.meta.url), { type: 'module', name: role });
}

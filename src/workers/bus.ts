/** The bus worker: the kernel, with a worker for each member behind it. It does one thing at a time. */
import { expose } from 'comlink';
import {
  act,
  advance,
  batchBuffers,
  createKernel,
  foundingStore,
  type Kernel,
  loadJournal,
  MAX_MEMBERS,
  memberCount,
  type Pacing,
  packRows,
  takeReleased,
  traceDigest,
} from '../sim/index.ts';
import { createFleet } from './fleet.ts';
import type { AdvanceRequest, Batch, BusControl, BusFailure, Greeting, WorkerRole } from './protocol.ts';
import { refuseAction, refuseAdvance } from './refusals.ts';

/** @param startWorker makes a worker of the same entry */
export function startBus(greeting: Greeting, startWorker: (role: WorkerRole) => Worker): void {
  const { rows } = greeting;
  if (rows === undefined) throw new Error('a bus is greeted with a port for its rows');
  const fleet = createFleet((member) => startWorker(`member:${member}`));
  let kernel: Kernel | undefined;
  let pacing: Pacing = 'horizons';
  /** The end of what is being done: whatever comes meanwhile waits for it. */
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(task: (kernel: Kernel) => T | Promise<T>): Promise<T> {
    const mine = turn.then(() => {
      if (kernel === undefined) throw new Error('a bus is started before it is asked for anything');
      return task(kernel);
    });
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function run(kernel: Kernel, request: AdvanceRequest): Promise<Batch> {
    const refusal = refuseAdvance(request, kernel.now);
    if (refusal !== undefined) throw new Error(refusal);
    const steps = advance(kernel, request.until, pacing, request.stop);
    let step = steps.next();
    while (step.done !== true) step = steps.next(await Promise.all(step.value.map((work) => fleet.carryOut(work))));
    const { rows: released, ...rest } = takeReleased(kernel);
    return { now: kernel.now, rows: packRows(released), hash: traceDigest(kernel.hash), ...rest };
  }

  rows.onmessage = (event: MessageEvent<AdvanceRequest>) => {
    inTurn((kernel) => run(kernel, event.data)).then(
      (batch) => rows.postMessage(batch, batchBuffers(batch.rows)),
      (error: unknown) => {
        const failure: BusFailure = { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
        rows.postMessage(failure);
      },
    );
  };

  const control: BusControl = {
    start(scenario, journal, chosen) {
      pacing = chosen;
      kernel = createKernel(scenario);
      loadJournal(kernel, journal);
      return foundingStore(scenario);
    },
    act: (action) =>
      inTurn((kernel) => {
        const refusal = refuseAction(action, MAX_MEMBERS);
        if (refusal !== undefined) throw new Error(refusal);
        return act(kernel, action);
      }),
    digests: () => inTurn((kernel) => Promise.all(Array.from({ length: memberCount(kernel) }, (_, i) => fleet.digest(i + 1)))),
  };
  expose(control, greeting.control);
}

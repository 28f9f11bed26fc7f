/**
 * What etcd-io/raft answers with a panic, in its words: this member's state is broken, or it was handed what no correct member
 * sends. Never caught inside the engine; whoever drives the member stops it.
 */
export class RaftPanic extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'RaftPanic';
  }
}

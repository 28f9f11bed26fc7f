/** The server's part of the decisive rules; Raft's own are in `engine/raft`. Each is one pure function, handed in at boot. */

export interface ServerRules {
  /**
   * May the client of a write be answered? Only when its entry was committed and applied here: then a quorum has it on disk.
   * Raft §8, "the leader … returns the result of that execution to the client".
   */
  readonly mayAnswerWrite: (write: { readonly applied: boolean }) => boolean;
}

/** etcd's rules. */
export const etcdServerRules: ServerRules = {
  mayAnswerWrite: ({ applied }) => applied,
};

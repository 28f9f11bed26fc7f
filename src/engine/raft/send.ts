import { ZERO_ID } from '../../base/index.ts';
import { fatal } from './lineSink.ts';
import { isAcknowledgement, type MessageDraft } from './message.ts';
import type { Raft } from './state.ts';
import type { MessageType } from './types.ts';

/**
 * Queues a message for the next Ready: at once, or after everything before it is on disk. A vote carries its own term, a
 * forwarded request none, everything else the member's. etcd-io/raft:raft.go (send).
 */
export function send(raft: Raft, message: MessageDraft): void {
  if (message.from === ZERO_ID) message.from = raft.id;
  const { type } = message;
  if (isVoteType(type)) {
    if (message.term === 0) fatal(raft.lines, `term should be set when sending ${type}`);
  } else {
    if (message.term !== 0) fatal(raft.lines, `term should not be set when sending ${type} (was ${message.term})`);
    if (type !== 'MsgProp' && type !== 'MsgReadIndex') message.term = raft.term;
  }
  // A member's message to itself is believed once it is on disk, whatever the rules say of others.
  if (isAcknowledgement(type) && (message.to === raft.id || raft.rules.waitsForDisk(type))) {
    raft.messagesAfterAppend.push(message);
  } else {
    if (message.to === raft.id) fatal(raft.lines, `message should not be self-addressed when sending ${type}`);
    raft.messages.push(message);
  }
}

function isVoteType(type: MessageType): boolean {
  return type === 'MsgVote' || type === 'MsgVoteResp' || type === 'MsgPreVote' || type === 'MsgPreVoteResp';
}

import { ZERO_ID } from '../../base/index.ts';
import { APPEND_THREAD, APPLY_THREAD, type Entry, type MemberId, type Message, type MessageType } from './types.ts';

/** A message while it is being filled in; from `send` on it is a {@link Message} and never changes. */
export type MessageDraft = { -readonly [Field in keyof Message]: Message[Field] };

export const NO_ENTRIES: readonly Entry[] = [];
export const NO_MESSAGES: readonly Message[] = [];

/** A message with nothing else set. All messages come from here, so that all have their fields in one order. */
export function createMessage(type: MessageType, to: MemberId, from: MemberId = ZERO_ID): MessageDraft {
  return {
    type,
    to,
    from,
    term: 0,
    logTerm: 0,
    index: 0,
    entries: NO_ENTRIES,
    commit: 0,
    vote: ZERO_ID,
    snapshot: undefined,
    reject: false,
    rejectHint: 0,
    context: undefined,
    responses: NO_MESSAGES,
  };
}

/** The same message under another address: forwarding never writes into what was received. */
export function readdress(message: Message, to: MemberId): MessageDraft {
  const copy = createMessage(message.type, to, message.from);
  copy.term = message.term;
  copy.logTerm = message.logTerm;
  copy.index = message.index;
  copy.entries = message.entries;
  copy.commit = message.commit;
  copy.vote = message.vote;
  copy.snapshot = message.snapshot;
  copy.reject = message.reject;
  copy.rejectHint = message.rejectHint;
  copy.context = message.context;
  copy.responses = message.responses;
  return copy;
}

/** Not a member but a thread of the one that storage messages go to. etcd: IsLocalMsgTarget. */
export function isLocalTarget(id: MemberId): boolean {
  return id === APPEND_THREAD || id === APPLY_THREAD;
}

/** Types that only a member itself may step. etcd-io/raft:util.go (IsLocalMsg). */
export function isLocalMessage(type: MessageType): boolean {
  switch (type) {
    case 'MsgHup':
    case 'MsgBeat':
    case 'MsgUnreachable':
    case 'MsgSnapStatus':
    case 'MsgCheckQuorum':
    case 'MsgStorageAppend':
    case 'MsgStorageAppendResp':
    case 'MsgStorageApply':
    case 'MsgStorageApplyResp':
      return true;
    default:
      return false;
  }
}

/** Types that answer, and so are refused from a stranger. etcd-io/raft:util.go (IsResponseMsg). */
export function isResponseMessage(type: MessageType): boolean {
  switch (type) {
    case 'MsgAppResp':
    case 'MsgVoteResp':
    case 'MsgHeartbeatResp':
    case 'MsgUnreachable':
    case 'MsgReadIndexResp':
    case 'MsgPreVoteResp':
    case 'MsgStorageAppendResp':
    case 'MsgStorageApplyResp':
      return true;
    default:
      return false;
  }
}

/** What waits for the member's own disk before it may be believed. etcd-io/raft:raft.go (send). */
export function isAcknowledgement(type: MessageType): boolean {
  return type === 'MsgAppResp' || type === 'MsgVoteResp' || type === 'MsgPreVoteResp';
}

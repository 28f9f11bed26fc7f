/** What a person sees of a Raft message: the drawing it gets and the index that stands on it. */
import { unreachable } from '../base/index.ts';
import type { Message } from '../engine/raft/index.ts';
import { MESSAGE_CODE } from './trace.ts';

/** The code in a send row. */
export function messageCode(message: Message): number {
  switch (message.type) {
    case 'MsgApp':
      return message.entries.length > 0 ? MESSAGE_CODE.append : MESSAGE_CODE.commit;
    case 'MsgAppResp':
      return message.reject ? MESSAGE_CODE.reject : MESSAGE_CODE.ack;
    case 'MsgHeartbeat':
      return message.context === undefined ? MESSAGE_CODE.heartbeat : MESSAGE_CODE.heartbeatRead;
    case 'MsgHeartbeatResp':
      return message.context === undefined ? MESSAGE_CODE.heartbeatAck : MESSAGE_CODE.heartbeatAckRead;
    case 'MsgPreVote':
      return MESSAGE_CODE.preVote;
    case 'MsgPreVoteResp':
      return message.reject ? MESSAGE_CODE.preVoteRefused : MESSAGE_CODE.preVoteGranted;
    case 'MsgVote':
      return MESSAGE_CODE.vote;
    case 'MsgVoteResp':
      return message.reject ? MESSAGE_CODE.voteRefused : MESSAGE_CODE.voteGranted;
    case 'MsgSnap':
      return MESSAGE_CODE.snapshot;
    case 'MsgTimeoutNow':
      return MESSAGE_CODE.timeoutNow;
    case 'MsgProp':
    case 'MsgTransferLeader':
      return MESSAGE_CODE.forward;
    case 'MsgReadIndex':
      return MESSAGE_CODE.readIndex;
    case 'MsgReadIndexResp':
      return MESSAGE_CODE.readIndexAnswer;
    case 'MsgHup':
    case 'MsgBeat':
    case 'MsgUnreachable':
    case 'MsgSnapStatus':
    case 'MsgCheckQuorum':
    case 'MsgStorageAppend':
    case 'MsgStorageAppendResp':
    case 'MsgStorageApply':
    case 'MsgStorageApplyResp':
    case 'MsgForgetLeader':
      return MESSAGE_CODE.other;
    default:
      return unreachable(message.type);
  }
}

/** Appends: the last entry carried, or the one before; acknowledgements: what is acknowledged or refused; 0 otherwise. */
export function messageIndex(message: Message): number {
  if (message.type === 'MsgApp') return message.entries.at(-1)?.index ?? message.index;
  return message.type === 'MsgAppResp' || message.type === 'MsgSnap' ? (message.snapshot?.index ?? message.index) : 0;
}

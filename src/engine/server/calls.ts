/**
 * Unary calls from their arrival to their end: for the line that etcd's server writes of those that took long, at level debug of
 * all (etcd-io/etcd:server/etcdserver/api/v3rpc/interceptor.go), and for what its clients' connections have carried.
 */
import { goDuration, goTime } from '../../base/index.ts';
import { METHODS, type TxnRequest, type UnaryRequest, type UnaryResponse } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import type { CallId } from './input.ts';
import { wantsDebug, writeServerLine } from './lines.ts';
import { operationSize, requestSize, responseSize } from './messageSize.ts';
import { addCount, type Labels } from './meters.ts';
import { deleteRangeText, rangeText, redactedPutText, redactedTxnText } from './requestText.ts';
import type { IncomingRequest, Member } from './state.ts';

/** etcd: --warning-unary-request-duration, 300 ms. */
const WARNING_DURATION = 300_000;

const UNARY = labelsOf('unary');
const STREAM = labelsOf('stream');

/** A request has arrived. */
export function noteRequest(member: Member, { call, request }: IncomingRequest): void {
  const { type } = request;
  const opensStream = type === 'watch' || type === 'snapshot';
  if (!opensStream && METHODS[type] === '') return; // no part of etcd's API
  const isStream = opensStream || type === 'leaseKeepAlive';
  member.counters.etcd_network_client_grpc_received_bytes_total += requestSize(request);
  if (request.type === 'watchProgress') return; // goes over a stream that is there
  addCount(member.meters, 'etcd_server_client_requests_total', isStream ? STREAM : UNARY, 1);
  if (!isStream) member.calls.set(call, { request, startedAt: member.now });
}

/** Looks through the outputs for calls that have ended. To be called when all of an input's outputs are there. */
export function noteAnswers(member: Member): void {
  // Lines are written meanwhile, behind what is looked at.
  const { length } = member.outputs;
  for (let i = 0; i < length; i++) {
    const output = member.outputs[i];
    if (output?.type === 'answer') {
      member.counters.etcd_network_client_grpc_sent_bytes_total += responseSize(output.response);
      endCall(member, output.call, output.response);
    } else if (output?.type === 'stream') {
      member.counters.etcd_network_client_grpc_sent_bytes_total += responseSize(output.response);
    } else if (output?.type === 'refuse') endCall(member, output.call, output.error.code);
  }
}

/** The client has gone. */
export function forgetCall(member: Member, call: CallId): void {
  endCall(member, call, 'canceled');
}

function endCall(member: Member, id: CallId, outcome: UnaryResponse | ApiErrorCode): void {
  const call = member.calls.get(id);
  if (call === undefined) return;
  member.calls.delete(id);
  const spent = member.now - call.startedAt;
  const isDebug = wantsDebug(member);
  if (!isDebug && spent <= WARNING_DURATION) return;
  const { content, requestCount, requestBytes, responseCount, responseBytes } = countsOf(call.request, outcome);
  writeServerLine(member, isDebug ? 'debug' : 'warn', 'request stats', [
    ['start time', goTime(member.config.epoch, call.startedAt)],
    ['time spent', goDuration(spent)],
    // Which address a client has is nothing that a member here knows.
    ['remote', 'No remote client info.'],
    ['response type', `/etcdserverpb.${METHODS[call.request.type]}`],
    ['request count', requestCount],
    ['request size', requestBytes],
    ['response count', responseCount],
    ['response size', responseBytes],
    ['request content', content],
  ]);
}

/** Clients say which version of the API they speak; ours all speak one. */
function labelsOf(type: string): Labels {
  return [
    ['client_api_version', '3.6'],
    ['type', type],
  ];
}

interface Counts {
  readonly requestCount: number;
  readonly requestBytes: number;
  readonly responseCount: number;
  readonly responseBytes: number;
  readonly content: string;
}

const NO_COUNTS: Counts = { requestCount: -1, requestBytes: -1, responseCount: -1, responseBytes: -1, content: '' };
/** Refusals at the door, before anybody has looked at what is asked. */
const TURNED_AWAY: readonly ApiErrorCode[] = ['learnerNotSupported', 'noLeader', 'invalidClientApiVersion', 'notCapable'];

/** Only of what is asked of the store is more told than how long it took. */
function countsOf(request: UnaryRequest, outcome: UnaryResponse | ApiErrorCode): Counts {
  if (typeof outcome === 'string' && TURNED_AWAY.includes(outcome)) return NO_COUNTS;
  const response = typeof outcome === 'string' ? undefined : outcome;
  const responseBytes = response === undefined ? 0 : responseSize(response);
  switch (request.type) {
    case 'range': {
      const responseCount = response?.type === 'range' ? response.count : 0;
      return { requestCount: 0, requestBytes: requestSize(request), responseCount, responseBytes, content: rangeText(request) };
    }
    case 'put': {
      const content = redactedPutText(request);
      return { requestCount: 1, requestBytes: requestSize(request), responseCount: 0, responseBytes, content };
    }
    case 'deleteRange': {
      const responseCount = response?.type === 'deleteRange' ? response.deleted : 0;
      return {
        requestCount: 0,
        requestBytes: requestSize(request),
        responseCount,
        responseBytes,
        content: deleteRangeText(request),
      };
    }
    case 'txn':
      return txnCounts(request, response, responseBytes);
    default:
      return NO_COUNTS;
  }
}

/** What was taken of a transaction: nothing, if nothing was. */
function txnCounts(request: TxnRequest, response: UnaryResponse | undefined, responseBytes: number): Counts {
  if (response?.type !== 'txn') return { requestCount: 0, requestBytes: 0, responseCount: 0, responseBytes, content: '' };
  const taken = response.succeeded ? request.success : request.failure;
  // The field's tag and length around an operation do not count.
  const requestBytes = taken.reduce((sum, operation) => sum + operationSize(operation), 0);
  return { requestCount: taken.length, requestBytes, responseCount: 0, responseBytes, content: redactedTxnText(request) };
}

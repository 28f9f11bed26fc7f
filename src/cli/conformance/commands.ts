/** The commands of interaction files (`spec/raft.md` 6.4). */
import { formatDecimal, type Id64, quoteGo, toId64, utf8Encode } from '../../base/index.ts';
import {
  type ConfChange,
  type ConfChangeTransition,
  campaign,
  compactStorage,
  createMessage,
  describeEntries,
  describeMessage,
  describeProgress,
  EMPTY_CONF_STATE,
  forgetLeader,
  propose,
  proposeConfChange,
  RAFT_ERROR_TEXT,
  type Raft,
  type RaftConfig,
  reportUnreachable,
  type Snapshot,
  type StepError,
  storageEntries,
  storageFirstIndex,
  storageLastIndex,
  tick,
  transferLeader,
} from '../../engine/raft/index.ts';
import { CommandArguments, type Directive } from './directives.ts';
import {
  addNodes,
  createEnvironment,
  deliver,
  type Environment,
  type Node,
  processAppendThread,
  processApplyThread,
  processReady,
  type Recipient,
  stabilize,
  withNode,
} from './environment.ts';
import { parseOperations } from './operations.ts';
import { isSilent, setLevel, withIndent, write } from './output.ts';

/** Plays an interaction file. @returns the function that answers each command in turn */
export function createInteractionPlayer(): (directive: Directive) => string {
  const environment = createEnvironment();
  return (directive) => answerInteractionCommand(environment, directive);
}

/** Runs one command. @returns what it and the members printed, an error last; `ok` for nothing */
function answerInteractionCommand(environment: Environment, directive: Directive): string {
  const { output } = environment;
  output.text = '';
  const error = handle(environment, directive.command, new CommandArguments(directive));
  if (error !== undefined) {
    if (isSilent(output)) return error;
    write(output, error);
  }
  return output.text === '' ? 'ok' : output.text;
}

type Handler = (environment: Environment, args: CommandArguments) => string | undefined;

const HANDLERS: Readonly<Record<string, Handler>> = {
  _breakpoint: () => undefined,
  'add-nodes': handleAddNodes,
  campaign: (environment, args) => onNode(environment, args, campaign),
  compact: handleCompact,
  'deliver-msgs': handleDeliver,
  'process-ready': (environment, args) => onEach(environment, args, 'handling Ready', processReady),
  'process-append-thread': (environment, args) => onEach(environment, args, 'processing append thread', processAppendThread),
  'process-apply-thread': (environment, args) => onEach(environment, args, 'processing apply thread', processApplyThread),
  stabilize: handleStabilize,
  'log-level': (environment, args) => setLevel(environment.output, args.directive.args[0]?.key ?? ''),
  'raft-log': (environment, args) => printLog(environment, nodeAt(environment, args, 0)),
  'raft-state': printStates,
  status: handleStatus,
  'set-randomized-election-timeout': handleSetTimeout,
  'tick-election': (environment, args) => tickNode(environment, nodeAt(environment, args, 0), 'electionTicks'),
  'tick-heartbeat': (environment, args) => tickNode(environment, nodeAt(environment, args, 0), 'heartbeatTicks'),
  'transfer-leadership': handleTransfer,
  'forget-leader': (environment, args) => {
    withNode(environment, nodeAt(environment, args, 0), forgetLeader);
    return undefined;
  },
  'send-snapshot': handleSendSnapshot,
  propose: handlePropose,
  'propose-conf-change': handleProposeConfChange,
  'report-unreachable': handleReportUnreachable,
};

function handle(environment: Environment, command: string, args: CommandArguments): string | undefined {
  const handler = Object.hasOwn(HANDLERS, command) ? HANDLERS[command] : undefined;
  return handler === undefined ? 'unknown command' : handler(environment, args);
}

function handleAddNodes(environment: Environment, args: CommandArguments): string | undefined {
  const count = args.bareNumber(0);
  const readOnly = args.text('read-only');
  if (readOnly !== undefined && readOnly !== 'safe' && readOnly !== 'lease-based') {
    return `invalid read-only option ${quoteGo(utf8Encode(readOnly))}`;
  }
  const given: { -readonly [Name in keyof RaftConfig]?: RaftConfig[Name] | undefined } = {
    maxInflightMsgs: args.number('inflight'),
    asyncStorageWrites: args.boolean('async-storage-writes'),
    preVote: args.boolean('prevote'),
    checkQuorum: args.boolean('checkquorum'),
    maxCommittedSizePerReady: args.number('max-committed-size-per-ready'),
    disableConfChangeValidation: args.boolean('disable-conf-change-validation'),
    stepDownOnRemoval: args.boolean('step-down-on-removal'),
    readOnlyOption: readOnly === undefined ? undefined : readOnly === 'safe' ? 'safe' : 'leaseBased',
  };
  // Only what the command names differs from the defaults.
  const options: Partial<RaftConfig> = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const ids = (key: string) => (args.values(key) ?? []).map((value) => toId64(args.toNumber(value)));
  const index = args.number('index') ?? 0;
  const confState = { ...EMPTY_CONF_STATE, voters: ids('voters'), learners: ids('learners') };
  let snapshot: Snapshot | undefined;
  if (index !== 0 || confState.voters.length > 0 || confState.learners.length > 0) {
    if (index <= 1) return 'index must be specified as > 1 due to bootstrap';
    snapshot = { index, term: 1, confState, data: '' };
  }
  addNodes(environment, count, snapshot, options);
  return undefined;
}

function handleCompact(environment: Environment, args: CommandArguments): string | undefined {
  const node = nodeAt(environment, args, 0);
  const result = compactStorage(node.storage, args.bareNumber(1));
  return result.ok ? printLog(environment, node) : RAFT_ERROR_TEXT[result.error];
}

function handleDeliver(environment: Environment, args: CommandArguments): string | undefined {
  const recipients: Recipient[] = [];
  let type: string | undefined;
  for (const { key, values } of args.directive.args) {
    if (key === 'type') type = values[0];
    else if (key === 'drop') {
      for (const value of values) recipients.push({ id: toId64(args.toNumber(value)), node: undefined });
    } else if (values.length === 0) {
      const node = findNode(environment, args, args.toNumber(key));
      recipients.push({ id: node.id, node });
    }
  }
  for (const { id, node } of recipients) {
    if (recipients.some((other) => other.id === id && other.node !== node))
      args.fail(`${formatDecimal(id)} is to drop and to deliver`);
  }
  if (deliver(environment, recipients, type) === 0) write(environment.output, 'no messages\n');
  return undefined;
}

function handleStabilize(environment: Environment, args: CommandArguments): string | undefined {
  const { output } = environment;
  const before = output.level;
  const level = args.text('log-level');
  if (level !== undefined) {
    const error = setLevel(output, level);
    if (error !== undefined) return error;
  }
  const named = namedNodes(environment, args);
  const error = stabilize(environment, named.length > 0 ? named : environment.nodes);
  output.level = before;
  return error;
}

function printLog(environment: Environment, node: Node): string | undefined {
  const first = storageFirstIndex(node.storage);
  const last = storageLastIndex(node.storage);
  if (last < first) {
    write(environment.output, `log is empty: first index=${first}, last index=${last}`);
    return undefined;
  }
  const entries = storageEntries(node.storage, first, last + 1);
  if (!entries.ok) return RAFT_ERROR_TEXT[entries.error];
  write(environment.output, describeEntries(entries.value));
  return undefined;
}

function printStates(environment: Environment): undefined {
  for (const { number, id, raft } of environment.nodes) {
    const { voters, votersOutgoing } = raft.tracker.config;
    const voter = voters.includes(id) || votersOutgoing.includes(id) ? '(Voter)' : '(Non-Voter)';
    write(environment.output, `${number}: ${raft.role} ${voter} Term:${raft.term} Lead:${formatDecimal(raft.lead)}\n`);
  }
}

function handleStatus(environment: Environment, args: CommandArguments): undefined {
  const { raft } = nodeAt(environment, args, 0);
  if (raft.role !== 'StateLeader') return;
  for (const peer of raft.tracker.progress) write(environment.output, `${formatDecimal(peer.id)}: ${describeProgress(peer)}\n`);
}

function handleSetTimeout(environment: Environment, args: CommandArguments): undefined {
  const timeout = args.number('timeout') ?? 0;
  if (timeout === 0) args.fail('timeout is missing');
  nodeAt(environment, args, 0).raft.randomizedElectionTimeout = timeout;
}

function tickNode(environment: Environment, node: Node, interval: 'electionTicks' | 'heartbeatTicks'): undefined {
  for (let i = 0; i < node.raft.config[interval]; i++) withNode(environment, node, tick);
}

function handleTransfer(environment: Environment, args: CommandArguments): undefined {
  const from = args.number('from') ?? args.fail('from is missing');
  const to = args.number('to') ?? args.fail('to is missing');
  withNode(environment, findNode(environment, args, from), (raft) => transferLeader(raft, toId64(to)));
}

function handleSendSnapshot(environment: Environment, args: CommandArguments): undefined {
  const from = nodeAt(environment, args, 0);
  const to: Id64 = nodeAt(environment, args, 1).id;
  const message = createMessage('MsgSnap', to, from.id);
  message.term = from.raft.term;
  message.snapshot = from.history[from.history.length - 1];
  environment.messages.push(message);
  write(environment.output, describeMessage(message));
}

function handlePropose(environment: Environment, args: CommandArguments): string | undefined {
  const data = args.directive.args[1];
  if (args.directive.args.length !== 2 || data === undefined || data.values.length > 0) args.fail('takes a node and one word');
  return onNode(environment, args, (raft) => propose(raft, utf8Encode(data.key)));
}

const TRANSITIONS: ReadonlyMap<string, ConfChangeTransition> = new Map([
  ['auto', 'ConfChangeTransitionAuto'],
  ['implicit', 'ConfChangeTransitionJointImplicit'],
  ['explicit', 'ConfChangeTransitionJointExplicit'],
]);

function handleProposeConfChange(environment: Environment, args: CommandArguments): string | undefined {
  const isV1 = args.boolean('v1') ?? false;
  for (const { key, values } of args.directive.args) {
    if (values.length > 0 && key !== 'v1' && key !== 'transition') return `unknown command ${key}`;
  }
  const name = args.text('transition');
  const transition = name === undefined ? 'ConfChangeTransitionAuto' : TRANSITIONS.get(name);
  if (transition === undefined) return `unknown transition ${name}`;
  const operations = parseOperations(args.directive.input);
  if (!operations.ok) return operations.error;
  const [first] = operations.value;
  let change: ConfChange = { version: 2, transition, changes: operations.value, context: undefined };
  if (isV1) {
    if (first === undefined || operations.value.length > 1 || transition !== 'ConfChangeTransitionAuto') {
      return 'v1 conf change can only have one operation and no transition';
    }
    change = { version: 1, type: first.type, nodeId: first.nodeId, context: undefined, id: undefined };
  }
  return onNode(environment, args, (raft) => proposeConfChange(raft, change));
}

function handleReportUnreachable(environment: Environment, args: CommandArguments): string | undefined {
  const [node, peer, ...more] = namedNodes(environment, args);
  if (node === undefined || peer === undefined || more.length > 0) {
    return 'must specify exactly two node indexes: node on which to report, and reported node';
  }
  withNode(environment, node, (raft) => reportUnreachable(raft, peer.id));
  return undefined;
}

function onNode(environment: Environment, args: CommandArguments, call: (raft: Raft) => StepError | undefined): string | undefined {
  const error = withNode(environment, nodeAt(environment, args, 0), call);
  return error === undefined ? undefined : RAFT_ERROR_TEXT[error];
}

/** One node: at once; several: each under a heading. */
function onEach(
  environment: Environment,
  args: CommandArguments,
  heading: string,
  call: (environment: Environment, node: Node) => string | undefined,
): string | undefined {
  const nodes = namedNodes(environment, args);
  const [only] = nodes;
  if (only !== undefined && nodes.length === 1) return call(environment, only);
  for (const node of nodes) {
    write(environment.output, `> ${node.number} ${heading}\n`);
    const error = withIndent(environment.output, () => call(environment, node));
    if (error !== undefined) return error;
  }
  return undefined;
}

function namedNodes(environment: Environment, args: CommandArguments): readonly Node[] {
  return args.bareKeys().map((key) => findNode(environment, args, args.toNumber(key)));
}

function nodeAt(environment: Environment, args: CommandArguments, position: number): Node {
  return findNode(environment, args, args.bareNumber(position));
}

function findNode(environment: Environment, args: CommandArguments, number: number): Node {
  return environment.nodes[number - 1] ?? args.fail(`there is no node ${number}`);
}

import type { hints as english } from '../en/hints.ts';

export const hints: typeof english = {
  notYet: (command) => `etcdctl 有 ${command}，这个控制台暂时还没有。`,
  notYetOption: (command, option) => `etcdctl 的 ${command} 有 ${option}，这个控制台暂时还没有。`,
  unknownCommand: (suggestions) =>
    suggestions.length === 0 ? '试试 put、get、del、watch、member list 或 version。' : `是不是想用 ${suggestions.join(' 或 ')}？`,
  unknownFlag: (command, suggestion) =>
    suggestion === undefined ? `${command} --help 列出它的选项。` : `是不是想用 ${suggestion}？`,
  dashValue: (typed) => `以短横线开头的词会被当作选项。请在前面加 --：-- ${typed}`,
  usage: (command) => `${command} --help 说明用法。`,
  unclosedQuote: (quote) => `请再加一个 ${quote} 闭合，或在它前面加反斜杠：\\${quote}`,
  trailingBackslash: '去掉它；如果要的就是反斜杠，请写两个。',
  unsupportedShell: (construct) => `这里是 etcdctl，不是 shell：${construct} 没有意义。如果它是值的一部分，请加引号。`,
  noSuchKey: (key) => `键 ${key} 不存在：etcdctl 什么都不输出，并正常结束。按前缀查找请加 --prefix。`,
  deadlineWrite: (endpoint, seconds) => `${endpoint} 在 ${seconds} 秒内没有回答。这次写入可能丢失，也可能留下：超时并不说明结果。`,
  deadlineRead: (endpoint, seconds) =>
    `${endpoint} 在 ${seconds} 秒内没有回答：读请求要等多数派确认 Leader。--consistency=s 直接读它自己的存储。`,
  deadlineOther: (endpoint, seconds) => `${endpoint} 在 ${seconds} 秒内没有回答。`,
  compacted: '这个 revision 已被压缩，它的版本已经没有了。',
  futureRevision: '这个 revision 还没有发生。',
  watchWithoutLeader: (endpoint) => `${endpoint} 太久没有 Leader，因此结束了监听。请到另一个成员上监听。`,
  refused: {
    emptyKey: '键至少有一个字节。所有键：用 "" 加 --prefix 或 --from-key。',
    valueProvided: '--ignore-value 保持原来的值：请不要再给值。',
    leaseProvided: '--ignore-lease 保持原来的租约：请不要再给租约。',
    invalidSortOption: '可按 CREATE、KEY、MODIFY、VALUE 或 VERSION 排序。',
    keyNotFound: '没有这个键，也就没有可保留的值。',
    leaseNotFound: '没有这个租约（或已失效）。',
    noLeader: '现在没有 Leader。选出之后再试。',
    leaderChanged: '等待期间 Leader 换了。这次写入可能丢失，也可能留下。',
    stopped: '这个成员已停止。启动它，或者问另一个成员。',
    timeout: '多数派没有及时回答。这次写入可能丢失，也可能留下。',
    timeoutDueToLeaderFail: '途中失去了 Leader。这次写入可能丢失，也可能留下。',
    timeoutDueToConnectionLost: '这个成员途中失去了 Leader。这次写入可能丢失，也可能留下。',
    tooManyRequests: '等待的请求已经太多。',
    requestTooLarge: '一个请求最大 1.5 MiB。',
    connectionLost: '成员在回答之前停止了。这次写入可能丢失，也可能留下。',
    other: '成员拒绝了。',
  },
};

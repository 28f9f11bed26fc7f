import type { hints as english } from '../en/hints.ts';

const INSTEAD: Readonly<Record<string, string>> = {
  '&': '用 + 打开第二个控制台，就能与这一个同时运行。',
  ';': '请一行输入一条命令。',
  '&&': '请一行输入一条命令。',
  '||': '请一行输入一条命令。',
};

export const hints: typeof english = {
  unknownCommand: (suggestions) => (suggestions.length === 0 ? 'help 列出所有命令。' : `是不是想用 ${suggestions.join(' 或 ')}？`),
  unknownFlag: (command, suggestion) =>
    suggestion === undefined ? `${command} --help 列出它的选项。` : `是不是想用 ${suggestion}？`,
  dashValue: (typed) => `以短横线开头的词会被当作选项。请在前面加 --：-- ${typed}`,
  usage: (command) => `${command} --help 说明用法。`,
  unclosedQuote: (quote) => `请再加一个 ${quote} 闭合，或在它前面加反斜杠：\\${quote}`,
  trailingBackslash: '去掉它；如果要的就是反斜杠，请写两个。',
  unsupportedShell: (construct) =>
    `这里是 etcdctl，不是 shell：${construct} 没有意义。${INSTEAD[construct] ?? '如果它是值的一部分，请加引号。'}`,
  noProgram: (name) => `这里没有 ${name}：只有 echo、true、false、curl、sleep、sh -c 和 etcdctl 自己。`,
  etcdctlPanics: 'etcdctl 自己会在这一行上崩溃。可用的运算符是 =、!=、> 和 <；租约不能比较。',
  noTls: '这里的成员不使用 TLS，也没有文件：去掉这个选项即可。',
  noDns: '这里没有域名系统。请用 --endpoints=n1:2379 指定成员。',
  noShell: '这里没有能运行这种脚本的 shell，也不需要：按 Tab 即可补全。',
  storeAsMemory: '这里的成员不是独立进程，没有内存可读：这是被询问成员的存储增长量。',
  mirrorsItself:
    '这里只有这一个集群，而副本就落在被复制的范围里：每个副本又是一次要复制的变更。Ctrl-C 可结束；用 --dest-prefix 把副本放到别处。',
  variables: '单独一行 NAME=value 为本标签页后面的行设置变量；写在命令前面则只对该命令有效。新标签页里没有任何变量。',
  restoreHere: (choice) => `可以用快照文件启动新集群：把它拖到页面上，或在集群菜单里选“${choice}”。`,
  noSuchKey: (key) => `键 ${key} 不存在：etcdctl 什么都不输出，并正常结束。按前缀查找请加 --prefix。`,
  gap: '',
  deadline: (endpoint, seconds) => `${endpoint} 在 ${seconds} 秒内没有回答。`,
  notRunning: (name) => `${name} 上没有进程在运行。`,
  missesQuorum: (name, reached, voters, needed) =>
    `${name} 只能连到 ${voters} 个投票成员中的 ${reached} 个（含自己），多数派需要 ${needed} 个，还差 ${needed - reached} 个。请启动成员、修复链路，或问另一侧的成员。`,
  reachesQuorum: (name, reached, voters) =>
    `${name} 能连到 ${voters} 个投票成员中的 ${reached} 个，够多数派：它转交的请求随着 Leader 或在链路上丢失了。请再问一次。`,
  afterWrite: '这次写入可能丢失，也可能留下：超时并不说明结果。',
  afterRead: '读请求要等多数派确认 Leader；--consistency=s 直接读成员自己的存储。',
  unhealthy: {
    memberAdd:
      '只有被询问的成员与足够多的投票成员（扩大后集群的多数派）连续连接 5 秒之后，etcd 才添加成员：这里的秒是虚拟时间。最后一个成员连上之后等 5 秒再试。',
    memberRemove:
      '只有足够多的其他成员已连续连接 5 秒、没有它也能继续时，etcd 才移除运行中的成员。最后一个成员连上之后等 5 秒再试。',
  },
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
    noSpace: '存储已满。先压缩旧的 revision，再对每个成员 defrag，最后 alarm disarm。',
    corrupt: '有成员发现自己的存储与其他成员不同。在 alarm disarm 之前不再写入。',
    leaseTtlTooLarge: '租约最长 9,000,000,000 秒。',
    duplicateKey: '事务的一个分支里，每个键最多写一次。',
    tooManyOperations: '事务的一个分支最多有 128 个操作。',
    notEnoughStartedMembers: '已启动的成员将不够多数派。先启动之前添加的成员，或添加 --learner。',
    memberNotFound: 'member list 列出现有成员。',
    peerUrlExists: '另一个成员已有这个 peer 地址。',
    tooManyLearners: '同时只能有一个 learner：先提升或移除它。',
    memberNotLearner: '只有 learner 可以提升；这个成员已经有投票权。',
    learnerNotReady: 'learner 必须有 Leader 日志的十分之九。等它追上再试。',
    learnerNotSupported: 'learner 几乎只回答 get --consistency=s 和 endpoint status。请问投票成员。',
    badLeaderTransferee: '只能把 Leader 交给投票成员。member list 列出谁有投票权。',
    userEmpty: '已启用身份验证：用 --user 用户名:密码 说明是谁。',
    authFailed: '用户名或密码不对。',
    permissionDenied: '这个用户没有允许此操作的角色。user get 和 role get 显示已授予的权限。',
    other: '成员拒绝了。',
  },
};

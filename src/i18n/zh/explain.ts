import { unreachable } from '../../base/index.ts';
import type { Explanation, Note, Said, Why, Work } from '../../view/explain.ts';
import type { explain as english } from '../en/explain.ts';

const NUMBERS = ['零', '一', '两', '三', '四', '五', '六', '七', '八', '九'];
const WORK: Readonly<Record<Work, string>> = { put: '写入', delete: '删除', read: '读取' };

export const explain: typeof english = {
  statement: ({ said, note }: Explanation) => (note === undefined ? say(said) : `${say(said)}${add(note, said)}`),
  said: say,
  why,
  seconds,
};

function say(said: Said): string {
  switch (said.type) {
    case 'leads':
      return `${said.leader} 是任期 ${said.term} 的 Leader。`;
    case 'twoLeaders':
      return said.able
        ? `两个成员都以为自己是 Leader，只有 ${said.current} 能提交。`
        : '两个成员都以为自己是 Leader，但谁也不能提交。';
    case 'cutOffLeader':
      return `${said.leader} 仍是任期 ${said.term} 的 Leader，但无法提交。`;
    case 'nobodyYet':
      return '还没有 Leader。';
    case 'nobody':
      return said.stopped === undefined ? '没有 Leader。' : `Leader ${said.stopped} 已停止。`;
    case 'noQuorum':
      return '选不出 Leader：能互相通信的成员太少。';
    default:
      return unreachable(said);
  }
}

function add(note: Note, said: Said): string {
  switch (note.type) {
    case 'rehearses':
      return `${list(note.candidates)} 在问：任期 ${note.term} 谁会投我？`;
    case 'campaigns':
      return `${note.candidate} 在任期 ${note.term} 拉票。`;
    case 'rivals':
      return `${list(note.candidates)} 都在争任期 ${note.term}。`;
    case 'timersRun':
      return said.type === 'nobodyYet' ? '每个成员都在等自己的计时器。' : '其余成员在等各自的计时器。';
    case 'firstEntry':
      return '它的第一条日志正在复制。';
    case 'asked':
      return `一次${WORK[note.work]}正在路上。`;
    case 'copied':
      return `一次${WORK[note.work]}正在复制。`;
    case 'checked':
      return '一次读取正在确认。';
    case 'committed':
      return `一次${WORK[note.work]}已提交。`;
    case 'answered':
      return `一次${WORK[note.work]}已应答。`;
    case 'waits':
      return `一次${WORK[note.work]}在等待。`;
    case 'replaces':
      return `它正在替换 ${list(note.members)} 上的第 ${note.index} 条。`;
    case 'catchesUp':
      return note.isLearner ? `learner ${note.member} 正在追赶。` : `${note.member} 正在追赶。`;
    case 'handsOver':
      return `它把领导权交给 ${note.to}。`;
    case 'joint':
      return '新旧两套配置并存。';
    case 'stopped':
      return `${list(note.members)} 已停止。`;
    case 'threw':
      return `${list(note.members)} 出错了。`;
    case 'cutOff':
      return `${list(note.members)} 听不到它。`;
    case 'linksCut':
      return `断了${number(note.count)}条链路。`;
    default:
      return unreachable(note);
  }
}

function why(reason: Why): string {
  switch (reason.type) {
    case 'calm':
      return `大家每秒听到它十次。${number(reason.members)}个成员里坏掉任意${number(reason.spare)}个都不要紧。`;
    case 'alone':
      return '法定人数就是一：写到自己的磁盘上就算提交。';
    case 'spare':
      return reason.spare === 0
        ? `${number(reason.members)}个里还剩${number(reason.running)}个，一个都不能少：再坏一个就无法提交。`
        : `${number(reason.members)}个里还剩${number(reason.running)}个，需要${number(reason.needed)}个：还能再坏${number(reason.spare)}个。`;
    case 'tooFew':
      return `${number(reason.members)}个里要有${number(reason.needed)}个同意，但最多只有${number(reason.reached)}个能互相通信。无法提交，也不会丢失。`;
    case 'firstTimer':
      return `久等不到 Leader 的成员会去拉票。${reason.member} 的计时器最先到点。`;
    case 'rehearsal':
      return `先彩排（PreVote）：有${number(reason.needed)}个愿意投票，${reason.candidate} 才会提高任期。目前：${number(reason.granted)}个。`;
    case 'votes':
      return votes(reason);
    case 'splitVotes':
      return `${number(reason.needed)}票才能当选，而谁也没有超过${number(reason.best)}票。若一直如此，这个任期就没有 Leader。`;
    case 'firstEntry':
      return `新 Leader 先写一条空日志：落到${number(reason.needed)}块磁盘上，之前的就都提交了。目前：${number(reason.counted)}块。`;
    case 'sent':
      return `请求正从命令行送往 ${reason.member}。`;
    case 'passedOn':
      return `${reason.member} 是 Follower，把请求转给 ${reason.leader}。`;
    case 'knowsNoLeader':
      return `${reason.member} 不知道谁是 Leader，请求就在那里等。`;
    case 'counting':
      return counting(reason);
    case 'readChecks':
      return `${reason.leader} 先问多数派自己是否仍是 Leader，答案才不会是旧的。`;
    case 'onMajority':
      return `第 ${reason.index} 条已在至少${number(reason.needed)}块磁盘上，${reason.leader} 可以应答了。其余成员随后得知。`;
    case 'resigns': {
      const silent = `${reason.old} 已有 ${seconds(reason.silence)} 没有听到多数派`;
      const end = reason.soon ? '，即将退位。' : '。';
      return reason.current === undefined ? silent + end : `${silent}${end}多数派选出了 ${reason.current}。`;
    }
    case 'learns':
      return `它们之间的下一条消息会让 ${reason.old} 得知任期 ${reason.term}，它就改为跟随 ${reason.current}。`;
    case 'silent': {
      const reach = `${reason.leader} 需要${number(reason.needed)}个，只够得着${number(reason.reached)}个`;
      return reason.silence === 0 ? `${reach}。` : `${reach}，已有 ${seconds(reason.silence)} 没有听到多数派。`;
    }
    case 'neverCommitted':
      return `任期 ${reason.term} 的第 ${reason.index} 条从未落到多数派的磁盘上，所以以 ${reason.leader} 的日志为准。`;
    case 'lags':
      return `${reason.member} 有 ${reason.last} 条里的 ${reason.has} 条，${reason.leader} 正把其余的发给它。`;
    case 'snapshot':
      return `${reason.member} 缺的条目已被截断，${reason.leader} 改发第 ${reason.index} 条处的整份状态。`;
    case 'handsOver':
      return `${reason.to} 的日志已经齐全，不必等定时器，立即竞选：下一任期是 ${reason.term + 1}。`;
    case 'joint':
      return `变更完成之前，旧成员中的${number(reason.old)}个和新成员中的${number(reason.new)}个都必须同意。`;
    case 'goesOn':
      return '集群的其余部分照常运行。';
    default:
      return unreachable(reason);
  }
}

function votes(reason: Extract<Why, { type: 'votes' }>): string {
  const has = ['自己的一票正在落盘', '已有自己的一票'][reason.granted] ?? `已有${number(reason.granted)}票`;
  const coming = reason.coming.length === 0 ? '' : `，${list(reason.coming)} 的票在路上`;
  const unaware = reason.unaware.length === 0 ? '' : `${list(reason.unaware)} 还不知道这个任期。`;
  return `它需要${number(reason.needed)}票：${has}${coming}。${unaware}`;
}

function counting(reason: Extract<Why, { type: 'counting' }>): string {
  if (reason.needed === 1) return '写到这一块磁盘上就算提交。';
  const counted = `${reason.leader} 需要${number(reason.needed)}块磁盘，已数到${number(reason.counted)}块。`;
  return reason.spare === 0 ? counted : `${counted}凑够之后，丢掉任意${number(reason.spare)}块也抹不掉它。`;
}

function number(count: number): string {
  return NUMBERS[count] ?? String(count);
}

function seconds(time: number): string {
  return `${(time / 1_000_000).toFixed(1)} 秒`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join('、')} 和 ${names.at(-1)}`;
}

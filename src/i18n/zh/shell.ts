import type { shell as english } from '../en/shell.ts';

const NUMBERS = ['零', '一', '两', '三', '四', '五', '六', '七', '八', '九'];

export const shell: typeof english = {
  scene: (members) => `${NUMBERS[members] ?? members}个成员`,
  stopped: (name) => `${name} 已停止`,
  started: (name) => `${name} 已启动`,
  cutBothWays: (a, b) => `已切断 ${a} – ${b}`,
  cutOneWay: (from, to) => `已切断 ${from} → ${to}`,
  healedLink: (a, b) => `已修复 ${a} – ${b}`,
  isolated: (name) => `${name} 已隔离`,
  rejoined: (name) => `${name} 已重新连入`,
  split: '网络已分成两半',
  healedSplit: '分区已修复',
  healedAll: '所有链路已修复',
  fresh: (members) => `全新的${NUMBERS[members] ?? members}成员集群`,
  pastActs: '这是过去。回到实时才能操作。',
};

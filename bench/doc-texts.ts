import type { Machine } from './results';
import type { Title } from './table';

/** What the pages about performance say around the figures, in one language. */
export interface DocTexts {
  /** Below docs/. */
  readonly file: string;
  readonly case: string;
  readonly variant: string;
  readonly and: string;
  readonly end: string;
  /** Ends the line about the starts when they were too few. */
  readonly fewStarts: string;
  readonly tooBusy: string;
  readonly titles: Readonly<Record<Title, string>>;
  machine(machine: Machine): string;
  how(day: string, starts: number): string;
  /** The heading of a group. */
  groups(name: string): string;
  /** A case or a variant. */
  words(text: string): string;
}

const GROUPS: Readonly<Record<string, readonly [english: string, chinese: string]>> = {
  call: ['Calls', '调用'],
  control: ['Commands', '控制命令'],
  history: ['History', '历史数据'],
  push: ['Live events', '实时事件'],
  webhook: ['Expeed webhook', '极动云 Webhook'],
  burst: ['Bursts', '突发消息'],
  start: ['Start and size', '启动与体积'],
  growth: ['Growth', '规模增长'],
};

/** The parts that names of cases and variants are made of, between commas. */
const CHINESE: readonly (readonly [part: RegExp, chinese: string])[] = [
  [/^ours$/, '本插件'],
  [/^ours again$/, '本插件（重复测量）'],
  [/^ours without Node-RED$/, '本插件的客户端，不经 Node-RED'],
  [/^core$/, '核心节点'],
  [/^core: tcp in$/, '核心节点：tcp in'],
  [/^(json|tcp out|https?)$/, '$1'],
  [/^bare$/, '裸节点'],
  [/^raw$/, '裸库'],
  [/^function$/, 'function 节点'],
  [/^acknowledge$/, '确认节点'],
  [/^batch$/, '批量输出'],
  [/^page$/, '每页一条消息'],
  [/^each$/, '每条记录一条消息'],
  [/^undisturbed$/, '无干扰'],
  [/^(\d+) in flight$/, '并发 $1'],
  [/^origin (\d+) ms away$/, '服务器延迟 $1 ms'],
  [/^command$/, '控制命令'],
  [/^memory$/, '内存'],
  [/^history of (\d+) records$/, '$1 条历史记录'],
  [/^prefetch (\d+)$/, '预取 $1'],
  [/^webhook$/, 'Webhook'],
  [/^(\d+) connections$/, '$1 个连接'],
  [/^(\d+) hostile requests a second beside them$/, '同时每秒 $1 个恶意请求'],
  [/^(\d+) messages at once$/, '同时 $1 条消息'],
  [/^(\d+) files$/, '最多打开 $1 个文件'],
  [/^node sets loaded$/, '加载全部节点'],
  [/^nothing deployed$/, '未部署任何节点'],
  [/^first node deployed$/, '部署第一个节点'],
  [/^first call answered$/, '第一次调用得到应答'],
  [/^installed$/, '安装后'],
  [/^with what it needs at run time$/, '含运行时依赖'],
  [/^nodes on one account$/, '同一账号的节点数'],
  [/^(\d+) nodes?$/, '$1 个节点'],
  [/^messages waiting$/, '等待中的消息'],
  [/^(\d+) of them for an answer$/, '其中 $1 条等待应答'],
  [/^the others for their turn$/, '其余排队'],
  [/^(\d+) waiting$/, '$1 条'],
];

function inChinese(text: string): string {
  const parts = text.split(', ').map((part) => {
    const known = CHINESE.find(([pattern]) => pattern.test(part));
    if (!known) throw new Error(`bench/doc-texts.ts has no Chinese for "${part}"`);
    return part.replace(known[0], known[1]);
  });
  return parts.join('，');
}

export const docTexts: readonly DocTexts[] = [
  {
    file: 'performance.md',
    case: 'case',
    variant: 'by',
    and: '; ',
    end: '.',
    fewStarts: '; with fewer than five, how far starts lie apart is known only roughly.',
    tooBusy: '\\* The server on the other side was the limit: not to be compared.',
    titles: {
      '/s': 'per second',
      ms: 'ms',
      'CPU µs': 'CPU µs',
      'p50 ms': 'p50 ms',
      'p99 ms': 'p99 ms',
      '+MB': 'memory +MB',
      'heap MB': 'heap +MB',
      MB: 'size MB',
      lost: 'lost',
      failed: 'failed',
      'ours is': 'ours per second ÷ this',
      CPU: 'CPU of this ÷ ours',
      busy: 'server busy',
    },
    machine: ({ node, nodeRed, processor, cores, memoryGb }) =>
      `Node.js ${node}, Node-RED ${nodeRed}; ${processor}, ${cores} cores, ${memoryGb} GB.`,
    how: (day, starts) => `${day}, ${starts} ${starts === 1 ? 'start' : 'starts'}`,
    groups: (name) => GROUPS[name][0],
    words: (text) => text,
  },
  {
    file: 'performance.zh-CN.md',
    case: '场景',
    variant: '方式',
    and: '；',
    end: '。',
    fewStarts: '；不足 5 次，各次启动之间的差异只能粗略了解。',
    tooBusy: '\\* 瓶颈在对端服务器，不可比较。',
    titles: {
      '/s': '每秒',
      ms: 'ms',
      'CPU µs': 'CPU µs',
      'p50 ms': 'p50 ms',
      'p99 ms': 'p99 ms',
      '+MB': '内存 +MB',
      'heap MB': '堆 +MB',
      MB: '体积 MB',
      lost: '丢失',
      failed: '失败',
      'ours is': '本插件每秒 ÷ 该方式',
      CPU: '该方式 CPU ÷ 本插件',
      busy: '服务器占用',
    },
    machine: ({ node, nodeRed, processor, cores, memoryGb }) =>
      `Node.js ${node}，Node-RED ${nodeRed}；${processor}，${cores} 核，${memoryGb} GB 内存。`,
    how: (day, starts) => `${day}，启动 ${starts} 次`,
    groups: (name) => GROUPS[name][1],
    words: inChinese,
  },
];

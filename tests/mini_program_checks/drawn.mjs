// For each component how it is drawn once, and what is read in it then; `seen` is for what nobody reads.
const steps = [
  { title: '已提交', beneath: '11月24日', state: 'done' },
  { title: '等支部答复', beneath: '', state: 'now' },
]
const told = { headline: '这会儿人多，没打开', beneath: '您的记录都在，没有变。', symbol: 'clock' }
const unbind = { open: true, question: '解除绑定？', safe: '不解除', act: '解除' }

/** What is kept on the phone. */
export const KEPT = {
  session: { token: 't', member: { id: 7, name: '王建国', branch: '云溪村党支部' } },
  'm7:home': { value: { subscribe: ['TPL'] }, at: Date.now() },
}

export const DRAWN = {
  'components/ask-sheet/ask-sheet': [
    { properties: unbind, read: '解除绑定？不解除解除' },
    { properties: { ...unbind, open: false }, read: '' },
  ],
  'components/digits/digits': [
    { properties: { value: '3065' }, read: '3065' },
    { properties: { groups: [4, 4, 4], value: '123456789014' }, read: '123456789014' },
  ],
  'components/page-state/page-state': [
    { properties: { state: 'loading', demonstration: true }, read: '演示数据正在打开…' },
    { properties: { state: 'failed', told }, read: '这会儿人多，没打开您的记录都在，没有变。重试回首页' },
    { properties: { state: 'ok', stale: '下面是 14:20 的内容。' }, read: '下面是 14:20 的内容。重试' },
  ],
  'components/privacy-ask/privacy-ask': [
    { properties: {}, read: '' },
    {
      properties: {},
      asks: 'scanCode',
      read:
        '用相机以前，先问您一声扫码要用相机，只看二维码，不拍照，不保存。不同意也能用：输入屏幕上的六位数字，或请支部登记。' +
        '看隐私保护指引同意不同意',
    },
    {
      properties: {},
      asks: 'setClipboardData',
      read:
        '复制以前，先问您一声只放进您要复制的这段字，不看您以前复制过什么。不同意也能用：字都在这一页，照着抄就行。' +
        '看隐私保护指引同意不同意',
    },
  ],
  'components/remind/remind': [
    { properties: {}, read: '点一下，微信会问您“允许”。点一次，提醒一次。会前提醒我' },
  ],
  'components/result-card/result-card': [
    { properties: { kind: 'ok', headline: '签到成功' }, read: '签到成功', seen: 'symbol--ok' },
  ],
  'components/step-list/step-list': [{ properties: { steps }, read: '1已提交11月24日2等支部答复' }],
  'components/symbol/symbol': [{ properties: { kind: 'network' }, read: '', seen: 'symbol--network' }],
  'custom-tab-bar/index': [{ properties: {}, read: '首页活动通知我的' }],
}

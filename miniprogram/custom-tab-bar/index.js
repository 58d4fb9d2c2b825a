const words = require('../words')

Component({
  data: {
    large: '',
    open: '',
    tabs: [
      { path: 'pages/home/home', word: words.tabs.home },
      { path: 'pages/gatherings/gatherings', word: words.tabs.gatherings },
      { path: 'pages/notices/notices', word: words.tabs.notices },
      { path: 'pages/me/me', word: words.tabs.me },
    ],
  },
  methods: {
    /** @param {WechatMiniprogram.TouchEvent} event */
    goTo(event) {
      wx.switchTab({ url: '/' + event.currentTarget.dataset.path })
    },
  },
})

// Where the server is. The only line a zone changes; the host is also entered as a request domain in WeChat.
const BASE = 'https://dangjian.example.gov.cn'

module.exports = { BASE }

'use strict'

// Walks one account of the simulator with an SDK as npm installs it; prints what every step came to, as JSON.
// Argument: {base, account, openid, data, picture}; the account as the control API takes it, the picture as a path.

const http = require('node:http')
const API = require('co-wechat-api')
const wechat = require('co-wechat')

const asked = JSON.parse(process.argv[2])
const { account } = asked
const steps = {}

// The SDK is older than the draft box; this is its own way to be taught a call.
API.mixin({
  async draft(what, body) {
    const { accessToken } = await this.ensureAccessToken()
    const url = `${this.prefix}draft/${what}?access_token=${accessToken}`
    return this.request(url, body ? { method: 'POST', data: JSON.stringify(body) } : {})
  }
})

const api = new API(account.appid, account.secret)
api.prefix = `${asked.base}/cgi-bin/` // all that is changed for the simulator

async function step(name, work) {
  try {
    steps[name] = await work()
  } catch (error) {
    steps[name] = { raised: error.name, code: error.code, message: error.message }
  }
  return steps[name]
}

async function control(path, body) {
  const answer = await fetch(`${asked.base}/_sim/${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return answer.json()
}

async function call() {
  await step('token', async () => (await api.getAccessToken()).isValid())
  const button = [{ type: 'click', name: '我的', key: 'me' }]
  await step('menu_create', () => api.createMenu({ button }))
  await step('menu_get', () => api.getMenu())
  await step('menu_remove', () => api.removeMenu())
  await step('menu_none', () => api.getMenu())
  const card = (openid) => api.sendTemplate(openid, account.templates[0].id, '', '', asked.data)
  await step('template', () => card(asked.openid))
  await step('template_nobody', () => card('o_nobody'))
  await step('user', () => api.getUser(asked.openid))
}

async function people() {
  await step('followers', () => api.getFollowers())
  await step('users', () => api.batchGetUsers([asked.openid]))
  const made = await step('tag', () => api.createTags('党员'))
  await step('tagging', () => api.batchTagging([asked.openid], made.tag?.id))
  await step('tags', () => api.getTags())
  await step('tagged', () => api.getUsersFromTag(made.tag?.id))
  await step('code', () => api.createTmpQRCode(7, 60))
  await step('mass', () => api.massSendText('全体党员', true, 'sdk-walk-1'))
}

async function files() {
  const kept = await step('media', () => api.uploadImageMedia(asked.picture))
  await step('media_back', async () => (await api.getMedia(kept.media_id)).toString('base64'))
  await step('picture', () => api.uploadImage(asked.picture))
  const cover = await step('material', () => api.uploadImageMaterial(asked.picture))
  const article = { title: '主题党日', content: '<p>正文</p>', thumb_media_id: cover.media_id }
  const draft = await step('draft', () => api.draft('add', { articles: [article] }))
  await step('draft_get', () => api.draft('get', { media_id: draft.media_id }))
  await step('draft_count', () => api.draft('count'))
}

async function renewal() {
  const before = (await api.ensureAccessToken()).accessToken
  await control('clock', { offset_seconds: 7201 })
  await step('late_user', () => api.getUser(asked.openid))
  await step('renewed', async () => (await api.ensureAccessToken()).accessToken !== before)
  await control('clock', { offset_seconds: 0 })
}

async function callback() {
  const config = { token: account.token, appid: account.appid, encodingAESKey: account.aes_key }
  const answer = wechat(config).middleware(async (message) => {
    steps.message = message
    return `听到了：${message.Content}`
  })
  const server = http.createServer(async (request, response) => {
    const query = Object.fromEntries(new URL(request.url, asked.base).searchParams)
    const ctx = { method: request.method, query, req: request, request: {}, status: 200 }
    steps.sealed = query.encrypt_type === 'aes'
    await answer(ctx)
    response.writeHead(ctx.status, { 'Content-Type': ctx.type || 'text/plain' }).end(ctx.body)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${server.address().port}/`
  await control('accounts', { ...account, callback_url: url, push_mode: 'safe' })
  await step('say', () => control('say', { appid: account.appid, openid: asked.openid, text: '签到' }))
  await step('customer', () => api.sendText(asked.openid, '晚上七点开会'))
  server.close()
}

async function main() {
  await call()
  await people()
  await files()
  await renewal()
  await callback()
  process.stdout.write(JSON.stringify(steps), () => process.exit(0))
}

main()

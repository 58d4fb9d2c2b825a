// The wx object: a name that is not here throws, so that nothing is used that no test can see.
import { fault, mp } from './hooks.js'
import { device } from './wx_device.js'
import { asked, onNeedPrivacyAuthorization } from './wx_asking.js'
import { request } from './wx_request.js'
import { stored } from './wx_storage.js'
import { navigation, top } from './pages.js'

/**
 * Make an interface of an implementation that returns its answer, or throws { why } as WeChat words it.
 * With callbacks it calls them and returns nothing; without them it returns a promise.
 */
function asynchronous(api, implementation) {
  return (options = {}) => {
    mp.calls.push([api, plain(options)])
    // It begins at once: only so can it know whether it stands in a tap.
    const answer = begin(api, implementation, options)
    if (!options.success && !options.fail && !options.complete) return answer
    answer.then(
      (said) => callBack(api, said, options.success, options.complete),
      (said) => callBack(api, said, options.fail, options.complete)
    )
  }
}

async function begin(api, implementation, options) {
  try {
    const said = await implementation(options)
    return { errMsg: `${api}:ok`, ...said }
  } catch (error) {
    if (error.errMsg) throw error
    if (!error.why) throw error
    const { why, ...more } = error
    throw { errMsg: `${api}:fail ${why}`, ...more }
  }
}

// What a callback throws is the callback's fault, never the interface's.
function callBack(api, said, ...callbacks) {
  if (said instanceof Error) fault(said)
  for (const callback of callbacks.filter(Boolean)) {
    try {
      callback(said)
    } catch (error) {
      fault(new Error(`in a callback of wx.${api}: ${error.message}\n${error.stack}`))
    }
  }
}

function plain(options) {
  return JSON.parse(JSON.stringify(options, (_, value) => (typeof value === 'function' ? undefined : value)) || '{}')
}

const supplied = { request, env: { USER_DATA_PATH: 'wxfile://usr' } }
for (const [api, implementation] of Object.entries({ ...navigation, ...device.asks, ...asked, ...stored.asks })) {
  supplied[api] = asynchronous(api, implementation)
}
Object.assign(supplied, device.tells, stored.tells, {
  onNeedPrivacyAuthorization,
  canIUse: (name) => name.split('.')[0] in supplied,
  nextTick: (call) => setTimeout(call),
  createSelectorQuery: () => top().page.createSelectorQuery(),
})

export const wx = new Proxy(supplied, {
  get(_, name) {
    if (name in supplied) return supplied[name]
    throw new Error(`wx.${String(name)} is not supplied by the runner`)
  },
  set(_, name) {
    throw new Error(`wx.${String(name)} is WeChat's own and cannot be set`)
  },
})

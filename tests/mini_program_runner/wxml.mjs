// What WeChat refuses or silently drops in WXML, though glass-easel takes it.
export const NATIVE = ['view', 'text', 'swiper-item']
export const SYNTAX = ['block', 'template', 'import', 'include', 'slot', 'wxs']
export const BUILT_IN = [
  'input', 'textarea', 'label', 'button', 'form', 'switch', 'checkbox', 'checkbox-group', 'radio', 'radio-group',
  'picker', 'scroll-view', 'image', 'navigator', 'swiper', 'rich-text', 'web-view',
]
const KNOWN = new Set([...NATIVE, ...SYNTAX, ...BUILT_IN])

/** Return what is wrong with a template; `own` are the names in its usingComponents. */
export function faultsOf(wxml, own) {
  const bare = wxml.replace(/<!--[\s\S]*?-->/g, '').replace(/(<wxs\b[^>]*>)[\s\S]*?<\/wxs>/g, '$1</wxs>')
  const modules = [...bare.matchAll(/<wxs\b[^>]*\bmodule="([^"]+)"/g)].map((found) => found[1])
  return [...unknownTags(bare, own), ...calls(bare, modules)]
}

function unknownTags(wxml, own) {
  const tags = [...wxml.matchAll(/<([A-Za-z][\w-]*)(?:"[^"]*"|'[^']*'|[^"'>])*>/g)].map((found) => found[1])
  const unknown = [...new Set(tags)].filter((tag) => !KNOWN.has(tag) && !own.has(tag))
  return unknown.map((tag) => `<${tag}> is neither a component of this file nor a built-in that the runner supplies`)
}

// WeChat's own compiler renders {{a.b()}} as nothing.
function calls(wxml, modules) {
  const found = []
  for (const [whole, inside] of wxml.matchAll(/\{\{([\s\S]*?)\}\}/g)) {
    const code = inside.replace(/'[^']*'|"[^"]*"/g, "''")
    for (const [, name] of code.matchAll(/([A-Za-z_$][\w$.]*)\s*\(/g)) {
      if (!modules.includes(name.split('.')[0])) found.push(`${whole} calls ${name}(): WeChat shows nothing there`)
    }
  }
  return found
}

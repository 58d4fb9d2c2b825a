// One HTML file with everything in it: each further request would cost a test more than the page itself.
import fs from 'node:fs'
import path from 'node:path'

const ENGINE = {
  'glass-easel': 'glass-easel/dist/glass_easel.all.es.js',
  'glass-easel-miniprogram-adapter': 'glass-easel-miniprogram-adapter/dist/glass_easel_miniprogram_adapter.es.js',
}

/** The page of a compiled mini-program; `bundle` is the text of its module, `css` of its sheet. */
export function wholePage(browser, modules, bundle, css) {
  const read = (file) => fs.readFileSync(path.join(browser, file), 'utf8')
  const own = fs.readdirSync(browser).filter((file) => file.endsWith('.js'))
  const texts = { ...Object.fromEntries(own.map((file) => [file, read(file)])), 'bundle.js': bundle }
  for (const [name, file] of Object.entries(ENGINE)) texts[name] = fs.readFileSync(path.join(modules, file), 'utf8')
  const imports = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, address(name, text)]))
  return read('index.html')
    .replace('/* styles */', () => `${read('runner.css')}${css}`.replaceAll('</', '<\\/'))
    .replace('"imports": {}', () => `"imports": ${JSON.stringify(imports)}`)
}

// A module in an address has no neighbours: what it imports goes by name.
function address(name, text) {
  const named = text.replace(/from '\.\/([\w.]+)'/g, "from '$1'").replace(/\/\/# sourceMappingURL=.*/, '')
  return `data:text/javascript;base64,${Buffer.from(`${named}\n//# sourceURL=runner/${name}`).toString('base64')}`
}

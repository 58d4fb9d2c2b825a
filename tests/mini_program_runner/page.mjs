// The page of a compiled mini-program: an HTML file and beside it what it loads, which a browser keeps.
import fs from 'node:fs'
import path from 'node:path'

const ENGINE = {
  'glass-easel': 'glass-easel/dist/glass_easel.all.es.js',
  'glass-easel-miniprogram-adapter': 'glass-easel-miniprogram-adapter/dist/glass_easel_miniprogram_adapter.es.js',
}

/** Write the page into the folder `out`; `bundle` is the text of the mini-program's module, `css` of its sheet. */
export function writePage(out, browser, modules, bundle, css) {
  const read = (file) => fs.readFileSync(path.join(browser, file), 'utf8')
  const own = fs.readdirSync(browser).filter((file) => file.endsWith('.js'))
  const texts = { ...Object.fromEntries(own.map((file) => [file, read(file)])), 'bundle.js': bundle }
  for (const [name, file] of Object.entries(ENGINE)) {
    texts[`${name}.js`] = fs.readFileSync(path.join(modules, file), 'utf8').replace(/\/\/# sourceMappingURL=.*/, '')
  }
  texts['style.css'] = read('runner.css') + css
  const imports = Object.fromEntries(Object.keys(ENGINE).map((name) => [name, `./${name}.js`]))
  texts['index.html'] = read('index.html').replace('"imports": {}', () => `"imports": ${JSON.stringify(imports)}`)
  fs.mkdirSync(out)
  for (const [name, text] of Object.entries(texts)) fs.writeFileSync(path.join(out, name), text)
}

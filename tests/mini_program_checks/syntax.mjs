// Scripts as syntax trees, by the compiler that also checks their types.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SyntaxKind } from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'
import { ROOT, files, lineAt } from './sources.mjs'

export { SyntaxKind }

/** Call `use` with the path of a project file that holds the scripts of ROOT under the settings beside this file. */
export function inProject(use) {
  const folder = mkdtempSync(join(tmpdir(), 'mini-program-'))
  const path = join(folder, 'tsconfig.json')
  const settings = join(dirname(fileURLToPath(import.meta.url)), 'tsconfig.json')
  writeFileSync(path, JSON.stringify({ extends: settings, include: [`${ROOT}/**/*.js`] }))
  try {
    return use(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Every script below ROOT as {name, text, tree}. */
export function scripts() {
  return inProject((path) => {
    const api = new API()
    try {
      const { program } = api.updateSnapshot({ openProject: path }).getProjects()[0]
      return files('.js').map(({ name, text }) => {
        const tree = program.getSourceFile(join(ROOT, name))
        return { name, text, tree, nodes: [...below(tree)] }
      })
    } finally {
      api.close()
    }
  })
}

/** A node and all below it, in order. */
export function* below(node) {
  yield node
  const children = []
  node.forEachChild((child) => void children.push(child))
  for (const child of children) yield* below(child)
}

export const lineOf = (script, node) => lineAt(script.text, node.getStart())
export const is = (node, ...kinds) => kinds.some((kind) => node.kind === SyntaxKind[kind])
export const isFunction = (node) =>
  is(node, 'MethodDeclaration', 'FunctionDeclaration', 'FunctionExpression', 'ArrowFunction')

/** The function around a node, undefined at the top. */
export function functionAround(node) {
  let above = node.parent
  while (above && !isFunction(above)) above = above.parent
  return above
}

/** The name a function goes by: its own, its property's, its variable's. */
export function nameOf(node) {
  const named =
    node.name ?? (is(node.parent, 'PropertyAssignment', 'VariableDeclaration') ? node.parent.name : null)
  return named?.text ?? ''
}

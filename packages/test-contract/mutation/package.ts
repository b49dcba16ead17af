/** A mutant as a package of its own, made by the spec's own generator: document, types and whatever goes with them. */
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Where the spec stands. */
export const specFolder: string = dirname(createRequire(import.meta.url).resolve('@digame/spec/package.json'))

/** Makes a copy of the spec's package with another document in it. */
export async function writePackage(folder: string, document: object): Promise<void> {
  await mkdir(join(folder, 'src'), { recursive: true })
  for (const name of await readdir(specFolder)) {
    if (/\.(ts|json)$/.test(name)) await cp(join(specFolder, name), join(folder, name))
  }
  await symlink(join(specFolder, 'node_modules'), join(folder, 'node_modules'))
  // JSON is YAML.
  await writeFile(join(folder, 'openapi.yaml'), JSON.stringify(document))
  await import(pathToFileURL(join(folder, 'generate.ts')).href)
}

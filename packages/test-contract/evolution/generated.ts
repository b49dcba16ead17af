/** What the real generator makes of edited copies of the spec. */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { run } from '../contract/digame.ts'

/** Runs `spec/generate.ts` on each document, in a copy of `spec/` of its own, and returns the texts of `src/schema.ts`. */
export async function generateTypes(root: string, documents: readonly string[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'digame-evolution-'))
  try {
    await symlink(join(root, 'spec/node_modules'), join(folder, 'node_modules'))
    const copies = await Promise.all(
      documents.map(async (document, index) => {
        const copy = join(folder, String(index))
        await mkdir(join(copy, 'src'), { recursive: true })
        await cp(join(root, 'spec/generate.ts'), join(copy, 'generate.ts'))
        await writeFile(join(copy, 'openapi.yaml'), document)
        return copy
      }),
    )
    // All in one process, because loading the generator takes longer than running it.
    const urls = copies.map((copy) => pathToFileURL(join(copy, 'generate.ts')).href)
    const script = `for (const url of ${JSON.stringify(urls)}) await import(url)`
    const { code, stderr } = await run(['--input-type=module', '--eval', script])
    if (code !== 0) throw new Error(`The generator failed: ${stderr}`)
    return await Promise.all(copies.map((copy) => readFile(join(copy, 'src/schema.ts'), 'utf8')))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

import { globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'

test('the import rule names every package', () => {
  const rule = readFileSync(new URL('../biome.json', import.meta.url), 'utf8')
  const root = new URL('..', import.meta.url).pathname
  const packages = globSync('{spec,packages/*,apps/*}/package.json', { cwd: root }).map((path) =>
    basename(dirname(path)),
  )
  expect(packages.length).toBeGreaterThan(8)
  expect(packages.filter((name) => !rule.includes(`**/${name}/`))).toEqual([])
})

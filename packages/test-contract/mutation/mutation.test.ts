/** The contract suite, judged by changed contracts: it must notice nearly all of them. */
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { expect, test } from 'vitest'
import { type Mutant, mutantsOf } from './mutants.ts'
import { judgeAll } from './run.ts'
import { complaintsOf, scoreOf, spread, tableOf } from './score.ts'
import { suites } from './suites.ts'
import { survivors } from './survivors.ts'

const all = mutantsOf(document)
const unchanged = JSON.stringify(document)

test('each mutant is one change with a name of its own', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  for (const { name, document: changed } of all) expect(JSON.stringify(changed()), name).not.toBe(unchanged)
  expect(mutantsOf(document).map(({ name }) => name)).toEqual(all.map(({ name }) => name))
  expect(JSON.stringify(document)).toBe(unchanged)
})

test('the contract suite kills them, and lets the spec live', async () => {
  const as = (name: string, changed: object): Mutant => ({ name, operator: name, document: () => changed })
  const controls = [as('unchanged', document), as('broken', {})]
  const chosen = spread(all, 6)
  expect(chosen.length).toBeGreaterThan(80)
  const listed = all.filter((mutant) => mutant.name in survivors && !chosen.includes(mutant))
  const judged = await judgeAll([...controls, ...chosen, ...listed])

  const find = (name: string) => judged.find(({ mutant }) => mutant.name === name)?.verdict
  // The suites really ran, and to their end.
  expect(find('unchanged')).toMatchObject({ crashes: [] })
  expect(find('unchanged')).not.toHaveProperty('killedBy')
  expect(find('unchanged')?.passed).toBeGreaterThan(50 * suites.length)
  // What breaks the judges is not killed by them.
  expect(find('broken')).not.toHaveProperty('killedBy')
  expect(find('broken')?.crashes).not.toEqual([])

  const mutants = judged.filter(({ mutant }) => !controls.some(({ name }) => name === mutant.name))
  process.stdout.write(tableOf(mutants))
  expect(complaintsOf(mutants, survivors, all)).toEqual([])
  expect(scoreOf(mutants)).toBeGreaterThanOrEqual(0.95)
}, 900_000)

test('survivors and their list must agree', () => {
  const mutants = ['a', 'b', 'c', 'd'].map((name) => ({ name, operator: 'x', document: () => ({}) }))
  const [a, b, c, d] = mutants as [Mutant, Mutant, Mutant, Mutant]
  const verdict = { passed: 1, crashes: [], ms: 1 }
  const judged = [
    { mutant: a, verdict },
    { mutant: b, verdict: { ...verdict, killedBy: 'types' } },
    { mutant: c, verdict: { ...verdict, crashes: ['import: no'] } },
    { mutant: d, verdict },
  ]
  expect(complaintsOf(judged, { b: 'why', d: 'why', e: 'why' }, mutants)).toEqual([
    '"e" is listed as a survivor, but there is no such mutant',
    '"a" survives: add a test that kills it, or a reason to mutation/survivors.ts',
    '"b" is listed as a survivor, but types kills it',
    '"c" broke its judges: import: no',
  ])
  expect(scoreOf(judged)).toBe(0.25)
})

test('a spread has something of every kind of change', () => {
  const items = [...'aaaaabbc'].map((operator, index) => ({ operator, index }))
  expect(spread(items, 4).map(({ index }) => index)).toEqual([0, 4, 5, 7])
  expect(new Set(spread(all, 6).map(({ operator }) => operator))).toEqual(
    new Set(all.map(({ operator }) => operator)),
  )
})

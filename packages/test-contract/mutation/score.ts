/** What the verdicts on many mutants add up to. */
import type { Judged } from './judge-all.ts'

/** The share of mutants that must be killed. */
export const leastScore = 0.99

/** Takes every nth item of each operator, beginning with its first: the same choice for the same items. */
export function spread<Item extends { readonly operator: string }>(
  items: readonly Item[],
  nth: number,
): readonly Item[] {
  const counts = new Map<string, number>()
  return items.filter(({ operator }) => {
    const before = counts.get(operator) ?? 0
    counts.set(operator, before + 1)
    return before % nth === 0
  })
}

/** What killed a mutant; undefined if nothing did. */
const killerOf = ({ verdict }: Judged): string | undefined =>
  verdict.result === 'killed' ? verdict.by : undefined

/** The share of mutants that were killed, 0 to 1. */
export const scoreOf = (judged: readonly Judged[]): number =>
  judged.filter((one) => killerOf(one) !== undefined).length / judged.length

/** What is wrong: survivors without a reason, reasons for mutants that are killed or gone, and mutants that broke a judge. */
export function complaintsOf(
  judged: readonly Judged[],
  survivors: Readonly<Record<string, string>>,
  all: readonly { readonly name: string }[],
): readonly string[] {
  const names = new Set(all.map(({ name }) => name))
  const complaintOf = ({ mutant: { name }, verdict }: Judged): string | undefined => {
    const isListed = Object.hasOwn(survivors, name)
    if (verdict.result === 'crashed') return `"${name}" broke its judge: ${verdict.why}`
    if (verdict.result === 'killed')
      return isListed ? `"${name}" is listed as a survivor, but ${verdict.by} kills it` : undefined
    return isListed
      ? undefined
      : `"${name}" survives: add a check that kills it, or a reason to mutation/survivors.ts`
  }
  return [
    ...Object.keys(survivors)
      .filter((name) => !names.has(name))
      .map((name) => `"${name}" is listed as a survivor, but there is no such mutant`),
    ...judged.flatMap((one) => complaintOf(one) ?? []),
  ]
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** A table with a row for each operator: how many mutants, how many each judge killed, and how many survived. */
export function tableOf(judged: readonly Judged[]): string {
  const killers = [...new Set(judged.flatMap((one) => killerOf(one) ?? []))].sort()
  const row = (name: string, of: readonly Judged[]): readonly string[] => {
    const by = (killer: string | undefined) => of.filter((one) => killerOf(one) === killer).length
    return [name, ...[of.length, ...killers.map(by), by(undefined)].map(String)]
  }
  const heads = ['change', 'mutants', ...killers, 'survive']
  const operators = [...new Set(judged.map(({ mutant }) => mutant.operator))].sort()
  const rows = [
    heads,
    ...operators.map((name) =>
      row(
        name,
        judged.filter(({ mutant }) => mutant.operator === name),
      ),
    ),
    row('all', judged),
  ]
  const lines = rows.map(([name = '', ...cells]) =>
    [name.padEnd(32), ...cells.map((cell, at) => cell.padStart(heads[at + 1]?.length ?? 0))].join('  '),
  )
  const beforeTerms = judged.filter((one) => ![undefined, 'terms'].includes(killerOf(one))).length
  return `${lines.join('\n')}

${percent(scoreOf(judged))} of ${judged.length} mutants killed, ${percent(beforeTerms / judged.length)} of them without the terms
`
}

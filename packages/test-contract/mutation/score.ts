/** What the judging of many mutants amounts to. */
import type { Judged } from './run.ts'

/** One of every so many mutants of each operator, the first always: the same whenever it is asked for. */
export function spread<Item extends { readonly operator: string }>(
  items: readonly Item[],
  every: number,
): readonly Item[] {
  const seen = new Map<string, number>()
  return items.filter(({ operator }) => {
    const before = seen.get(operator) ?? 0
    seen.set(operator, before + 1)
    return before % every === 0
  })
}

/** The share of mutants that were killed. */
export const scoreOf = (judged: readonly Judged[]): number =>
  judged.filter(({ verdict }) => verdict.killedBy !== undefined).length / judged.length

/** What is wrong: survivors that nobody has accounted for, accounts of the killed, and whatever was not judged at all. */
export function complaintsOf(
  judged: readonly Judged[],
  survivors: Readonly<Record<string, string>>,
  all: readonly { readonly name: string }[],
): readonly string[] {
  const names = new Set(all.map(({ name }) => name))
  return [
    ...Object.keys(survivors)
      .filter((name) => !names.has(name))
      .map((name) => `"${name}" is listed as a survivor, but there is no such mutant`),
    ...judged.flatMap(({ mutant: { name }, verdict: { killedBy, crashes } }) => {
      const listed = Object.hasOwn(survivors, name)
      if (killedBy !== undefined)
        return listed ? [`"${name}" is listed as a survivor, but ${killedBy} kills it`] : []
      if (crashes.length > 0) return [`"${name}" broke its judges: ${crashes[0]}`]
      return listed
        ? []
        : [`"${name}" survives: add a test that kills it, or a reason to mutation/survivors.ts`]
    }),
  ]
}

/** A table by operator: how many mutants, how many killed, and by what. */
export function tableOf(judged: readonly Judged[]): string {
  const killers = [...new Set(judged.flatMap(({ verdict: { killedBy } }) => killedBy ?? []))].sort()
  const operators = [...new Set(judged.map(({ mutant }) => mutant.operator))].sort()
  const row = (name: string, of: readonly Judged[]): readonly (string | number)[] => {
    const by = (killer: string | undefined) => of.filter(({ verdict }) => verdict.killedBy === killer).length
    return [name, of.length, ...killers.map(by), by(undefined)]
  }
  const rows = [
    ['change', 'mutants', ...killers, 'survive'],
    ...operators.map((name) =>
      row(
        name,
        judged.filter(({ mutant }) => mutant.operator === name),
      ),
    ),
    row('all', judged),
  ]
  const [, ...columns] = rows[0] ?? []
  const lines = rows.map(([name, ...counts]) =>
    [
      String(name).padEnd(32),
      ...counts.map((count, index) => String(count).padStart(`${columns[index]}`.length)),
    ].join('  '),
  )
  const behaviour = judged.filter(({ verdict: { killedBy } }) => killedBy !== 'terms')
  const without = behaviour.filter(({ verdict }) => verdict.killedBy !== undefined).length / judged.length
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  return `${lines.join('\n')}\n\n${percent(scoreOf(judged))} of ${judged.length} mutants killed, ${percent(without)} before terms is asked\n`
}

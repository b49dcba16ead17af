/** Judges every mutant of the spec, or those whose names contain the given words, and prints the score. */
import { spec } from '../contract/document.ts'
import { judgeAll } from './judge-all.ts'
import { mutantsOf } from './mutants.ts'
import { complaintsOf, leastScore, scoreOf, tableOf } from './score.ts'
import { survivors } from './survivors.ts'

const words = process.argv.slice(2).join(' ')
const all = mutantsOf(spec)
const chosen = all.filter(({ name }) => name.includes(words))
if (chosen.length === 0) {
  process.stderr.write(`No mutant has "${words}" in its name.\n`)
  process.exit(2)
}
const judged = await judgeAll(chosen)
if (words !== '') {
  for (const { mutant, verdict } of judged) {
    const outcome = verdict.result === 'killed' ? verdict.by : verdict.result
    const why = verdict.result === 'survived' ? '' : verdict.why
    process.stdout.write(`${mutant.name}\n    ${outcome}  ${why.replace(/\s+/g, ' ').slice(0, 160)}\n`)
  }
  process.stdout.write('\n')
}
process.stdout.write(tableOf(judged))
const complaints = [...complaintsOf(judged, survivors, all)]
if (words === '' && scoreOf(judged) < leastScore)
  complaints.push(`Fewer than ${leastScore * 100} % are killed.`)
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
process.exitCode = complaints.length > 0 ? 1 : 0
